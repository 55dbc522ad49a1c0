// Which rounds are sent on an interface, and from which address of this host. Nothing is ever sent from an address that the
// interface does not have, except the unspecified one.
import { type Ip, parseIp, sameIp } from '../../net/ip.ts'
import { type Mac, parseMac } from '../../net/mac.ts'
import { prefixContains, prefixOf } from '../../net/prefix.ts'
import { isLinkLocalIpv6 } from '../../wire/ndp/solicited-node.ts'
import type { ExaminedInterface } from '../facts/link-facts.ts'
import { type ProbeSpec, UNSPECIFIED_OF } from './probe-frame.ts'

export interface PlanInput {
  readonly link: ExaminedInterface
  readonly address: Ip
  /** chosen by the user */
  readonly source: Ip | undefined
  /** what the kernel would use on this interface */
  readonly routeSource: Ip | undefined
  readonly unicastTo: Mac | undefined
  readonly vlanId: number | undefined
  /** hardware address that the kernel remembers for the address */
  readonly remembered: string | undefined
}

export interface ProbePlan {
  /** always sent */
  readonly first: readonly ProbeSpec[]
  /** sent one after another as long as nobody has answered */
  readonly ifSilent: readonly ProbeSpec[]
}

export function planProbes(input: PlanInput): ProbePlan {
  const mac = input.link.mac === undefined ? undefined : parseMac(input.link.mac)
  if (mac === undefined) return { first: [], ifSilent: [] }
  return input.address.family === 4 ? planArp(input, mac) : planNdp(input, mac)
}

function planArp(input: PlanInput, mac: Mac): ProbePlan {
  const base = baseOf(input, mac)
  const own = input.source ?? usableSources(input)[0]
  const request = (sender: Ip): ProbeSpec => ({ ...base, method: 'arp-request', sender })
  if (input.source !== undefined) return { first: [request(input.source)], ifSilent: [] }
  const probe: ProbeSpec = { ...base, method: 'arp-probe', sender: UNSPECIFIED_OF[4] }
  return {
    first: [probe],
    ifSilent: [
      // On another VLAN this host has no address to ask from.
      ...(own === undefined || input.vlanId !== undefined ? [] : [request(own)]),
      ...rememberedProbe(input, probe),
    ],
  }
}

function planNdp(input: PlanInput, mac: Mac): ProbePlan {
  const base = baseOf(input, mac)
  const sources = usableSources(input)
  const linkLocal = sources.find(isLinkLocalIpv6)
  const global = sources.find((source) => !isLinkLocalIpv6(source))
  const first: ProbeSpec[] = []
  if (input.source !== undefined)
    first.push({
      ...base,
      method: isLinkLocalIpv6(input.source) ? 'ns-link-local' : 'ns-global',
      sender: input.source,
    })
  else {
    if (linkLocal !== undefined) first.push({ ...base, method: 'ns-link-local', sender: linkLocal })
    if (global !== undefined && input.vlanId === undefined)
      first.push({ ...base, method: 'ns-global', sender: global })
    if (first.length === 0 && input.unicastTo === undefined)
      first.push({ ...base, method: 'ns-duplicate', sender: UNSPECIFIED_OF[6] })
  }
  const [probe] = first
  return { first, ifSilent: probe === undefined ? [] : rememberedProbe(input, probe) }
}

/** Whether a host that multicast or broadcast does not reach still answers when asked alone. */
function rememberedProbe(input: PlanInput, probe: ProbeSpec): ProbeSpec[] {
  const remembered = input.remembered === undefined ? undefined : parseMac(input.remembered)
  if (remembered === undefined || input.unicastTo !== undefined || probe.method === 'ns-duplicate') return []
  return [{ ...probe, unicastTo: remembered }]
}

const baseOf = ({ link, address, unicastTo, vlanId }: PlanInput, mac: Mac) => ({
  interfaceName: link.name,
  mac,
  address,
  unicastTo,
  vlanId,
})

/** Own addresses of the interface that may be used, the best first: the kernel's choice, the subnet of the address, others. */
function usableSources({ link, address, routeSource }: PlanInput): Ip[] {
  const usable = link.addresses
    .filter(({ tentative, dadFailed }) => !tentative && !dadFailed)
    .flatMap((own) => {
      const ip = parseIp(own.address)
      return ip === undefined || ip.family !== address.family ? [] : { ip, length: own.prefixLength }
    })
    .filter(({ ip }) => !sameIp(ip, address))
  const rank = ({ ip, length }: (typeof usable)[number]): number => {
    if (routeSource !== undefined && sameIp(ip, routeSource)) return 0
    return prefixContains(prefixOf(ip, length), address) ? 1 : 2
  }
  return usable.sort((a, b) => rank(a) - rank(b)).map(({ ip }) => ip)
}
