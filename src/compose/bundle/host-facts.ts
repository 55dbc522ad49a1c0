// What the kernel of this host says about its network, as facts of a diagnosis keep it.
import { hostname } from 'node:os'
import type { HostFacts, HostLink, HostRoute } from '../../diagnose/cluster/cluster-facts.ts'
import type { Surroundings } from '../../diagnose/collect/question.ts'
import type { InterfaceFacts } from '../../diagnose/ports/host.ts'
import type { InterfaceAddress, Link } from '../../diagnose/ports/tables.ts'
import { formatIp } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'

/** Its node is the name of the host. @throws LbctlError where there is no kernel that can be asked */
export async function readHostFacts(): Promise<HostFacts> {
  const { openKernel } = await import('../linux.ts')
  const around = await openKernel()
  const links = await around.tables.links()
  const addresses = await around.tables.addresses()
  const host = await around.facts.host()
  const details = new Map<number, InterfaceFacts>()
  for (const link of links) details.set(link.index, await around.facts.interface(link.name))
  return {
    node: hostname(),
    links: links.map((link) => hostLink(link, links, addresses, details.get(link.index))),
    routes: await routesOf(around, links),
    sysctls: {
      ...(host.ipForward === undefined ? {} : { 'net.ipv4.ip_forward': host.ipForward ? '1' : '0' }),
      ...sysctlsOf('all', host.all),
      ...Object.assign({}, ...links.map(({ index, name }) => sysctlsOf(name, details.get(index)?.sysctl))),
    },
    machine: host.virtualPlatform ?? host.dmiProduct,
    firewall: [],
    proxyRules: undefined,
    listeners: await listenersOf(around),
  }
}

function hostLink(
  link: Link,
  links: readonly Link[],
  addresses: readonly InterfaceAddress[],
  facts: InterfaceFacts | undefined,
): HostLink {
  const master = links.find(({ index }) => index === link.masterIndex)
  return {
    name: link.name,
    mac: link.mac,
    flags: flagsOf(link),
    mtu: link.mtu,
    type: link.hardwareType,
    kind: link.kind,
    master: master?.name,
    wireless: facts?.wireless === true,
    carrier: link.carrier === true,
    bondMode: link.bond?.mode ?? facts?.bond?.mode,
    addresses: addresses
      .filter(({ interfaceIndex }) => interfaceIndex === link.index)
      .map((each) => ({
        address: `${formatIp(each.address)}/${each.prefixLength}`,
        flags: [
          ...(each.tentative ? ['tentative'] : []),
          ...(each.dadFailed ? ['dadfailed'] : []),
          ...(each.deprecated ? ['deprecated'] : []),
          ...(each.permanent ? ['permanent'] : []),
        ],
      })),
  }
}

/** Words as `ip link` prints them. */
const flagsOf = ({ flags }: Link): string[] =>
  [
    flags.loopback ? 'LOOPBACK' : '',
    flags.broadcast ? 'BROADCAST' : '',
    flags.multicast ? 'MULTICAST' : '',
    flags.pointToPoint ? 'POINTOPOINT' : '',
    flags.noArp ? 'NOARP' : '',
    flags.promiscuous ? 'PROMISC' : '',
    flags.slave ? 'SLAVE' : '',
    flags.up ? 'UP' : '',
    flags.running ? 'LOWER_UP' : '',
  ].filter((word) => word !== '')

const LOCAL_TABLE = 255

async function routesOf({ tables }: Surroundings, links: readonly Link[]): Promise<HostRoute[]> {
  const names = new Map(links.map(({ index, name }) => [index, name]))
  const routes = (await tables.routes()).filter(
    ({ table, type }) => table !== LOCAL_TABLE && type !== 'local',
  )
  return routes.flatMap(({ destination, nextHops, table }) => {
    const text = destination.length === 0 ? 'default' : formatPrefix(destination)
    const hops = nextHops.length === 0 ? [undefined] : nextHops
    return hops.map((hop) => ({
      destination: text,
      gateway: hop?.gateway === undefined ? undefined : formatIp(hop.gateway),
      interface: hop?.interfaceIndex === undefined ? undefined : names.get(hop.interfaceIndex),
      table,
    }))
  })
}

function sysctlsOf(name: string, facts: InterfaceFacts['sysctl'] | undefined): Record<string, string> {
  if (facts === undefined) return {}
  const values = {
    [`net.ipv4.conf.${name}.rp_filter`]: facts.rpFilter,
    [`net.ipv4.conf.${name}.arp_ignore`]: facts.arpIgnore,
    [`net.ipv4.conf.${name}.arp_announce`]: facts.arpAnnounce,
    [`net.ipv4.conf.${name}.arp_filter`]: facts.arpFilter,
    [`net.ipv4.conf.${name}.proxy_arp`]: facts.proxyArp,
    [`net.ipv4.conf.${name}.forwarding`]: facts.forwardingIpv4,
    [`net.ipv6.conf.${name}.forwarding`]: facts.forwardingIpv6,
  }
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  )
}

/** BGP and the gossip of the speakers. */
const PORTS = [179, 7946]

async function listenersOf({ tables }: Surroundings): Promise<HostFacts['listeners']> {
  const found: { address: string; program: undefined }[] = []
  for (const port of PORTS)
    for (const { state, local } of await tables.tcpSessions(port)) {
      const address = local.address.family === 6 ? `[${formatIp(local.address)}]` : formatIp(local.address)
      if (state === 'listen') found.push({ address: `${address}:${local.port}`, program: undefined })
    }
  return found
}
