// Two bundles → what changed between them, most telling first: findings, owners of addresses, then objects by how often a change of
// their kind is what broke an address.
import type { KubeObject } from '../../config/kube-object.ts'
import type { ServiceObject } from '../../config/objects/read-object.ts'
import type { ClusterFinding } from '../cluster/cluster-check.ts'
import { type ClusterFacts, itemsOf, type ObjectPlane } from '../cluster/cluster-facts.ts'
import type { ClusterView } from '../cluster/cluster-view.ts'
import type { ClusterVerdict } from '../cluster/judge-cluster.ts'
import { keyOf } from '../cluster/object-keys.ts'
import { byExplanation } from './explained-changes.ts'
import { type FieldChange, fieldChanges } from './field-changes.ts'
import { type HostChanges, hostChanges } from './host-changes.ts'
import type { ObjectChange } from './object-change.ts'
import { identityOf, renames } from './same-object.ts'

export interface Side {
  readonly facts: ClusterFacts
  readonly view: ClusterView
  readonly verdict: ClusterVerdict
}

export interface FoundBefore {
  readonly code: string
  readonly title: string
  readonly severity: ClusterFinding['severity']
}

export interface BundleComparison {
  /** RFC 3339 */
  readonly from: string
  readonly to: string
  /** the bundle that is called the earlier one is the later one */
  readonly backwards: boolean
  readonly appeared: readonly FoundBefore[]
  readonly gone: readonly FoundBefore[]
  /** computed as the running MetalLB computes it; null: nobody */
  readonly owners: readonly {
    readonly service: string
    readonly before: string | null
    readonly after: string | null
  }[]
  readonly objects: readonly ObjectChange[]
  /** planes that were not read on one side, and why */
  readonly notCompared: readonly string[]
}

/** Kinds in the order in which their changes are worth a look. Events come and go; what they tell is in the findings. */
const PLANES: readonly ObjectPlane[] = [
  'configuration',
  'daemonSets',
  'deployments',
  'nodes',
  'services',
  'endpointSlices',
  'configMaps',
  'namespaces',
  'webhooks',
  'secrets',
  'foreign',
  'statuses',
  'pods',
  'leases',
]

export function compareBundles(before: Side, after: Side): BundleComparison {
  const old = findingsOf(before.verdict)
  const now = findingsOf(after.verdict)
  const known = idsOf(old)
  const fresh = now.filter((finding) => !known.has(findingId(finding)))
  const hosts = hostsOf(before.facts, after.facts)
  const changes = [
    ...PLANES.flatMap((plane) => planeChanges(plane, before.facts, after.facts)),
    ...hosts.changed.map(({ node, fields }) => toldOfHost(node, fields)),
  ]
  return {
    from: before.facts.takenAt,
    to: after.facts.takenAt,
    backwards: Date.parse(before.facts.takenAt) > Date.parse(after.facts.takenAt),
    appeared: without(now, old),
    gone: without(old, now),
    owners: ownerChanges(before.view, after.view),
    objects: byExplanation(changes, fresh),
    notCompared: [
      ...PLANES.flatMap((plane) => notCompared(plane, before.facts, after.facts)),
      ...hosts.notCompared,
    ],
  }
}

const hostsOf = (before: ClusterFacts, after: ClusterFacts): HostChanges =>
  hostChanges(itemsOf(before.hosts), itemsOf(after.hosts))

const toldOfHost = (node: string, fields: readonly FieldChange[]): ObjectChange => ({
  change: 'changed',
  kind: 'Host',
  object: node,
  explains: [],
  fields,
})

const findingsOf = ({ findings }: ClusterVerdict): readonly ClusterFinding[] =>
  findings.flatMap((finding) => [finding, ...finding.consequences])

const findingId = ({ code, subject }: ClusterFinding): string => `${code} ${subject}`
const idsOf = (findings: readonly ClusterFinding[]): ReadonlySet<string> => new Set(findings.map(findingId))

/** The same code about the same subject is the same finding, whatever its words. */
function without(all: readonly ClusterFinding[], known: readonly ClusterFinding[]): FoundBefore[] {
  const ids = idsOf(known)
  return all
    .filter((finding) => !ids.has(findingId(finding)))
    .map(({ code, title, severity }) => ({ code, title, severity }))
}

function ownerChanges(before: ClusterView, after: ClusterView): BundleComparison['owners'] {
  const old = new Map(before.servicesWithAddress.map((service) => [keyOf(service), service]))
  return after.servicesWithAddress.flatMap((service) => {
    const earlier = old.get(keyOf(service))
    if (earlier === undefined) return []
    const owners = { before: ownerOf(earlier, before), after: ownerOf(service, after) }
    return owners.before === owners.after ? [] : [{ service: keyOf(service), ...owners }]
  })
}

const ownerOf = (service: ServiceObject, view: ClusterView): string | null =>
  view.matrixOf(service)?.owner ?? null

function planeChanges(plane: ObjectPlane, before: ClusterFacts, after: ClusterFacts): ObjectChange[] {
  if (before[plane].status !== 'read' || after[plane].status !== 'read') return []
  const old = byId(itemsOf(before[plane]))
  const now = byId(itemsOf(after[plane]))
  const gone = [...old].filter(([id]) => !now.has(id)).map(([, object]) => object)
  const come = [...now].filter(([id]) => !old.has(id)).map(([, object]) => object)
  const renamed = renames(gone, come)
  const stays = new Set([...renamed].flat())
  const changed = [...now].flatMap(([id, object]) => {
    const earlier = old.get(id)
    const fields = earlier === undefined ? [] : fieldChanges(earlier, object)
    return fields.length === 0 ? [] : [told('changed', object, fields)]
  })
  return [
    ...gone.filter((each) => !stays.has(each)).map((object) => told('removed', object, [])),
    ...come.filter((each) => !stays.has(each)).map((object) => told('added', object, [])),
    ...renamed.map(([earlier, object]) => ({ ...told('renamed', earlier, []), to: identityOf(object) })),
    ...changed,
  ]
}

/** Whatever the version that it was read in. */
const byId = (objects: readonly KubeObject[]): ReadonlyMap<string, KubeObject> =>
  new Map(objects.map((object) => [`${object.kind} ${identityOf(object)}`, object]))

const told = (
  change: ObjectChange['change'],
  object: KubeObject,
  fields: readonly FieldChange[],
): ObjectChange => ({ change, kind: object.kind, object: identityOf(object), explains: [], fields })

function notCompared(plane: ObjectPlane, before: ClusterFacts, after: ClusterFacts): string[] {
  for (const [title, facts] of [
    ['before', before],
    ['after', after],
  ] as const) {
    const each = facts[plane]
    if (each.status === 'not-read') return [`${plane}: not read ${title}, ${each.reason}`]
  }
  return []
}
