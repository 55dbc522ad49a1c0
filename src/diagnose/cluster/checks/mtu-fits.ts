// F33 of the hosts that were read: tunnels that promise more room than the card below has, nodes of one segment that differ.
import { parseIp } from '../../../net/ip.ts'
import { formatPrefix } from '../../../net/prefix.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { grouped } from '../grouped.ts'
import type { HostFacts, HostLink } from '../host-facts.ts'
import { isUp, linkWith, ownAddresses } from '../host-links.ts'
import { counted } from '../wording.ts'

/** Octets that a tunnel puts before a packet, outer IPv4 header included. */
const HEADERS: Readonly<Record<string, number>> = {
  // RFC 7348: Ethernet 14, IPv4 20, UDP 8, VXLAN 8
  vxlan: 50,
  // RFC 8926, without options
  geneve: 50,
  ipip: 20,
  sit: 20,
  // RFC 2784 without key
  gre: 24,
  wireguard: 60,
}

export const mtuFits: ClusterCheck = {
  id: 'mtu-fits',
  code: 'F33',
  link: 'return path',
  title: 'tunnels of the nodes fit into their cards, and cards on one segment are alike',
  needs: ['hosts', 'nodes'],
  evaluate: (view) => {
    const uplinks = [...view.hosts.values()].flatMap((host) => {
      const link = uplinkOf(host, view)
      return link === undefined ? [] : [{ host, link }]
    })
    if (uplinks.length === 0) return skip('the cards of the nodes are not known by their addresses')
    return failOr(
      [...uplinks.flatMap(({ host, link }) => tunnelDrafts(host, link)), ...unlikeDrafts(uplinks)],
      counted(uplinks.length, 'node'),
    )
  },
}

interface Uplink {
  readonly host: HostFacts
  readonly link: HostLink
}

function uplinkOf(host: HostFacts, view: ClusterView): HostLink | undefined {
  for (const { type, address } of view.nodes.get(host.node)?.addresses ?? []) {
    const own = type === 'InternalIP' ? parseIp(address) : undefined
    const link = own === undefined ? undefined : linkWith(own, host)
    if (link !== undefined) return link
  }
  return undefined
}

function tunnelDrafts({ node, links }: HostFacts, card: HostLink): ClusterDraft[] {
  return links.flatMap((tunnel): ClusterDraft[] => {
    const header = HEADERS[tunnel.kind ?? '']
    if (header === undefined || !isUp(tunnel) || tunnel === card || tunnel.mtu + header <= card.mtu) return []
    const fits = card.mtu - header
    return [
      {
        title: `${tunnel.name} of ${node} takes packets of ${tunnel.mtu} octets, and ${card.name} below has room for ${fits}.`,
        severity: 'error',
        confidence: 'likely',
        subject: `Node ${node}`,
        evidence: [
          `${tunnel.name} (${tunnel.kind ?? 'tunnel'}): MTU ${tunnel.mtu}`,
          `${card.name}: MTU ${card.mtu}; the tunnel puts ${header} octets before each packet`,
        ],
        cause:
          'Small requests work. Large packets on the second hop, from the node that has the address to one that has the Pod, are dropped or cut into fragments: TLS and uploads hang.',
        fix: [
          {
            text: 'Make the tunnel smaller now, and set the MTU of the network plugin so that it stays.',
            command: `ip link set dev ${tunnel.name} mtu ${fits}`,
          },
          { text: `Or make ${card.name} larger, if the switch takes it.` },
        ],
        affects: 'installation',
      },
    ]
  })
}

function unlikeDrafts(uplinks: readonly Uplink[]): ClusterDraft[] {
  const segments = grouped(
    uplinks.flatMap((uplink) => {
      const [own] = ownAddresses(uplink.link)
      return own === undefined ? [] : [{ ...uplink, segment: formatPrefix(own.prefix) }]
    }),
    ({ segment }) => segment,
  )
  return [...segments].flatMap(([segment, all]): ClusterDraft[] => {
    const [smallest, ...others] = [...all].sort((a, b) => a.link.mtu - b.link.mtu)
    const first = others.at(-1)
    if (smallest === undefined || first === undefined || first.link.mtu === smallest.link.mtu) return []
    return [
      {
        title: `The cards of the nodes on ${segment} differ: ${first.link.name} of ${first.host.node} has an MTU of ${first.link.mtu}, ${smallest.link.name} of ${smallest.host.node} ${smallest.link.mtu}.`,
        severity: 'warning',
        confidence: 'likely',
        breaks: 'now',
        subject: counted(all.length, 'Node'),
        evidence: all
          .map(({ host, link }) => `${host.node}: ${link.name} has an MTU of ${link.mtu}`)
          .slice(0, 10),
        cause:
          'There is no router between them that could say "too large": what the larger one sends is lost at the smaller one without a word.',
        fix: [
          {
            text: `Give all cards on the segment the same MTU: here on ${first.host.node}.`,
            command: `ip link set dev ${first.link.name} mtu ${smallest.link.mtu}`,
          },
        ],
        affects: 'installation',
      },
    ]
  })
}
