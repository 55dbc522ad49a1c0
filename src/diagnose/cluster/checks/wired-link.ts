// F15: nodes that announce on a wireless card.
import { formatIp } from '../../../net/ip.ts'
import { type Alike, alike } from '../alike-places.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import { isPromiscuous, linkText } from '../host-links.ts'
import { type PlacedAs, placedAs } from '../layer2-places.ts'
import { counted, servicesText } from '../wording.ts'

/** Their firmware answers or drops ARP on its own: Broadcom's FullMAC cards, as on a Raspberry Pi. */
const DROPS_ARP = new Set(['brcmfmac'])

export const wiredLink: ClusterCheck = {
  id: 'wired-link',
  code: 'F15',
  link: 'wire',
  title: 'nodes announce by layer 2 on wires',
  needs: ['hosts', 'services', 'configuration'],
  evaluate: (view) => {
    const places = placedAs(view.places, 'announced')
    if (places.length === 0) return skip('no node that was read announces by layer 2')
    const onAir = places.filter(({ place }) =>
      place.links.every((link) => link.wireless && !isPromiscuous(link)),
    )
    return failOr(alike(onAir).map(draft), counted(places.length, 'address', 'addresses'))
  },
}

function draft({ first, keys, breaksNow, others }: Alike<PlacedAs<'announced'>>): ClusterDraft {
  const { host, place, address } = first
  const [link] = place.links
  const name = link?.name ?? ''
  const drops = DROPS_ARP.has(link?.driver ?? '')
  return {
    title: `${host.node} announces ${formatIp(address)} on ${name}, which is wireless and ${drops ? 'drops' : 'may drop'} ARP for addresses that it does not have.`,
    severity: drops && breaksNow ? 'error' : 'warning',
    confidence: 'likely',
    breaks: breaksNow ? 'now' : 'some day',
    subject: `Node ${host.node}`,
    evidence: [
      `${name} is a wireless interface${link?.driver === undefined ? '' : `, driver ${link.driver}`}, not in promiscuous mode`,
      ...(link === undefined ? [] : [linkText(link)]),
      `${servicesText(keys)} ${keys.length === 1 ? 'is' : 'are'} announced on it`,
      ...others,
    ],
    cause:
      'Wireless cards filter broadcasts for addresses that are not their own, and access points keep clients apart or answer for them. It works for minutes after traffic, and while tcpdump runs.',
    fix: [
      {
        text: 'Keep the card promiscuous, on every boot, as a way around it.',
        command: `ip link set dev ${name} promisc on`,
      },
      { text: 'Or give the node a wire, or announce with BGP.' },
    ],
    affects: keys,
  }
}
