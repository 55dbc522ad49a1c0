// F19: a part of a bond or bridge that should announce, two cards on one segment, a bond that changes hardware addresses.
import { formatIp } from '../../../net/ip.ts'
import { type Alike, alike } from '../alike-places.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { HostLink } from '../host-facts.ts'
import { isInSubnetOf, linkText, settingOf } from '../host-links.ts'
import { type PlacedAs, placedAs } from '../layer2-places.ts'
import { counted, servicesText } from '../wording.ts'

export const oneCard: ClusterCheck = {
  id: 'one-card',
  code: 'F19',
  link: 'wire',
  title: 'one card of each node answers for an address, and stands for itself',
  needs: ['hosts', 'services', 'configuration'],
  evaluate: (view) => {
    const places = view.places
    if (places.length === 0) return skip('no node that was read announces by layer 2')
    const announced = placedAs(places, 'announced')
    return failOr(
      [
        ...alike(placedAs(places, 'enslaved')).map(partDraft),
        ...alike(onSegment(announced).filter(({ place }) => place.links.length > 1)).map(twoDraft),
        ...alike(announced.filter(({ place }) => alternating(place.links) !== undefined)).map(bondDraft),
      ],
      counted(places.length, 'address', 'addresses'),
    )
  },
}

/** By hardware address: a VLAN or macvlan can be on the same segment with another one only when it has another. */
const differentCards = (links: readonly HostLink[]): readonly HostLink[] => {
  const seen = new Map(links.map((link) => [link.mac ?? link.name, link]))
  return [...seen.values()]
}

/** With the cards that have the subnet of the address. One that only routes it lets its own machines ask, and no others. */
const onSegment = (announced: readonly PlacedAs<'announced'>[]): readonly PlacedAs<'announced'>[] =>
  announced.map((each) => {
    const links = each.place.links.filter((link) => isInSubnetOf(link, each.address))
    return { ...each, place: { ...each.place, links: differentCards(links) } }
  })

/** Mode 6 answers ARP with the address of one part or another. */
const alternating = (links: readonly HostLink[]): HostLink | undefined =>
  links.find(({ bondMode }) => bondMode === 'balance-alb')

function partDraft({ first, keys, breaksNow, others }: Alike<PlacedAs<'enslaved'>>): ClusterDraft {
  const {
    host,
    place: { link },
    address,
  } = first
  const master = link.master ?? 'its master'
  return {
    title: `${formatIp(address)} would be announced on ${link.name} of ${host.node}, which is a part of ${master}.`,
    severity: breaksNow ? 'error' : 'warning',
    confidence: 'certain',
    subject: `Node ${host.node}`,
    evidence: [
      `master of ${link.name}: ${master}`,
      linkText(link),
      `${servicesText(keys)} with it`,
      ...others,
    ],
    cause: `What comes in by ${link.name} is handed to ${master}, which does the talking; MetalLB leaves parts of a bond or bridge out.`,
    fix: [
      {
        text: `Name ${master} in the L2Advertisement instead.`,
        configuration: ['spec:', '  interfaces:', `  - ${master}`],
      },
    ],
    affects: keys,
  }
}

function twoDraft({ first, keys, breaksNow, others }: Alike<PlacedAs<'announced'>>): ClusterDraft {
  const { host, place, address } = first
  const cards = place.links
  const [card, second] = cards
  const names = cards.map(({ name }) => name)
  const strict = names.filter((name) => settingOf(host, name, 'rp_filter') === 1)
  const drops = address.family === 4 && strict.length > 0
  return {
    title: `${names.join(' and ')} of ${host.node} are on the same segment, and each answers for ${formatIp(address)} with its own hardware address.`,
    severity: drops && breaksNow ? 'error' : 'warning',
    confidence: 'likely',
    breaks: breaksNow ? 'now' : 'some day',
    subject: `Node ${host.node}`,
    evidence: [
      ...cards.map((link) => `${linkText(link)}, hardware address ${link.mac ?? 'unknown'}`),
      ...(drops
        ? [
            `rp_filter is 1 on ${strict.join(' and ')}: what comes in by the card that the route does not use is dropped`,
          ]
        : []),
      `arp_ignore is ${settingOf(host, card?.name ?? '', 'arp_ignore') ?? 'unknown'}, arp_announce ${settingOf(host, card?.name ?? '', 'arp_announce') ?? 'unknown'}`,
      ...others,
    ],
    cause:
      'The speaker answers on every interface that a request comes in by, and the kernel does so for the addresses of the node. Neighbours learn now one, now the other hardware address, and switches see the address move.',
    fix: [
      {
        text: 'Name one of them in the L2Advertisement.',
        configuration: ['spec:', '  interfaces:', `  - ${card?.name ?? ''}`],
      },
      {
        text: `And let the kernel answer on the card that has the address only; or take ${second?.name ?? 'the other card'} off the segment.`,
        command: 'sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2',
      },
    ],
    affects: keys,
  }
}

function bondDraft({ first, keys, others }: Alike<PlacedAs<'announced'>>): ClusterDraft {
  const { host, place } = first
  const bond = alternating(place.links)
  const name = bond?.name ?? ''
  return {
    title: `${name} of ${host.node} is a bond in mode balance-alb: it changes the hardware address in answers.`,
    severity: 'warning',
    confidence: 'likely',
    subject: `Node ${host.node}`,
    evidence: [`mode of ${name}: balance-alb`, `${servicesText(keys)} announced on it`, ...others],
    cause:
      'The bond rewrites ARP to spread clients over its parts; for addresses that are not its own this fails, and they seem to move.',
    fix: [
      {
        text: 'Use mode 1 (active-backup) or 4 (802.3ad).',
        command: `ip link set dev ${name} type bond mode active-backup`,
      },
    ],
    affects: keys,
  }
}
