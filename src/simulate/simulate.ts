// Two worlds side by side: what a change does to each Service, node and peer, the worst first.
import { parseIp } from '../net/ip.ts'
import { type Announcements, type Announcing, announcements, type PeerPrefixes } from './announcing.ts'
import { type Holding, replay } from './replay.ts'
import type { World } from './world.ts'

/** What can become of a Service, the worst first. */
export const EFFECTS = [
  /** of a family that it had an address of, it gets none any more */
  'loses-address',
  /** it has an address, and no node announces it any more */
  'loses-announcement',
  /** no node announces it by one of the two protocols any more; the other one goes on */
  'loses-protocol',
  'other-address',
  'other-owner',
  /** other nodes announce it by BGP than before */
  'other-nodes',
  'gains',
  'unchanged',
] as const
export type Effect = (typeof EFFECTS)[number]

const HARM: ReadonlySet<Effect> = new Set(['loses-address', 'loses-announcement', 'loses-protocol'])

export interface ServiceState extends Holding, Announcing {}

export interface ServiceChange {
  readonly service: string
  readonly effect: Effect
  /** null: the Service is not there */
  readonly before: ServiceState | null
  readonly after: ServiceState | null
}

export interface NodeChange {
  readonly node: string
  /** how many Services it answers for on the link, and announces by BGP */
  readonly before: { readonly layer2: number; readonly bgp: number }
  readonly after: { readonly layer2: number; readonly bgp: number }
}

export interface PeerChange {
  readonly peer: string
  /** how many prefixes it gets, from any node */
  readonly before: number
  readonly after: number
  /** prefixes that nobody announces to it any more, and those that are new */
  readonly withdrawn: readonly string[]
  readonly announced: readonly string[]
  /** prefixes that it goes on getting, from other nodes than before */
  readonly moved: readonly string[]
}

export interface Simulation {
  /** how many Services lose an address, or every candidate of a protocol */
  readonly harmed: number
  /** every Service, the worst first, then by name */
  readonly services: readonly ServiceChange[]
  readonly nodes: readonly NodeChange[]
  readonly peers: readonly PeerChange[]
  /** see Replay */
  readonly unsettled: readonly string[]
}

export function simulate(before: World, after: World): Simulation {
  const held = replay(before, after)
  const first = announcements(before, held.before)
  const then = announcements(after, held.after)
  const keys = [...new Set([...before.services.keys(), ...after.services.keys()])]
  const services = keys
    .map((key) => serviceChange(key, stateOf(key, held.before, first), stateOf(key, held.after, then)))
    .filter((change) => change.before !== null || change.after !== null)
    .sort((a, b) => rank(a) - rank(b) || compareText(a.service, b.service))
  return {
    harmed: services.filter(({ effect }) => HARM.has(effect)).length,
    services,
    nodes: nodeChanges(before, after, services),
    peers: peerChanges(first.peers, then.peers),
    unsettled: held.unsettled,
  }
}

const rank = ({ effect }: ServiceChange): number => EFFECTS.indexOf(effect)
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Null for what is no load balancer. */
function stateOf(
  key: string,
  holdings: ReadonlyMap<string, Holding>,
  { services }: Announcements,
): ServiceState | null {
  const holding = holdings.get(key)
  const announcing = services.get(key)
  return holding === undefined || announcing === undefined ? null : { ...holding, ...announcing }
}

const serviceChange = (
  service: string,
  before: ServiceState | null,
  after: ServiceState | null,
): ServiceChange => ({ service, effect: effectOf(before ?? NOTHING, after ?? NOTHING), before, after })

const NOTHING: ServiceState = {
  ...{ addresses: [], pool: null, why: null },
  ...{ layer2Owner: null, bgpNodes: [], reasons: [] },
}

function effectOf(before: ServiceState, after: ServiceState): Effect {
  const families = new Set(after.addresses.map(familyOf))
  if (before.addresses.some((address) => !families.has(familyOf(address)))) return 'loses-address'
  const [was, is] = [protocolsOf(before), protocolsOf(after)]
  if (was.length > 0 && is.length === 0) return 'loses-announcement'
  if (was.some((protocol) => !is.includes(protocol))) return 'loses-protocol'
  if (before.addresses.some((address) => !after.addresses.includes(address))) return 'other-address'
  if (before.layer2Owner !== null && before.layer2Owner !== after.layer2Owner) return 'other-owner'
  if (was.includes('bgp') && !sameList(before.bgpNodes, after.bgpNodes)) return 'other-nodes'
  const more = after.addresses.length > before.addresses.length || is.length > was.length
  return more ? 'gains' : 'unchanged'
}

const familyOf = (address: string): number | undefined => parseIp(address)?.family
const protocolsOf = ({ layer2Owner, bgpNodes }: ServiceState): readonly ('layer2' | 'bgp')[] => [
  ...(layer2Owner === null ? [] : (['layer2'] as const)),
  ...(bgpNodes.length === 0 ? [] : (['bgp'] as const)),
]
const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index])

function nodeChanges(before: World, after: World, services: readonly ServiceChange[]): readonly NodeChange[] {
  const names = [...new Set([...before.nodes.keys(), ...after.nodes.keys()])].sort()
  const was = countsOf(services.map((change) => change.before))
  const is = countsOf(services.map((change) => change.after))
  const none = { layer2: 0, bgp: 0 }
  return names.map((node) => ({ node, before: was.get(node) ?? none, after: is.get(node) ?? none }))
}

function countsOf(states: readonly (ServiceState | null)[]): ReadonlyMap<string, NodeChange['before']> {
  const counts = new Map<string, { layer2: number; bgp: number }>()
  const add = (node: string, protocol: 'layer2' | 'bgp'): void => {
    const count = counts.get(node) ?? { layer2: 0, bgp: 0 }
    count[protocol]++
    counts.set(node, count)
  }
  for (const state of states) {
    if (state === null) continue
    if (state.layer2Owner !== null) add(state.layer2Owner, 'layer2')
    for (const node of state.bgpNodes) add(node, 'bgp')
  }
  return counts
}

function peerChanges(before: PeerPrefixes, after: PeerPrefixes): readonly PeerChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  const none: ReadonlyMap<string, ReadonlySet<string>> = new Map()
  return names.map((peer) => {
    const [was, is] = [before.get(peer) ?? none, after.get(peer) ?? none]
    const [first, then] = [[...was.keys()].sort(), [...is.keys()].sort()]
    const sameNodes = (prefix: string): boolean =>
      sameList([...(was.get(prefix) ?? [])].sort(), [...(is.get(prefix) ?? [])].sort())
    return {
      peer,
      before: first.length,
      after: then.length,
      withdrawn: first.filter((prefix) => !is.has(prefix)),
      announced: then.filter((prefix) => !was.has(prefix)),
      moved: then.filter((prefix) => was.has(prefix) && !sameNodes(prefix)),
    }
  })
}
