// F17: nodes that could announce on a tunnel only, where there is no ARP.
import { formatIp } from '../../../net/ip.ts'
import { hardwareTypeName } from '../../link-layer.ts'
import { type Alike, alike } from '../alike-places.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import { linkText } from '../host-links.ts'
import { type PlacedAs, placedAs } from '../layer2-places.ts'
import { counted, servicesText } from '../wording.ts'

export const layer2Link: ClusterCheck = {
  id: 'layer-2-link',
  code: 'F17',
  link: 'wire',
  title: 'the links of the addresses speak ARP or neighbour discovery',
  needs: ['hosts', 'services', 'configuration'],
  evaluate: (view) => {
    const places = view.places
    if (places.length === 0) return skip('no node that was read announces by layer 2')
    return failOr(
      alike(placedAs(places, 'tunnel')).map(draft),
      counted(places.length, 'address', 'addresses'),
    )
  },
}

function draft({ first, keys, breaksNow, others }: Alike<PlacedAs<'tunnel'>>): ClusterDraft {
  const {
    host,
    place: { link },
    address,
  } = first
  const protocol = address.family === 4 ? 'ARP' : 'neighbour discovery'
  return {
    title: `${formatIp(address)} would be announced on ${link.name} of ${host.node}, a layer 3 tunnel: there is no ${protocol} on it.`,
    severity: breaksNow ? 'error' : 'warning',
    confidence: 'certain',
    subject: `Node ${host.node}`,
    evidence: [
      `${link.name}: hardware type ${link.type}, ${hardwareTypeName(link.type)}${link.kind === undefined ? '' : `, made as ${link.kind}`}`,
      `flags of ${link.name}: ${link.flags.join(', ')}`,
      linkText(link),
      `${servicesText(keys)} ${keys.length === 1 ? 'is' : 'are'} announced by layer 2 there${breaksNow ? '' : ' when another node fails'}`,
      ...others,
    ],
    cause: `Packets on ${link.name} have no hardware addresses: the tunnel decides by the destination which peer gets a packet, and MetalLB leaves such interfaces out. An address cannot move between the peers.`,
    fix: [
      {
        text: 'Announce on the network card behind the tunnel, with addresses of its subnet.',
        configuration: ['spec:', '  interfaces:', `  - ${cardOf(host.links) ?? 'eth0'}`],
      },
      {
        text: 'Or announce over the tunnel with BGP; the next hop must be among the AllowedIPs of the peer.',
      },
    ],
    affects: keys,
  }
}

const cardOf = (links: PlacedAs<'tunnel'>['host']['links']): string | undefined =>
  links.find(({ kind, type, carrier }) => kind === undefined && type === 1 && carrier)?.name
