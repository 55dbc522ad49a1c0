// Links of a host as facts have them: what they can do, which subnets are on them, which settings count for them.
import { type Ip, type IpFamily, parseIp, sameIp } from '../../net/ip.ts'
import { type Prefix, parsePrefix, prefixContains, prefixOf } from '../../net/prefix.ts'
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

const isLinkLocal = ({ family, value }: Ip): boolean =>
  family === 4 ? value >> 16n === 0xa9fen : value >> 118n === 0x3fan

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

/** Links that the address is on: by their own subnets, and by routes without a gateway. */
export function linksOf(address: Ip, host: HostFacts): readonly HostLink[] {
  const routed = new Set(
    host.routes.flatMap(({ destination, gateway, type, interface: name, family }) => {
      if (gateway !== undefined || type !== 'unicast' || name === undefined || family !== address.family)
        return []
      const prefix = parsePrefix(destination)
      return prefix !== undefined && prefix.length > 0 && prefixContains(prefix, address) ? [name] : []
    }),
  )
  return host.links.filter(
    (link) => !isLoopback(link) && !isIpvsLink(link) && (routed.has(link.name) || hasSubnetOf(address, link)),
  )
}

const hasSubnetOf = (address: Ip, link: HostLink): boolean =>
  ownAddresses(link).some(
    ({ ip, prefix }) => !isHostPrefix(prefix) && !isLinkLocal(ip) && prefixContains(prefix, address),
  )

const isHostPrefix = ({ family, length }: Prefix): boolean => length === (family === 4 ? 32 : 128)

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
