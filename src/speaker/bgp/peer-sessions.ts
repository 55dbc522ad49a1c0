// BGPPeers → the sessions of this node, in the words of src/bgp.
import type { BgpPeerOptions } from '../../bgp/peer.ts'
import type { BgpSession } from '../../config/semantics/bgp-session.ts'
import { routerIdOfName } from '../../config/semantics/router-id.ts'
import { matchesAny } from '../../config/semantics/selector.ts'
import type { Ip } from '../../net/ip.ts'
import type { BfdProfile, Peer } from '../configuration/configuration.ts'
import type { NodeFact } from '../facts/facts.ts'

/** How often an unreachable router is tried at last; MetalLB waits up to two minutes, too. */
const CONNECT_RETRY_SECONDS = 120
/** As long as FRR asks for, which is what MetalLB has in the modes that know graceful restart. */
export const RESTART_SECONDS = 120

/** A peer that is for this node. */
export interface PeerSession {
  readonly name: string
  /** undefined: the router is looked for on this interface, and was not seen yet */
  readonly options: BgpPeerOptions | undefined
  readonly interfaceName: string | undefined
  readonly bfd: BfdProfile | undefined
}

export interface OwnNode {
  readonly name: string
  /** undefined while nobody has told of it: then no peer is for it */
  readonly node: NodeFact | undefined
  /** link-local addresses of routers by interface, for peers that name one */
  readonly routers: ReadonlyMap<string, Ip>
}

/** @param judged labels by which the configuration was found right; by default those that the node has */
export function peerSessions(
  peers: readonly Peer[],
  own: OwnNode,
  judged?: NodeFact['labels'],
): readonly PeerSession[] {
  const { node } = own
  if (node === undefined) return []
  const labels = judged ?? node.labels
  const mine = peers.filter(({ nodes }) => nodes.length === 0 || matchesAny(nodes, labels))
  const routerId = nodeRouterId(own)
  return mine.map(({ name, session, password, bfd }) => {
    const { remote } = session
    const unnumbered = remote.kind === 'interface'
    const address = unnumbered ? own.routers.get(remote.interface) : remote.address
    const zone = unnumbered ? remote.interface : undefined
    const found = address === undefined ? undefined : { address, ...(zone === undefined ? {} : { zone }) }
    return {
      name,
      options:
        found &&
        peerOptions(name, session, { ...found, ...(password === undefined ? {} : { password }) }, routerId),
      interfaceName: zone,
      bfd,
    }
  })
}

/**
 * metallb.md §6.3: MetalLB takes the local address of each connection, so that one node may show two routers two identifiers. RFC 4271
 * §4.2 wants one for all of a speaker: it is the node's first IPv4 address, and without one MetalLB's number of the name.
 */
function nodeRouterId({ name, node }: OwnNode): Ip {
  return node?.addresses.find(({ family }) => family === 4) ?? routerIdOfName(name)
}

function peerOptions(
  name: string,
  session: BgpSession,
  found: Pick<BgpPeerOptions['remote'], 'address' | 'zone' | 'password'>,
  routerId: Ip,
): BgpPeerOptions {
  const { source, vrf } = session
  return {
    name,
    remote: {
      ...found,
      port: session.port,
      ...(source === undefined ? {} : { source }),
      // The address of an unnumbered session says its interface itself.
      ...(vrf === undefined ? {} : { device: vrf }),
    },
    localAsn: session.localAsn,
    peerAsn: session.peerAsn,
    routerId: session.routerId ?? routerId,
    holdTimeSeconds: session.holdTimeSeconds,
    keepaliveTimeSeconds: keepaliveSeconds(session),
    connectRetrySeconds: session.connectTimeSeconds ?? CONNECT_RETRY_SECONDS,
    families: session.families,
    gracefulRestart: session.gracefulRestart ? { restartSeconds: RESTART_SECONDS } : undefined,
    passive: false,
    maximumPrefixes: undefined,
  }
}

/**
 * RFC 4271 §4.4: with a hold time there must be keepalives. 0s under a hold time comes from the conversion of v1beta1, which writes it
 * for what was left out; MetalLB's own speaker ignores it and sends a third of the hold time, and so it is here.
 */
const keepaliveSeconds = ({
  timersFrom,
  keepaliveTimeSeconds,
  holdTimeSeconds,
}: BgpSession): number | undefined =>
  timersFrom === 'default' || (keepaliveTimeSeconds === 0 && holdTimeSeconds > 0)
    ? undefined
    : keepaliveTimeSeconds
