// What to ask a node about: the connections that it must let through, the Services that its rules should know, the neighbours.
import { formatIp, type Ip, type IpFamily, parseIp } from '../../net/ip.ts'
import { itemsOf } from './cluster-facts.ts'
import type { ClusterView } from './cluster-view.ts'
import type { HostPacket, HostQuestion } from './host-facts.ts'
import { gossipPort, usualWebhookPort, type WebhookEndpoint, webhookEndpoints } from './installation-ports.ts'
import { mapAt, textAt } from './object-fields.ts'
import { addressesOf, nodeOf } from './object-keys.ts'
import { peersOf } from './peers-of-node.ts'

/** memberlist speaks with a few at a time; a firewall that treats more nodes differently is not looked for. */
const MOST_PEERS = 25
const BFD_PORT = 3784
/** RFC 5883 §5 */
const BFD_MULTIHOP_PORT = 4784

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

/** Every node, while no Pod of a speaker is known. */
function nodesWithSpeaker(view: ClusterView): readonly string[] {
  const all = [...view.nodes.keys()]
  const own = new Set(view.speakerPods.flatMap((pod) => nodeOf(pod) ?? []))
  return own.size === 0 ? all : all.filter((name) => own.has(name))
}

function gossipPackets(view: ClusterView, node: string): HostPacket[] {
  if (view.installation?.memberlist !== true) return []
  const port = gossipPort(view.installation)
  const speakers = nodesWithSpeaker(view)
  if (!speakers.includes(node)) return []
  const others = speakers.filter((name) => name !== node).slice(0, MOST_PEERS)
  return others.flatMap((other) => {
    const ends = between(view, node, other)
    if (ends === undefined) return []
    return (['tcp', 'udp'] as const).flatMap((protocol) =>
      (['in', 'out'] as const).map((direction) => ({
        what: 'memberlist' as const,
        direction,
        protocol,
        port,
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

/** From the API servers, which run on the control plane, to the Pods that serve the webhook. */
function webhookPackets(view: ClusterView, node: string): HostPacket[] {
  const planes = itemsOf(view.facts.nodes)
    .filter((each) => CONTROL_PLANE.some((label) => Object.hasOwn(mapAt(each, 'metadata', 'labels'), label)))
    .map(({ metadata }) => metadata.name)
  return servers(view).flatMap((server): HostPacket[] => {
    const packet = { what: 'webhook', protocol: 'tcp', port: server.port } as const
    const family = parseIp(server.address)?.family
    if (family === undefined) return []
    if (planes.includes(node)) {
      const own = addressOf(view, node, family)
      return own === undefined
        ? []
        : [{ ...packet, direction: 'out', peer: server.address, local: formatIp(own) }]
    }
    if (server.node !== node) return []
    return planes.flatMap((plane) => {
      const peer = addressOf(view, plane, family)
      return peer === undefined
        ? []
        : [{ ...packet, direction: 'in' as const, peer: formatIp(peer), local: server.address }]
    })
  })
}

/** As the Service has them; where none is known, the first Pod that runs. */
function servers(view: ClusterView): readonly Pick<WebhookEndpoint, 'address' | 'port' | 'node'>[] {
  const known = webhookEndpoints(view)
  if (known.length > 0) return known
  const pod = view.controllerPods.find((each) => textAt(each, 'status', 'phase') === 'Running')
  const address = pod === undefined ? undefined : textAt(pod, 'status', 'podIP')
  return pod === undefined || address === undefined
    ? []
    : [{ address, port: usualWebhookPort(view.installation), node: nodeOf(pod) }]
}
