// Whether the kernel lets a request in, by its reverse path filter (rp_filter): RFC 3704 §2.2 strict, §2.4 loose. It looks up the
// way back to the sender, from the address that the request is for, with the arrival's interface as the one it came in by.
import type { Ip } from '../../net/ip.ts'
import { type FibAnswer, type FibTables, lookUp } from './fib.ts'
import type { RpFilterFacts } from './route-facts.ts'

export interface ReversePathInput {
  readonly client: Ip
  readonly target: Ip
  readonly arrival: { readonly name: string; readonly index: number }
  readonly tables: FibTables
  readonly rpFilter: { readonly all: number | undefined; readonly ofInterface: number | undefined }
}

export function reversePath({ client, target, arrival, tables, rpFilter }: ReversePathInput): RpFilterFacts {
  const { all, ofInterface } = rpFilter
  const base = { all, ofInterface }
  if (client.family === 6)
    return { ...base, mode: 'none', drops: false, reason: 'the kernel has no rp_filter for IPv6' }
  // ip-sysctl: the larger value of "all" and the interface is used.
  const value = Math.max(all ?? 0, ofInterface ?? 0)
  if (value === 0) return { ...base, mode: 'off', drops: false, reason: 'rp_filter is off there' }
  const mode = value === 1 ? 'strict' : 'loose'
  // The kernel asks without an incoming interface (it stands for the host itself), whatever the request came in by.
  const back = lookUp({ destination: client, source: target, inputInterface: undefined }, tables)
  return { ...base, mode, ...judged(back, mode, arrival) }
}

function judged(
  back: FibAnswer,
  mode: 'strict' | 'loose',
  arrival: ReversePathInput['arrival'],
): Pick<RpFilterFacts, 'drops' | 'reason'> {
  const strict = mode === 'strict'
  switch (back.kind) {
    case 'unknown':
      return { drops: false, reason: 'a rule could not be followed' }
    case 'nothing':
      return { drops: true, reason: 'there is no route back to the client' }
    case 'refused':
      return { drops: true, reason: `a rule of type "${back.type}" holds the client` }
    case 'route':
      break
  }
  const { route } = back
  if (route.type === 'local')
    return { drops: true, reason: 'the client has an address of this host, which the kernel calls martian' }
  if (route.type !== 'unicast')
    return { drops: true, reason: `the route back to the client is of type "${route.type}"` }
  // fib_info_nh_uses_dev: any way of the route is enough.
  if (route.nextHops.some(({ interfaceIndex }) => interfaceIndex === arrival.index))
    return { drops: false, reason: `the route back to the client uses ${arrival.name}, too` }
  return strict
    ? { drops: true, reason: `the route back to the client does not use ${arrival.name}` }
    : { drops: false, reason: 'there is a route back to the client, by whichever interface' }
}
