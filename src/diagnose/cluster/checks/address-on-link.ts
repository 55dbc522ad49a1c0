// F14: an address that is in no subnet of the links that its node announces on.
import { formatIp } from '../../../net/ip.ts'
import { type Alike, alike } from '../alike-places.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import { linkText } from '../host-links.ts'
import { type Placed, type PlacedAs, placedAs } from '../layer2-places.ts'
import { counted, listed, servicesText } from '../wording.ts'

export const addressOnLink: ClusterCheck = {
  id: 'address-on-link',
  code: 'F14',
  link: 'wire',
  title: 'the addresses are in a subnet of the links that they are announced on',
  needs: ['hosts', 'services', 'configuration'],
  evaluate: (view) => {
    const places = view.places
    if (places.length === 0) return skip('no node that was read announces by layer 2')
    const groups = alike(placedAs(places, 'elsewhere'))
    return failOr(
      groups.map((each) => draft(each, places)),
      counted(places.length, 'address', 'addresses'),
    )
  },
}

function draft(
  { first, keys, breaksNow, others }: Alike<PlacedAs<'elsewhere'>>,
  all: readonly Placed[],
): ClusterDraft {
  const placed = first
  const { address, host, place } = placed
  const text = formatIp(address)
  // What is a subnet there is the link's: this node is not on it.
  const [better] = placedAs(
    all.filter(({ key, host: other }) => key === placed.key && other.node !== host.node),
    'announced',
  )
  const names = listed(place.links.map(({ name }) => name))
  return {
    title: `${text} is on no link of ${host.node}: ${names} ${place.links.length === 1 ? 'has' : 'have'} other subnets.`,
    severity: better === undefined ? 'warning' : 'error',
    confidence: 'likely',
    breaks: breaksNow ? 'now' : 'some day',
    subject: `Node ${host.node}`,
    evidence: [
      `${servicesText(keys)} ${keys.length === 1 ? 'is' : 'are'} announced there by layer 2${breaksNow ? '' : ' when another node fails'}`,
      ...place.links.slice(0, 4).map((link) => `${host.node} announces on ${linkText(link)}`),
      ...(better === undefined
        ? []
        : [`${better.host.node} has the subnet: ${better.place.links.map(linkText).join('; ')}`]),
      ...others,
    ],
    cause:
      'ARP and neighbour discovery end at the router: only a host that takes the address to be on its own link asks for it there. Others send the packets to their gateway, and a gateway without a route of its own to this link never asks.',
    fix: [
      better === undefined
        ? {
            text: `Give the router an address of the subnet of ${text} on this link, or take addresses of a subnet that is on it.`,
          }
        : {
            text: 'Select only nodes that are on the link of the address.',
            command: `kubectl -n metallb-system edit l2advertisement`,
            configuration: [
              'spec:',
              '  nodeSelectors:',
              '  - matchLabels:',
              `      kubernetes.io/hostname: ${better.host.node}`,
            ],
          },
      { text: 'Or announce the pool with BGP, which needs no common link.' },
    ],
    affects: keys,
  }
}
