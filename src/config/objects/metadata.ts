// The metadata of an object: names and labels by the rules of Kubernetes.
import { decodeFields } from '../schema/decode.ts'
import type { ObjectField } from '../schema/field.ts'
import type { Problem } from '../schema/problem.ts'
import { labelKeyProblem, labelValueProblem } from '../semantics/label-syntax.ts'
import { child, isNull, type MapNode, spanOf } from '../source/node.ts'
import type { Labels } from './read-object.ts'

const METADATA: ObjectField = {
  type: 'object',
  description: 'name, namespace, labels and annotations',
  fields: {
    name: { type: 'string', description: 'name of the object' },
    generateName: { type: 'string', description: 'beginning of a name that the API server completes' },
    namespace: { type: 'string', description: 'namespace of the object' },
    labels: {
      type: 'map',
      description: 'labels',
      values: { type: 'string', description: 'value of a label' },
    },
    annotations: {
      type: 'map',
      description: 'annotations',
      values: { type: 'string', description: 'any text' },
    },
  },
}
/** Written by the API server, or of no interest here: not looked at. */
const OTHERS = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generation',
  'managedFields',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
])

export interface Metadata {
  readonly name: string
  readonly namespace: string | undefined
  readonly labels: Labels
  readonly annotations: Labels
}

const NONE: Metadata = { name: '', namespace: undefined, labels: {}, annotations: {} }

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

/** Reads `metadata`; what is wrong goes to `problem`. */
export function readMetadata(root: MapNode, problem: (p: Problem) => void): Metadata {
  const node = child(root, 'metadata')
  const at = spanOf(root.entries.find((e) => e.key.text === 'kind')?.value ?? root)
  if (node === undefined || isNull(node)) {
    problem({ code: 'V020', message: 'The object has no name: "metadata" is missing.', at, path: 'metadata' })
    return NONE
  }
  if (node.kind !== 'map') {
    problem({
      code: 'V013',
      message: 'The field "metadata" takes a map.',
      at: spanOf(node),
      path: 'metadata',
    })
    return NONE
  }
  const own = { ...node, entries: node.entries.filter((e) => !OTHERS.has(e.key.text)) }
  const { value, failed } = decodeFields(own, METADATA, 'metadata', { problem })
  const text = (key: string) => (typeof value[key] === 'string' ? (value[key] as string) : undefined)
  checkLabels(node, problem)
  return {
    name: failed.has('name') ? '' : checkName(node, text('name'), text('generateName'), problem),
    namespace: checkNamespace(node, text('namespace'), problem),
    labels: (value['labels'] as Labels | undefined) ?? {},
    annotations: (value['annotations'] as Labels | undefined) ?? {},
  }
}

function checkName(
  node: MapNode,
  name: string | undefined,
  generateName: string | undefined,
  problem: (p: Problem) => void,
): string {
  const path = 'metadata.name'
  if (name === undefined || name === '') {
    if (generateName === undefined)
      problem({
        code: 'V020',
        message: 'The object has no name: "metadata.name" is missing.',
        at: spanOf(node),
        path,
      })
    return ''
  }
  if (SUBDOMAIN.test(name) && name.length <= 253) return name
  const better = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(0, 63)
  problem({
    code: 'V020',
    message: `"${name}" is no name for an object: lower-case letters, digits, "-" and "." only, beginning and ending with a letter or digit, at most 253.`,
    at: spanOf(child(node, 'name') ?? node),
    path,
    ...(SUBDOMAIN.test(better) ? { hint: `Use for example "${better}".` } : {}),
  })
  return name
}

function checkNamespace(
  node: MapNode,
  namespace: string | undefined,
  problem: (p: Problem) => void,
): string | undefined {
  if (namespace === undefined || namespace === '') return undefined
  if (!LABEL.test(namespace) || namespace.length > 63)
    problem({
      code: 'V021',
      message: `"${namespace}" is no name for a namespace: lower-case letters, digits and "-" only, at most 63.`,
      at: spanOf(child(node, 'namespace') ?? node),
      path: 'metadata.namespace',
    })
  return namespace
}

function checkLabels(node: MapNode, problem: (p: Problem) => void): void {
  for (const field of ['labels', 'annotations'] as const) {
    const map = child(node, field)
    if (map?.kind !== 'map') continue
    for (const { key, value } of map.entries) {
      const path = `metadata.${field}`
      const wrongKey = labelKeyProblem(field === 'annotations' ? key.text.toLowerCase() : key.text)
      if (wrongKey !== undefined)
        problem({ code: 'V022', message: `The key "${key.text}" ${wrongKey}.`, at: spanOf(key), path })
      if (field === 'annotations' || value.kind !== 'scalar') continue
      const wrong = labelValueProblem(value.text)
      if (wrong !== undefined)
        problem({
          code: 'V022',
          message: `The label value "${value.text}" ${wrong}.`,
          at: spanOf(value),
          path,
        })
    }
  }
}
