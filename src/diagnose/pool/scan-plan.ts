// Which addresses are asked for on which interface, and why the others are not.
import { formatIp, type Ip, ip } from '../../net/ip.ts'
import { networkEnds } from '../../net/network-ends.ts'
import { formatPrefix, formatRange, type IpRange, mergeRanges, prefixOf } from '../../net/prefix.ts'
import type { ExaminedInterface, OwnAddress } from '../facts/link-facts.ts'
import { hardwareTypeName, obstacleOf } from '../link-layer.ts'
import type { Route } from '../ports/tables.ts'
import { addressesOf, rangeSize } from './address-list.ts'
import type { NotTested, NotTestedReason, SpecialAddress } from './pool-facts.ts'
import type { RouteSegment } from './route-segments.ts'

export interface ScanTarget {
  readonly address: Ip
  readonly interfaceName: string
}

export interface ScanPlan {
  readonly targets: readonly ScanTarget[]
  readonly notTested: readonly NotTested[]
}

export interface PlanInput {
  readonly segments: readonly RouteSegment[]
  /** those that the user named; empty: as the routes say */
  readonly interfaceNames: readonly string[]
  readonly nameOf: (interfaceIndex: number | undefined) => string | undefined
  readonly examined: ReadonlyMap<string, ExaminedInterface>
  /** not asked for: nobody hears his own question */
  readonly own: readonly OwnAddress[]
}

export function planScan(input: PlanInput): ScanPlan {
  const targets: ScanTarget[] = []
  const refused = new Refusals()
  const own = new Set(input.own.map(({ address }) => address))
  for (const segment of input.segments) {
    const names = input.interfaceNames.length > 0 ? input.interfaceNames : routeInterface(segment, input)
    if (names === undefined) continue
    if ('reason' in names) {
      refused.add(segment.range, names.reason, names.text)
      continue
    }
    for (const interfaceName of names) {
      const obstacle = obstacleText(interfaceName, input.examined.get(interfaceName))
      if (obstacle !== undefined) refused.add(segment.range, 'interface', obstacle)
      else
        for (const address of addressesOf(segment.range))
          if (!own.has(formatIp(address))) targets.push({ address, interfaceName })
    }
  }
  return { targets, notTested: refused.list() }
}

type Refusal = { readonly reason: NotTestedReason; readonly text: string }

/** undefined: an address of this host, which needs no answer. */
function routeInterface(
  { answer }: RouteSegment,
  { nameOf }: PlanInput,
): readonly string[] | Refusal | undefined {
  if (!answer.found)
    return {
      reason: 'no-route',
      text: REFUSALS[answer.code] ?? `the kernel refuses the route (${answer.code})`,
    }
  if (answer.type === 'local') return undefined
  const name = nameOf(answer.interfaceIndex) ?? 'an interface'
  if (answer.gateway !== undefined)
    return {
      reason: 'behind-gateway',
      text: `not on a link of this host: the route leads through ${formatIp(answer.gateway)} on ${name}`,
    }
  return [name]
}

const REFUSALS: Readonly<Record<string, string>> = {
  ENETUNREACH: 'this host has no route to them',
  EHOSTUNREACH: 'a route of type "unreachable" holds them',
  EACCES: 'a route or rule of type "prohibit" holds them',
  EINVAL: 'a route or rule of type "blackhole" holds them',
}

function obstacleText(name: string, link: ExaminedInterface | undefined): string | undefined {
  if (link === undefined) return `this host has no interface ${name}`
  if (link.mac === undefined && obstacleOf(link) === undefined) return `${name} has no hardware address`
  switch (obstacleOf(link)) {
    case undefined:
      return undefined
    case 'loopback':
      return `they are on the loopback interface ${name}`
    case 'layer-3':
    case 'not-ethernet':
      return `${name} speaks no ARP and no neighbour discovery (${hardwareTypeName(link.hardwareType)})`
    case 'no-arp':
      return `${name} has the flag NOARP`
    case 'enslaved':
      return `${name} is a part of ${link.master?.name ?? 'another interface'}: name that one with --interface`
    case 'down':
      return `${name} is down`
    case 'no-carrier':
      return `${name} has no carrier`
  }
}

/** Joins the ranges that are left out for the same reason. */
export class Refusals {
  readonly #byText = new Map<string, { reason: NotTestedReason; ranges: IpRange[] }>()

  add(range: IpRange, reason: NotTestedReason, text: string): void {
    const entry = this.#byText.get(text)
    if (entry === undefined) this.#byText.set(text, { reason, ranges: [range] })
    else entry.ranges.push(range)
  }

  list(): NotTested[] {
    return [...this.#byText].map(([text, { reason, ranges }]) => {
      const merged = mergeRanges(ranges)
      return {
        ranges: merged.map(formatRange),
        addressCount: Number(merged.reduce((sum, range) => sum + rangeSize(range), 0n)),
        reason,
        text,
      }
    })
  }
}

/** Addresses that the network needs itself: gateways of routes, and the ends of subnets of this host. */
export function specialAddresses(
  routes: readonly Route[],
  subnets: readonly OwnAddress[],
  isInRange: (address: Ip) => boolean,
  nameOf: PlanInput['nameOf'],
): SpecialAddress[] {
  const found = new Map<string, SpecialAddress>()
  const add = (address: Ip, rest: Omit<SpecialAddress, 'address'>) => {
    const text = formatIp(address)
    if (isInRange(address) && !found.has(text)) found.set(text, { address: text, ...rest })
  }
  for (const { destination, nextHops } of routes)
    for (const { gateway, interfaceIndex } of nextHops)
      if (gateway !== undefined)
        add(gateway, {
          role: 'gateway',
          prefix: formatPrefix(destination),
          interface: nameOf(interfaceIndex) ?? 'an interface',
        })
  for (const own of subnets) {
    const subnet = subnetOf(own)
    if (subnet === undefined) continue
    for (const [index, end] of networkEnds(subnet).entries())
      add(end, {
        role: index === 0 ? 'network' : 'broadcast',
        prefix: formatPrefix(subnet),
        interface: own.interface,
      })
  }
  return [...found.values()]
}

/** RFC 3021: a /31 has no ends; a /32 is no network. */
function subnetOf({ address, prefixLength }: OwnAddress) {
  const parts = address.split('.').map(Number)
  if (parts.length !== 4 || prefixLength > 30) return undefined
  const value = parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n)
  return prefixOf(ip(4, value), prefixLength)
}
