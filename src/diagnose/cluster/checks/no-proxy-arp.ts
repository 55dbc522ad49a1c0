// F19: a node whose kernel answers ARP for addresses that it forwards to another card (proxy ARP), beside the one that announces them.
import { formatIp, type Ip } from '../../../net/ip.ts'
import type { ServiceKey } from '../../../speaker/facts/facts.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { grouped } from '../grouped.ts'
import type { HostFacts, HostLink } from '../host-facts.ts'
import { forwardedTo } from '../host-fib.ts'
import { leftOut, linkText, settingOf } from '../host-links.ts'
import { addressesOf, keyOf } from '../object-keys.ts'
import { counted, listed, servicesText } from '../wording.ts'

export const noProxyArp: ClusterCheck = {
  id: 'no-proxy-arp',
  code: 'F19',
  link: 'wire',
  title: 'no node answers ARP for addresses that it would pass on to another card',
  needs: ['hosts', 'services', 'configuration'],
  evaluate: (view) => {
    if (view.hosts.size === 0) return skip('no node was read')
    const all = proxiesIn(view)
    const groups = grouped(all, ({ host, link, way }) => `${host.node} ${link.name} ${way}`)
    return failOr(
      [...groups.values()].flatMap((group) => draft(group)),
      counted(view.hosts.size, 'node'),
    )
  },
}

interface Proxy {
  readonly host: HostFacts
  readonly key: ServiceKey
  readonly owner: string
  readonly address: Ip
  /** that the requests come in by */
  readonly link: HostLink
  /** name of the link that the address would be sent to */
  readonly way: string
}

/** The owner answers anyway, and with the same hardware address: on it a proxy changes nothing. */
const proxiesIn = (view: ClusterView): readonly Proxy[] =>
  view.servicesWithAddress.flatMap((service) => {
    const owner = view.matrixOf(service)?.owner
    if (owner === undefined) return []
    return [...view.hosts.values()].flatMap((host) =>
      host.node === owner
        ? []
        : addressesOf(service)
            .filter(({ family }) => family === 4)
            .flatMap((address) =>
              view
                .subnetsOf(host)
                .linksOf(address)
                .flatMap((link) => {
                  const way = proxiedTo(address, link, host)
                  return way === undefined ? [] : [{ host, key: keyOf(service), owner, address, link, way }]
                }),
            ),
    )
  })

/** As the kernel decides (arp_process): it proxies, it forwards what this card brings, and its way leaves by another card. */
function proxiedTo(address: Ip, link: HostLink, host: HostFacts): string | undefined {
  if (!link.carrier || leftOut(link, host, 4) !== undefined) return undefined
  if (settingOf(host, link.name, 'proxy_arp') !== 1 || !forwards(host, link.name)) return undefined
  const way = forwardedTo(address, link.name, host)
  return way === link.name ? undefined : way
}

/** That of the card alone counts; `ip_forward` sets those of all cards. */
const forwards = ({ sysctls }: HostFacts, name: string): boolean =>
  (sysctls[`net.ipv4.conf.${name}.forwarding`] ?? sysctls['net.ipv4.ip_forward']) === '1'

function draft(group: readonly Proxy[]): ClusterDraft[] {
  const [first] = group
  if (first === undefined) return []
  const { host, link, way, address, owner } = first
  const keys = [...new Set(group.map(({ key }) => key))]
  const on = ['all', link.name]
    .map((name) => `net.ipv4.conf.${name}.proxy_arp`)
    .filter((key) => host.sysctls[key] === '1')
  return [
    {
      title: `${host.node} answers ARP for ${formatIp(address)} on ${link.name} as well, which ${owner} announces: proxy ARP is on, and its way to the address leaves by ${way}.`,
      severity: 'warning',
      confidence: 'likely',
      subject: `Node ${host.node}`,
      evidence: [
        `${listed(on)} ${on.length === 1 ? 'is' : 'are'} 1, and ${link.name} forwards`,
        linkText(link),
        `${host.node} would send what comes for ${formatIp(address)} to ${way}`,
        `${servicesText(keys)} with it`,
      ],
      cause:
        'With proxy ARP the kernel answers for every address that it would forward to another card. Neighbours learn now the hardware address of the node that announces, now that of this one.',
      fix: [
        {
          text: `Switch proxy ARP off on ${link.name} of ${host.node}, unless something there needs it.`,
          command: `sysctl -w ${on.map((key) => `${key}=0`).join(' ')}`,
        },
        {
          text: `Or take away the route to ${way}, where the address does not belong.`,
          command: `ip route get ${formatIp(address)}`,
        },
      ],
      affects: keys,
    },
  ]
}
