// What to ask a node about: the connections that it must let through, the Services that its rules should know, the neighbours.
import { formatIp, type Ip, type IpFamily, parseIp } from '../../net/ip.ts'
import { itemsOf } from './cluster-facts.ts'
import type { ClusterView } from './cluster-view.ts'
import type { HostPacket, HostQuestion } from './host-facts.ts'
import { mapAt, textAt } from './object-fields.ts'
import { addressesOf, nodeOf } from './object-keys.ts'
import { peersOf } from './peers-of-node.ts'

/** memberlist speaks with a few at a time; a firewall that treats more nodes differently is not looked for. */
const MOST_PEERS = 25
const GOSSIP_PORT = 7946
const BFD_PORT = 3784
/** RFC 5883 §5 */
const BFD_MULTIHOP_PORT = 4784
const WEBHOOK_PORT = 9443

export function hostQuestion(view: ClusterView, node: string): HostQuestion {
  const packets = [...gossipPackets(view, node), ...routerPackets(view, node), ...webhookPackets(view, node)]
  const services = view.servicesWithAddress.flatMap((service) =>
    addressesOf(service).flatMap((address) =>
      service.ports.map(({ port, protocol }) => ({
        address: formatIp(address),
        port,
        protocol: protocol.toLowerCase(),
      })),
    ),
  )
  return {
    node,
    packets,
    services,
    neighbours: [...new Set([...packets.map(({ peer }) => peer), ...services.map(({ address }) => address)])],
  }
}

/** The node's address of a family; nodes of two families have one of each. */
function addressOf(view: ClusterView, node: string, family: IpFamily): Ip | undefined {
  return view.nodes
    .get(node)
    ?.addresses.filter(({ type }) => type === 'InternalIP')
    .flatMap(({ address }) => parseIp(address) ?? [])
    .find((address) => address.family === family)
}

function between(
  view: ClusterView,
  node: string,
  other: string,
): { readonly peer: string; readonly local: string } | undefined {
  for (const family of [4, 6] as const) {
    const local = addressOf(view, node, family)
    const peer = addressOf(view, other, family)
    if (local !== undefined && peer !== undefined) return { peer: formatIp(peer), local: formatIp(local) }
  }
  return undefined
}

function gossipPackets(view: ClusterView, node: string): HostPacket[] {
  if (view.installation?.memberlist !== true) return []
  const others = [...view.nodes.keys()].filter((name) => name !== node).slice(0, MOST_PEERS)
  return others.flatMap((other) => {
    const ends = between(view, node, other)
    if (ends === undefined) return []
    return (['tcp', 'udp'] as const).flatMap((protocol) =>
      (['in', 'out'] as const).map((direction) => ({
        what: 'memberlist' as const,
        direction,
        protocol,
        port: GOSSIP_PORT,
        ...ends,
      })),
    )
  })
}

function routerPackets(view: ClusterView, node: string): HostPacket[] {
  return peersOf(node, view).flatMap(({ session, bfd }): HostPacket[] => {
    const { remote, source } = session
    if (remote.kind !== 'address') return []
    const own = source ?? addressOf(view, node, remote.address.family)
    if (own === undefined) return []
    const ends = { peer: formatIp(remote.address), local: formatIp(own) }
    const bfdPort = session.multihop ? BFD_MULTIHOP_PORT : BFD_PORT
    return [
      { what: 'bgp', direction: 'out', protocol: 'tcp', port: session.port, ...ends },
      ...(bfd === undefined
        ? []
        : (['in', 'out'] as const).map((direction) => ({
            what: 'bfd' as const,
            direction,
            protocol: 'udp' as const,
            port: bfdPort,
            ...ends,
          }))),
    ]
  })
}

const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']

/** From the API servers, which run on the control plane, to the controller's Pod. */
function webhookPackets(view: ClusterView, node: string): HostPacket[] {
  const pod = view.controllerPods.find((each) => textAt(each, 'status', 'phase') === 'Running')
  const address = pod === undefined ? undefined : textAt(pod, 'status', 'podIP')
  if (pod === undefined || address === undefined) return []
  const planes = itemsOf(view.facts.nodes)
    .filter((each) => CONTROL_PLANE.some((label) => Object.hasOwn(mapAt(each, 'metadata', 'labels'), label)))
    .map(({ metadata }) => metadata.name)
  const packet = { what: 'webhook', protocol: 'tcp', port: WEBHOOK_PORT } as const
  if (planes.includes(node)) {
    const family = parseIp(address)?.family
    const own = family === undefined ? undefined : addressOf(view, node, family)
    return own === undefined ? [] : [{ ...packet, direction: 'out', peer: address, local: formatIp(own) }]
  }
  if (nodeOf(pod) !== node) return []
  return planes.flatMap((plane) => {
    const ends = between(view, node, plane)
    return ends === undefined
      ? []
      : [{ ...packet, direction: 'in' as const, peer: ends.peer, local: address }]
  })
}
