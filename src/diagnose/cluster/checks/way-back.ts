// F30 of the hosts that were read: requests come in by one card, and the routes say that answers to strangers leave by another one.
import { formatIp, type Ip, type IpFamily, parseIp } from '../../../net/ip.ts'
import { parsePrefix, prefixContains } from '../../../net/prefix.ts'
import type { ServiceKey } from '../../../speaker/facts/facts.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import type { HostFacts } from '../host-facts.ts'
import { leavesBy, wayTo } from '../host-fib.ts'
import { linkText, settingOf } from '../host-links.ts'
import { placedAs } from '../layer2-places.ts'
import { addressesOf, keyOf } from '../object-keys.ts'
import { peersOf } from '../peers-of-node.ts'
import { counted, servicesText } from '../wording.ts'

export const wayBack: ClusterCheck = {
  id: 'way-back',
  code: 'F30',
  link: 'return path',
  title: 'answers to clients elsewhere leave by the card that requests come in by',
  needs: ['hosts', 'services', 'configuration'],
  evaluate: (view) => {
    const arrivals = [...byLayer2(view), ...byBgp(view)]
    if (arrivals.length === 0) return skip('no node that was read gets packets for an address')
    const groups = new Map<string, Arrival[]>()
    for (const each of arrivals.filter(isCrooked)) {
      const key = `${each.host.node} ${each.links.join(' ')}`
      groups.set(key, [...(groups.get(key) ?? []), each])
    }
    return failOr(
      [...groups.values()].flatMap((group) => draft(group) ?? []),
      counted(arrivals.length, 'address', 'addresses'),
    )
  },
}

interface Arrival {
  readonly host: HostFacts
  readonly key: ServiceKey
  readonly address: Ip
  /** requests come in by one of these */
  readonly links: readonly string[]
  readonly because: string
}

const byLayer2 = (view: ClusterView): Arrival[] =>
  placedAs(view.places, 'announced')
    .filter(({ isOwner }) => isOwner)
    .map(({ host, key, address, place }) => ({
      host,
      key,
      address,
      links: place.links.map(({ name }) => name),
      because: 'it announces the address there',
    }))

/** Routers send packets for a route by the link that they have the session on. */
function byBgp(view: ClusterView): Arrival[] {
  return view.servicesWithAddress.flatMap((service) =>
    [...view.hosts.values()].flatMap((host) => {
      if (view.matrixOf(service)?.nodes.get(host.node)?.bgp.announces !== true) return []
      const near = peersOf(host.node, view).flatMap(({ session: { remote } }) => {
        const way = remote.kind === 'address' ? wayTo(remote.address, host) : undefined
        return way?.interface === undefined || way.gateway !== undefined ? [] : [way.interface]
      })
      if (near.length === 0) return []
      return addressesOf(service).map((address) => ({
        host,
        key: keyOf(service),
        address,
        links: [...new Set(near)],
        because: 'its routers are there',
      }))
    }),
  )
}

/** An address that no route of the host is for in particular. */
function stranger(family: IpFamily, { routes }: HostFacts): Ip | undefined {
  const prefixes = routes.flatMap(({ destination }) => parsePrefix(destination) ?? [])
  return STRANGERS.flatMap((text) => parseIp(text) ?? []).find(
    (address) =>
      address.family === family &&
      !prefixes.some((prefix) => prefix.length > 0 && prefixContains(prefix, address)),
  )
}

/** Nothing is sent to them: they are looked up in tables. */
const STRANGERS = [
  '203.0.113.77',
  '198.51.100.77',
  '192.0.2.77',
  '198.18.0.77',
  '2001:db8:77::77',
  '2001:2:77::77',
]

function isCrooked({ host, address, links }: Arrival): boolean {
  const client = stranger(address.family, host)
  const way = client === undefined ? undefined : wayTo(client, host, address)
  if (client === undefined || way?.interface === undefined) return false
  return !links.some((name) => leavesBy(name, client, host, address))
}

function draft(group: readonly Arrival[]): ClusterDraft | undefined {
  const [first] = group
  if (first === undefined) return undefined
  const { host, address, links, because } = first
  const client = stranger(address.family, host)
  const out = client === undefined ? undefined : wayTo(client, host, address)
  const [link = ''] = links
  const own = host.links.find(({ name }) => name === link)
  const strict = address.family === 4 && settingOf(host, link, 'rp_filter') === 1
  const keys = [...new Set(group.map(({ key }) => key))]
  const text = formatIp(address)
  return {
    title: strict
      ? `${host.node} drops requests for ${text} from clients elsewhere: they come in by ${link}, and its way back to them is ${out?.interface ?? 'another one'}.`
      : `${host.node} gets requests for ${text} by ${link}, and answers clients elsewhere by ${out?.interface ?? 'another one'}.`,
    severity: strict ? 'error' : 'warning',
    confidence: strict ? 'likely' : 'possible',
    subject: `Node ${host.node}`,
    evidence: [
      `requests come in by ${link}, because ${because}`,
      ...(own === undefined ? [] : [linkText(own)]),
      `the way back to a client that no route is for in particular: ${out?.gateway === undefined ? '' : `through ${formatIp(out.gateway)} `}on ${out?.interface ?? 'another one'}`,
      `rp_filter of ${link} is ${settingOf(host, link, 'rp_filter') ?? 'unknown'}`,
      `${servicesText(keys)}`,
    ],
    cause: strict
      ? 'With rp_filter 1 the kernel takes a packet only by the card that the route back to its sender uses (RFC 3704 §2.2). Clients on the link itself are fine, all others time out.'
      : 'The router there has not seen the request: a stateful firewall drops the answer, and reverse path filters of others may, too.',
    fix: [
      {
        text: `Answer from the subnet by ${link}: a routing table for what comes from it.`,
        command: `ip rule add from ${text} lookup 100 && ip route add default via ROUTER dev ${link} table 100`,
      },
      ...(strict
        ? [{ text: 'Or let packets in by any card.', command: `sysctl -w net.ipv4.conf.${link}.rp_filter=2` }]
        : []),
    ],
    affects: keys,
  }
}
