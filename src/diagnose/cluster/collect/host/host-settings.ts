// Settings of the kernel that decide who answers, what is let in and what is forwarded, by the names that sysctl has for them.
import type { InterfaceFacts } from '../../../ports/host.ts'
import type { Link } from '../../../ports/tables.ts'
import type { HostSurroundings } from './host-surroundings.ts'

export async function hostSettings(
  links: readonly Link[],
  { facts, programs }: Pick<HostSurroundings, 'facts' | 'programs'>,
): Promise<Record<string, string>> {
  const host = await facts.host()
  const ofLinks = links.map(async ({ name }) => ({
    ...ofInterface(name, (await facts.interface(name)).sysctl),
    ...read(programs, ofEach(name)),
  }))
  return Object.assign(
    host.ipForward === undefined ? {} : { 'net.ipv4.ip_forward': host.ipForward ? '1' : '0' },
    ofInterface('all', host.all),
    read(programs, ofEach('all')),
    ...(await Promise.all(ofLinks)),
  )
}

const ofEach = (name: string): readonly string[] => [
  `net/ipv4/conf/${name}/ignore_routes_with_linkdown`,
  `net/ipv6/conf/${name}/accept_dad`,
  `net/ipv6/conf/${name}/disable_ipv6`,
]

function ofInterface(name: string, facts: InterfaceFacts['sysctl']): Record<string, string> {
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

/** Files that are missing are left out: IPv6 may be switched off. */
const read = (programs: HostSurroundings['programs'], paths: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    paths.flatMap((path) => {
      const text = programs.read(`/proc/sys/${path}`)?.trim()
      return text === undefined || text === '' ? [] : [[path.replaceAll('/', '.'), text]]
    }),
  )
