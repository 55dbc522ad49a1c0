// A BGPPeer on the nodes that it selects: the neighbours that the router needs.
import type { BGPPeer } from '../../config/objects/read-object.ts'
import { type BgpSession, peerOnNode } from '../../config/semantics/bgp-session.ts'
import { formatIp, type Ip } from '../../net/ip.ts'
import { err, ok, type Result } from '../../net/result.ts'
import type { PlanNote, PlanOptions, PlanProblem, RouterNode } from './plan-options.ts'
import type { PlannedHops, PlannedNeighbour, PlannedPassword } from './router-plan.ts'

/** A neighbour without what depends on the other peers of its router. */
export type NeighbourDraft = Omit<PlannedNeighbour, 'filter'> & { readonly labels: RouterNode['labels'] }

export interface PeerPlan {
  readonly peer: BGPPeer
  readonly session: BgpSession
  readonly routerAsn: number
  readonly neighbours: readonly NeighbourDraft[]
  readonly notes: readonly PlanNote[]
}

/** `session` is the same for every node. */
export function planPeer(
  peer: BGPPeer,
  session: BgpSession,
  nodes: readonly RouterNode[],
  options: PlanOptions,
): Result<PeerPlan, PlanProblem> {
  const routerAsn = routerAsnOf(session, options)
  if (routerAsn === undefined)
    return err({
      message: `BGPPeer "${peer.name}" says dynamicASN: external, so the AS number of the router is not in the configuration.`,
      hints: ['Give it with --router-asn.'],
    })
  const notes: PlanNote[] = []
  const neighbours = nodes.flatMap((node) => {
    if (peerOnNode(peer, node.labels).kind !== 'session') return []
    const draft = neighbourOf(session, node, routerAsn, options)
    const text = typeof draft === 'string' ? draft : remarkOn(session, node)
    if (text !== undefined) notes.push({ peer: peer.name, node: node.name, text })
    return typeof draft === 'string' ? [] : [draft]
  })
  if (neighbours.length === 0 && notes.length === 0)
    notes.push({
      peer: peer.name,
      node: undefined,
      text: `BGPPeer "${peer.name}" selects none of the nodes.`,
    })
  return ok({ peer, session, routerAsn, neighbours, notes })
}

function routerAsnOf({ peerAsn, localAsn }: BgpSession, options: PlanOptions): number | undefined {
  if (typeof peerAsn === 'number') return peerAsn
  return peerAsn === 'internal' ? localAsn : options.routerAsn
}

/** The neighbour, or a sentence about why there is none. */
function neighbourOf(
  session: BgpSession,
  node: RouterNode,
  routerAsn: number,
  options: PlanOptions,
): NeighbourDraft | string {
  const { remote } = session
  const address =
    remote.kind === 'interface' ? undefined : (session.source ?? addressOf(node, remote.address))
  if (remote.kind === 'address' && address === undefined)
    return `Node "${node.name}" has no known IPv${remote.address.family} address, so BGPPeer "${session.peer}" gets no neighbour for it.`
  const internal = routerAsn === session.localAsn
  return {
    node: node.name,
    peer: session.peer,
    address,
    routerAddress: remote.kind === 'address' ? remote.address : undefined,
    interface: remote.kind === 'interface' ? node.routerInterface : undefined,
    asn: session.localAsn,
    internal,
    families: session.families,
    password: passwordOf(session, options),
    hops: hopsOf(session, internal, options),
    timers: session.timersFrom === 'default' ? undefined : timersOf(session),
    bfd: session.bfdProfile,
    gracefulRestart: session.gracefulRestart,
    labels: node.labels,
  }
}

const addressOf = (node: RouterNode, router: Ip): Ip | undefined =>
  node.addresses.find(({ family }) => family === router.family)

const timersOf = ({ holdTimeSeconds, keepaliveTimeSeconds }: BgpSession) => ({
  holdTimeSeconds,
  keepaliveTimeSeconds,
})

function remarkOn(session: BgpSession, node: RouterNode): string | undefined {
  const { remote, source } = session
  if (remote.kind === 'interface')
    return node.routerInterface === undefined
      ? `The router's interface towards node "${node.name}" is not known; a placeholder stands for it (--node ${node.name}=INTERFACE).`
      : undefined
  if (source !== undefined) return undefined
  const same = node.addresses.filter(({ family }) => family === remote.address.family)
  const [first, ...others] = same.map(formatIp)
  return others.length === 0
    ? undefined
    : `Node "${node.name}" has several addresses; it is taken to connect from ${first}, not ${others.join(', ')} (--node ${node.name}=ADDRESS).`
}

function passwordOf({ password, peer }: BgpSession, options: PlanOptions): PlannedPassword | undefined {
  if (password === undefined) return undefined
  return { placeholder: `PASSWORD-OF-${peer.toUpperCase()}`, value: options.passwords.get(peer) }
}

function hopsOf(session: BgpSession, internal: boolean, { ttlSecurityHops }: PlanOptions): PlannedHops {
  if (ttlSecurityHops !== undefined) return { kind: 'ttl-security', hops: ttlSecurityHops }
  // The number of hops is not in the configuration, and MetalLB itself sends with the largest TTL.
  return session.multihop && !internal ? { kind: 'multihop', ttl: 255 } : { kind: 'any' }
}
