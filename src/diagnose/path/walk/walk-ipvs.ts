// What IPVS does with a packet for one of its virtual servers: it looks at destination, protocol and port only. Coming in, that
// is behind the filters of INPUT; made by this host, between those of nat and of filter in OUTPUT. kube-proxy puts every address of
// a Service on the interface kube-ipvs0, so that packets for it are for this host.
import { sameIp } from '../../../net/ip.ts'
import { endpointText, type VirtualServer } from '../read/ipvs-table.ts'
import { onTrail } from './trail.ts'
import { type Traveller, translated } from './traveller.ts'

/** Priorities of its hooks: NF_IP_PRI_NAT_SRC - 2 in INPUT, NF_IP_PRI_NAT_DST + 1 in OUTPUT (ip_vs_core.c). */
export const IPVS_PRIORITY = { input: 98, output: -99 } as const

export type Balanced =
  | { readonly result: 'refused'; readonly at: Traveller }
  | { readonly result: 'sent'; readonly ways: readonly Traveller[] }

/** Undefined: no virtual server of it. */
export function balance(at: Traveller, servers: readonly VirtualServer[]): Balanced | undefined {
  const { packet } = at
  const server = servers.find(
    ({ address, port, protocol }) =>
      sameIp(address, packet.destination) && port === packet.port && protocol === packet.protocol,
  )
  if (server === undefined) return undefined
  const into = onTrail(at.trail, {
    kind: 'chain',
    table: 'ipvs',
    chain: `virtual server ${endpointText(server)}`,
    comment: `scheduler ${server.scheduler}`,
  })
  const total = server.servers.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return { result: 'refused', at: { ...at, trail: onTrail(into, refusal(server)) } }
  const { destination: address, protocol, port } = packet
  const ways = server.servers
    .filter(({ weight }) => weight > 0)
    .map((real) => {
      const probability = (at.probability * real.weight) / total
      const sent = translated(
        { kind: 'dnat', address: real.address, port: real.port },
        { ...at, trail: into },
      )
      return { ...sent, probability, packet: { ...sent.packet, virtual: { address, protocol, port } } }
    })
  return { result: 'sent', ways }
}

/** IPVS has no socket that could send a reset: it answers with ICMP port unreachable. */
function refusal({ servers }: VirtualServer) {
  const ending = servers.length === 1 ? 'its only endpoint has' : `its ${servers.length} endpoints have all`
  return {
    kind: 'stopped',
    result: 'rejected',
    rule:
      servers.length === 0
        ? 'the virtual server has no endpoint'
        : `${ending} weight 0: only connections that are there already are served`,
    comment: undefined,
  } as const
}
