// F27: IPv6 addresses of a node that somebody else has, and links without a usable link-local address to announce from.
import { formatIp, type Ip, parseIp, sameIp } from '../../../net/ip.ts'
import { NO_LINK_LOCAL } from '../../link-layer.ts'
import { type Alike, alike } from '../alike-places.ts'
import { type ClusterCheck, type ClusterDraft, failOr } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import type { HostFacts, HostLink } from '../host-facts.ts'
import { isIpvsLink, isLoopback, linkText, ownAddresses } from '../host-links.ts'
import { type PlacedAs, placedAs } from '../layer2-places.ts'
import { counted } from '../wording.ts'

export const uniqueAddresses: ClusterCheck = {
  id: 'unique-addresses',
  code: 'F27',
  link: 'wire',
  title: 'IPv6 addresses of the nodes are usable, and nobody else has them',
  needs: ['hosts', 'services', 'configuration'],
  evaluate: (view) => {
    const hosts = [...view.hosts.values()]
    const silent = placedAs(view.places, 'left out').filter(({ place }) => place.reason === NO_LINK_LOCAL)
    const groups = alike(silent)
    const told = new Set(silent.map(({ host, place }) => `${host.node} ${place.link.name}`))
    return failOr(
      [
        ...groups.map(silentDraft),
        ...hosts.flatMap((host) =>
          host.links
            .filter(
              (link) => !isLoopback(link) && !isIpvsLink(link) && !told.has(`${host.node} ${link.name}`),
            )
            .flatMap((link) =>
              ownAddresses(link)
                .filter(({ dadFailed }) => dadFailed)
                .map(({ ip }) => duplicateDraft(host, link, ip, isOfNode(ip, host.node, view))),
            ),
        ),
      ],
      counted(hosts.length, 'node'),
    )
  },
}

function silentDraft({ first, keys, breaksNow, others }: Alike<PlacedAs<'left out'>>): ClusterDraft {
  const {
    host,
    place: { link },
    address,
  } = first
  const off = host.sysctls[`net.ipv6.conf.${link.name}.disable_ipv6`] === '1'
  const failed = ownAddresses(link).some(({ ip, dadFailed }) => dadFailed && ip.value >> 118n === 0x3fan)
  const why = off
    ? 'IPv6 is switched off on it'
    : failed
      ? 'its link-local address is a duplicate'
      : 'it has no link-local address'
  return {
    title: `${host.node} cannot announce ${formatIp(address)} on ${link.name}: ${why}.`,
    severity: breaksNow ? 'error' : 'warning',
    confidence: 'certain',
    subject: `Node ${host.node}`,
    evidence: [
      linkText(link),
      ...link.addresses
        .filter(({ flags }) => flags.includes('dadfailed'))
        .map((each) => `${each.address} has the flag dadfailed`),
      `disable_ipv6 of ${link.name} is ${host.sysctls[`net.ipv6.conf.${link.name}.disable_ipv6`] ?? 'unknown'}, accept_dad ${host.sysctls[`net.ipv6.conf.${link.name}.accept_dad`] ?? 'unknown'}`,
      ...others,
    ],
    cause:
      'Neighbour discovery answers come from the link-local address: without one MetalLB leaves the interface out ("failed to create NDP responder").',
    fix: off
      ? [{ text: 'Switch IPv6 on.', command: `sysctl -w net.ipv6.conf.${link.name}.disable_ipv6=0` }]
      : [
          {
            text: failed
              ? 'Find the machine with the same hardware address, a clone as a rule, and change one of the two; then start the interface again.'
              : 'Let the kernel make one.',
            command: failed
              ? `ip link set dev ${link.name} down && ip link set dev ${link.name} up`
              : `sysctl -w net.ipv6.conf.${link.name}.addr_gen_mode=0`,
          },
        ],
    affects: keys,
  }
}

/** Others reach the node by it. */
const isOfNode = (address: Ip, node: string, view: ClusterView): boolean =>
  view.nodes.get(node)?.addresses.some((each) => {
    const own = parseIp(each.address)
    return own !== undefined && sameIp(own, address)
  }) === true

function duplicateDraft({ node }: HostFacts, link: HostLink, address: Ip, isNodes: boolean): ClusterDraft {
  const text = formatIp(address)
  return {
    title: `Another machine has ${text}, so ${node} does not use it on ${link.name}.`,
    severity: isNodes ? 'error' : 'warning',
    confidence: 'certain',
    subject: `Node ${node}`,
    evidence: [linkText(link), `${text} on ${link.name} of ${node} has the flag dadfailed`],
    cause: `When the address was added, somebody on the link answered for it (duplicate address detection, RFC 4862 §5.4). The kernel keeps such an address and does not use it.`,
    fix: [
      {
        text: 'Find the other owner from a third host, change one of the two, and add the address again.',
        command: `lbctl diagnose ndp ${text}`,
      },
    ],
    affects: 'installation',
  }
}
