// Links of a host as facts have them: what they can do, which subnets are on them, which settings count for them.
import { type Ip, type IpFamily, ipBits, parseIp, sameIp } from '../../net/ip.ts'
import { type Prefix, prefixContains, prefixOf } from '../../net/prefix.ts'
import { isLayer3, notAnnouncedOn } from '../link-layer.ts'
import type { HostAddress, HostFacts, HostLink } from './host-facts.ts'

export const isUp = ({ flags }: HostLink): boolean => flags.includes('UP')
export const isLoopback = ({ flags }: HostLink): boolean => flags.includes('LOOPBACK')
export const isPromiscuous = ({ flags }: HostLink): boolean => flags.includes('PROMISC')
/** kube-proxy in IPVS mode puts every address of a Service there. */
export const isIpvsLink = ({ name }: HostLink): boolean => name.startsWith('kube-ipvs')
export const isTunnel = ({ type }: HostLink): boolean => isLayer3(type)

export interface OwnAddress {
  readonly ip: Ip
  readonly prefix: Prefix
  readonly dadFailed: boolean
  readonly tentative: boolean
}

export function ownAddress({ address, flags }: HostAddress): OwnAddress | undefined {
  const [text = '', length = ''] = address.split('/')
  const ip = parseIp(text)
  if (ip === undefined) return undefined
  const bits = length === '' ? (ip.family === 4 ? 32 : 128) : Number(length)
  const dadFailed = flags.includes('dadfailed')
  return { ip, prefix: prefixOf(ip, bits), dadFailed, tentative: flags.includes('tentative') }
}

export const ownAddresses = (link: HostLink): readonly OwnAddress[] =>
  link.addresses.flatMap((each) => ownAddress(each) ?? [])

export const isLinkLocal = ({ family, value }: Ip): boolean =>
  family === 4 ? value >> 16n === 0xa9fen : value >> 118n === 0x3fan

/** Whose machines are neighbours on the link. Addresses of one machine alone and those of every link (fe80::) have none. */
export const ownSubnets = (link: HostLink): readonly Prefix[] =>
  ownAddresses(link).flatMap(({ ip, prefix }) =>
    prefix.length === ipBits(prefix.family) || isLinkLocal(ip) ? [] : [prefix],
  )

/** By an address of its own: a route alone may lead to a machine behind the link, and makes no segment of it. */
export const isInSubnetOf = (link: HostLink, address: Ip): boolean =>
  ownSubnets(link).some((prefix) => prefixContains(prefix, address))

/** Why MetalLB leaves the link out; undefined: it announces there. */
export const leftOut = (link: HostLink, host: HostFacts, family: IpFamily): string | undefined =>
  notAnnouncedOn(
    {
      name: link.name,
      up: isUp(link),
      noArp: link.flags.includes('NOARP'),
      broadcast: link.flags.includes('BROADCAST'),
      master: link.master === undefined || isVrf(link.master, host) ? undefined : { name: link.master },
      addresses: ownAddresses(link).map(({ ip, dadFailed, tentative }) => ({
        linkLocal: isLinkLocal(ip),
        dadFailed,
        tentative,
      })),
    },
    family,
  )

const isVrf = (name: string, { links }: HostFacts): boolean =>
  links.find((link) => link.name === name)?.kind === 'vrf'

/** The link that has an address of the host itself. */
export const linkWith = (address: Ip, host: HostFacts): HostLink | undefined =>
  host.links.find((link) => !isIpvsLink(link) && ownAddresses(link).some(({ ip }) => sameIp(ip, address)))

/** As `ip address` shows it, for evidence: `eth0: 192.0.2.11/24` */
export const linkText = ({ name, addresses }: HostLink): string =>
  `${name}: ${addresses.map(({ address }) => address).join(', ') || 'no address'}`

/** The kernel takes the larger one of the interface's value and that of `all`. Undefined: neither was read. */
export function settingOf(host: HostFacts, link: string, key: string): number | undefined {
  const values = ['all', link].flatMap((name) => {
    const text = host.sysctls[`net.ipv4.conf.${name}.${key}`]
    return text === undefined ? [] : [Number(text)]
  })
  return values.length === 0 ? undefined : Math.max(...values)
}
