// peer-autodiscovery read sessions from labels and annotations of Nodes. It was never released, and no custom resource does it: with
// the Nodes at hand the sessions are written out, one BGPPeer a node.

import type { Node } from '../../config/source/node.ts'
import type { NodeFact } from '../facts.ts'
import type { Field } from '../legacy/readers.ts'
import type { AutodiscoveryParameters, LegacyAutodiscovery, LegacyPeer } from '../legacy/shape.ts'
import { labelTest } from '../services/label-test.ts'
import { type Convert, say } from './context.ts'
import { labelSelectors } from './selectors.ts'

const PARAMETERS = ['my-asn', 'peer-asn', 'peer-address', 'peer-port', 'hold-time', 'router-id'] as const

/** Legacy peers, as if they had been written by hand. */
export function autodiscoveredPeers(
  field: Field<LegacyAutodiscovery> | undefined,
  nodes: readonly NodeFact[] | undefined,
  convert: Convert,
): Field<LegacyPeer>[] {
  if (field === undefined) return []
  const at = field.key ?? field.node
  if (nodes === undefined) {
    say(
      convert,
      'M020',
      'warning',
      at,
      'peer-autodiscovery has no equivalent in the custom resources; its sessions are not in the result.',
      'Write one BGPPeer for each node with a nodeSelector on kubernetes.io/hostname, or let lbctl do it with --nodes FILE or --from-cluster.',
    )
    return []
  }
  const { 'node-selectors': selectors, defaults } = field.value
  const selected = labelTest(selectors === undefined ? undefined : labelSelectors(selectors, '', new Map()))
  const peers: Field<LegacyPeer>[] = []
  for (const node of nodes) {
    if (selected !== undefined && !selected(node.labels)) continue
    const sources = [
      ...(field.value['from-annotations']?.value ?? []).map((keys) => ({ keys, values: node.annotations })),
      ...(field.value['from-labels']?.value ?? []).map((keys) => ({ keys, values: node.labels })),
    ]
    for (const { keys, values } of sources)
      peers.push(...discovered(node, keys, values, defaults?.value ?? {}, convert))
  }
  say(
    convert,
    'M020',
    'warning',
    at,
    `peer-autodiscovery has no equivalent in the custom resources; ${peers.length} sessions are written out for the nodes of today.`,
    'A node that joins later needs its own BGPPeer.',
  )
  return peers
}

function discovered(
  node: NodeFact,
  keys: Field<AutodiscoveryParameters>,
  values: Readonly<Record<string, string>>,
  defaults: AutodiscoveryParameters,
  convert: Convert,
): Field<LegacyPeer>[] {
  const found: Partial<Record<(typeof PARAMETERS)[number], string>> = {}
  for (const name of PARAMETERS) {
    const key = keys.value[name]?.value
    const value = (key === undefined ? undefined : values[key]) ?? defaults[name]?.value
    if (value !== undefined && value !== '') found[name] = value
  }
  const missing = (['my-asn', 'peer-asn', 'peer-address'] as const).filter(
    (name) => found[name] === undefined,
  )
  if (missing.length > 0) {
    say(
      convert,
      'M020',
      'warning',
      keys.node,
      `The node ${node.name} carries no ${missing.join(' and no ')} for this entry, so it gets no session from it.`,
    )
    return []
  }
  const as = <T>(name: (typeof PARAMETERS)[number], value: T): Field<T> => ({
    value,
    node: (keys.value[name] ?? keys).node,
    key: undefined,
    path: `${keys.path}.${name}`,
  })
  const peer: LegacyPeer = {
    'my-asn': as('my-asn', whole(found['my-asn'], keys.node, convert)),
    'peer-asn': as('peer-asn', whole(found['peer-asn'], keys.node, convert)),
    'peer-address': as('peer-address', found['peer-address'] ?? ''),
    ...(found['peer-port'] === undefined
      ? {}
      : { 'peer-port': as('peer-port', whole(found['peer-port'], keys.node, convert)) }),
    ...(found['hold-time'] === undefined ? {} : { 'hold-time': as('hold-time', found['hold-time']) }),
    ...(found['router-id'] === undefined ? {} : { 'router-id': as('router-id', found['router-id']) }),
    'node-selectors': hostname(node, keys),
  }
  return [{ value: peer, node: keys.node, key: undefined, path: keys.path }]
}

function whole(text: string | undefined, at: Node, convert: Convert): number {
  if (text !== undefined && /^\d{1,10}$/.test(text)) return Number(text)
  say(convert, 'M017', 'error', at, `"${text}" on a node is not a whole number.`)
  return 0
}

function hostname(node: NodeFact, keys: Field<unknown>): NonNullable<LegacyPeer['node-selectors']> {
  const base = { node: keys.node, path: keys.path }
  const key = {
    kind: 'scalar',
    text: 'kubernetes.io/hostname',
    style: 'plain',
    source: keys.node.source,
    start: keys.node.start,
    end: keys.node.end,
  } as const
  const label: Field<string> = { ...base, value: node.labels['kubernetes.io/hostname'] ?? node.name, key }
  return {
    ...base,
    key: undefined,
    value: [
      { ...base, key: undefined, value: { 'match-labels': { ...base, key: undefined, value: [label] } } },
    ],
  }
}
