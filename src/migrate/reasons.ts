// Why nothing became of a value of the source. Each reason must be true as it stands: what is not known is only `left out`.
import { asBoolean, asInteger, isNull, type Node } from '../config/source/node.ts'
import type { Migration } from './migrate.ts'

/** A value of the source, or a list or map that holds none. */
export interface Leaf extends Place {
  /** what it stands in, outermost first */
  readonly around: readonly Place[]
  readonly ignored: ReadonlySet<Node>
}

export interface Place {
  readonly node: Node
  readonly path: string
}

/** What a key means when it is not there, by its path without indexes (metallb.md §1). */
const DEFAULTS: ReadonlyMap<string, boolean | bigint> = new Map<string, boolean | bigint>([
  ['address-pools.auto-assign', true],
  ['address-pools.avoid-buggy-ips', false],
  ...['address-pools.advertisements', 'address-pools.bgp-advertisements'].flatMap(
    (list): [string, bigint][] => [
      [`${list}.aggregation-length`, 32n],
      [`${list}.aggregation-length-v6`, 128n],
      [`${list}.localpref`, 0n],
    ],
  ),
  ['peers.peer-port', 179n],
  ['peers.ebgp-multihop', false],
  ['bfd-profiles.echo-mode', false],
  ['bfd-profiles.passive-mode', false],
  ['spec.autoAssign', true],
  ['spec.bgpAdvertisements.aggregationLength', 32n],
  ['spec.bgpAdvertisements.aggregationLengthV6', 128n],
  ['spec.bgpAdvertisements.localPref', 0n],
])

/** Parts of an object in the cluster that are of no use in a file, and who wrote them. */
const FROM_CLUSTER: readonly (readonly [path: RegExp, reason: string])[] = [
  [
    /^metadata\.(uid|resourceVersion|creationTimestamp|generation|managedFields|selfLink)(?![^.[])/,
    'set by the API server; not part of a file',
  ],
  [/^metadata\.ownerReferences(?![^.[])/, 'holds in this cluster only; not part of a file'],
  [
    /^metadata\.annotations\.kubectl\.kubernetes\.io\/last-applied-configuration$/,
    'written by kubectl apply; not part of a file',
  ],
  [/^status(?![^.[])/, 'written by MetalLB; not part of a file'],
]

export function reasonFor(
  leaf: Leaf,
  { merged }: { readonly merged: ReadonlyMap<Node, string> },
  { diagnostics, complete }: Migration,
): string {
  const { node, path, around, ignored } = leaf
  const nodes = [node, ...around.map((place) => place.node).toReversed()]
  if (nodes.some((n) => ignored.has(n))) return 'not a known key; left out'
  const fromCluster = FROM_CLUSTER.find(([pattern]) => pattern.test(path))
  if (fromCluster !== undefined) return fromCluster[1]
  if (isNull(node) || node.kind !== 'scalar' || node.text === '') return 'empty; nothing to write'
  // A peer that equals another in everything (M024).
  const equalPeer = diagnostics.some(
    ({ code, at }) =>
      code === 'M024' &&
      nodes.some((n) => n.source === at?.source && n.start === at.start && n.end === at.end),
  )
  if (equalPeer) return 'said by an equal peer already'
  if (path.startsWith('peer-autodiscovery'))
    return complete ? 'taken into account for the sessions that are written out, one a node' : 'left out'
  if (isDefault(leaf)) return 'the default; not written'
  const by = nodes.map((n) => merged.get(n)).find((id) => id !== undefined)
  return by === undefined ? 'left out' : `said by ${by} already`
}

function isDefault({ node, path }: Leaf): boolean {
  const byDefault = DEFAULTS.get(path.replaceAll(/\[\d+\]/g, ''))
  return (
    byDefault !== undefined &&
    (typeof byDefault === 'boolean' ? asBoolean(node) : asInteger(node)) === byDefault
  )
}
