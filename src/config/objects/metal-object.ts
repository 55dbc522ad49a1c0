// One of MetalLB's own objects: its frame, its metadata, its spec and its status.
import type { Subject } from '../diagnostic.ts'
import { CEL_RULES } from '../schema/cel.ts'
import { type DecodedFields, decode, decodeFields } from '../schema/decode.ts'
import type { KindSchema, ObjectField } from '../schema/field.ts'
import { versionsOf } from '../schema/kinds.ts'
import { nearest } from '../schema/nearest.ts'
import type { NotableUse, Problem, Sink } from '../schema/problem.ts'
import { child, isNull, type MapNode, type Node, scalarText, spanOf } from '../source/node.ts'
import { readMetadata } from './metadata.ts'
import { type MetalObject, nameSpan, subjectOf } from './read-object.ts'

/** Fields that people write because they were there once, or stand in another object. */
const MOVED: ReadonlyMap<string, string> = new Map([
  [
    'IPAddressPool.protocol',
    'A pool has no protocol any more: an L2Advertisement or a BGPAdvertisement says how it is announced.',
  ],
  ['IPAddressPool.bgpAdvertisements', 'Write a BGPAdvertisement object for each of them.'],
  ['IPAddressPool.bgp-advertisements', 'Write a BGPAdvertisement object for each of them.'],
  ['IPAddressPool.serviceSelectors', 'It belongs under "serviceAllocation".'],
  ['IPAddressPool.namespaces', 'It belongs under "serviceAllocation".'],
  ['IPAddressPool.namespaceSelectors', 'It belongs under "serviceAllocation".'],
  ['IPAddressPool.priority', 'It belongs under "serviceAllocation".'],
  ['IPAddressPool.cidr', 'The list is called "addresses" now.'],
  ['L2Advertisement.addresses', 'Addresses stand in an IPAddressPool, which "ipAddressPools" names.'],
  ['BGPAdvertisement.addresses', 'Addresses stand in an IPAddressPool, which "ipAddressPools" names.'],
  ['L2Advertisement.ipAddressPool', 'It is a list: "ipAddressPools".'],
  ['BGPPeer.asn', 'The two AS numbers are "myASN" and "peerASN".'],
  ['BGPPeer.address', 'It is called "peerAddress".'],
  ['BFDProfile.minimumTTL', 'It is spelt "minimumTtl".'],
])

export function readMetalObject(
  node: MapNode,
  schema: KindSchema,
  report: (problem: Problem, subject: Subject) => void,
): MetalObject {
  const problems: Problem[] = []
  const notable: NotableUse[] = []
  const sink: Sink = {
    problem: (p) => problems.push(p),
    notable: (use) => notable.push(use),
    adviseUnknown: (path, key) => advise(schema, path, key),
  }
  const metadata = readMetadata(node, sink.problem)
  frame(node, schema, sink)
  const { value, failed } = readSpec(node, schema, sink)
  const status = child(node, 'status')
  // `status: {}` is what older tools print into manifests; the API server drops it on create.
  if (schema.status !== undefined && status?.kind === 'map' && status.entries.length > 0)
    decode(status, schema.status, 'status', sink)
  const object: MetalObject = {
    schema,
    kind: schema.kind,
    apiVersion: scalarText(child(node, 'apiVersion')) ?? '',
    ...metadata,
    node,
    spec: value,
    failed,
    notable,
  }
  if (problems.length > 0) {
    const subject = subjectOf(object)
    for (const problem of problems) report(problem, subject)
  }
  return object
}

const FRAME = ['apiVersion', 'kind', 'metadata', 'spec', 'status']

function frame(node: MapNode, schema: KindSchema, sink: Sink): void {
  for (const { key } of node.entries) {
    if (FRAME.includes(key.text)) continue
    const inSpec = schema.spec !== undefined && Object.hasOwn(schema.spec.fields, key.text)
    const inMetadata = ['name', 'namespace', 'labels', 'annotations'].includes(key.text)
    const meant = nearest(key.text, FRAME)
    const hint = inSpec ? 'It belongs under "spec".' : inMetadata ? 'It belongs under "metadata".' : undefined
    sink.problem({
      code: 'V016',
      message: `The field "${key.text}" is not known.`,
      at: spanOf(key),
      path: key.text,
      hint: hint ?? (meant === undefined ? `Known here: ${FRAME.join(', ')}.` : `Did you mean "${meant}"?`),
    })
  }
}

const NO_FIELDS: DecodedFields = { value: {}, failed: new Set() }

function readSpec(node: MapNode, schema: KindSchema, sink: Sink): DecodedFields {
  const { spec } = schema
  if (spec === undefined) return NO_FIELDS
  const given = child(node, 'spec')
  if (given === undefined || isNull(given)) return absentSpec(node, spec, sink)
  const all = new Set(Object.keys(spec.fields))
  if (given.kind !== 'map') {
    decode(given, spec, 'spec', sink)
    return { value: {}, failed: all }
  }
  const decoded = decodeFields(given, spec, 'spec', sink)
  crossRules(given, spec, decoded, sink)
  return decoded
}

function absentSpec(node: MapNode, spec: ObjectField, sink: Sink): DecodedFields {
  const misplaced = node.entries.some((e) => Object.hasOwn(spec.fields, e.key.text))
  const required = spec.required === true || Object.values(spec.fields).some((f) => f.required === true)
  if (!required && !misplaced) return NO_FIELDS
  if (required)
    sink.problem({
      code: 'V012',
      message: 'The field "spec" is missing.',
      at: nameSpan({ node }),
      path: 'spec',
    })
  return { value: {}, failed: new Set(Object.keys(spec.fields)) }
}

/** The rules of the spec as a whole. The API server waits with them until all fields are right; here what is right is judged. */
function crossRules(node: Node, spec: ObjectField, decoded: DecodedFields, sink: Sink): void {
  for (const id of spec.rules ?? []) {
    const rule = CEL_RULES[id]
    if (rule.code === undefined || rule.holds(decoded.value)) continue
    const place = child(node, 'aggregationLength') ?? child(node, 'aggregationLengthV6') ?? node
    sink.problem({ code: rule.code, message: `${rule.message}.`, at: spanOf(place), path: 'spec' })
  }
}

function advise(schema: KindSchema, path: string, key: string): string | undefined {
  if (path !== 'spec') return undefined
  const moved = MOVED.get(`${schema.kind}.${key}`)
  if (moved !== undefined) return moved
  const other = versionsOf(schema.kind).find((v) => v !== schema && Object.hasOwn(v.spec?.fields ?? {}, key))
  return other === undefined
    ? undefined
    : `It exists in ${other.group}/${other.version}; use that apiVersion.`
}
