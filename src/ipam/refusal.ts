// Why a Service gets no address: data, from which MetalLB's own words and better ones are made.
import { formatIp, type Ip, type IpFamily } from '../net/ip.ts'
import { quotedList, type ServiceKey } from './request.ts'
import type { PortKey } from './sharing-group.ts'

/** Why one pool does not serve a Service. A closed list. */
export const POOL_REASONS = {
  'not-automatic': 'autoAssign is off, so only Services that ask for it get addresses from it',
  'other-namespace': 'it is reserved for other namespaces',
  'no-namespace-matches': 'its namespaceSelectors match no namespace',
  'other-labels': 'none of its serviceSelectors matches the labels of the Service',
  'family-missing': 'it has no addresses of this IP family',
  'all-avoided': 'avoidBuggyIPs leaves out all its addresses, for they end in .0 or .255',
  'no-free-address': 'all its addresses are in use',
  'held-back': 'the addresses that are left were freed a moment ago, or somebody else has them on the link',
} as const
export type PoolReason = keyof typeof POOL_REASONS

export interface PoolRefusal {
  readonly pool: string
  readonly reason: PoolReason
  /** the family that is missing or used up, where one is */
  readonly family?: IpFamily
}

/** Why a free address is not handed out. */
export interface HeldBack {
  readonly why: 'cooling-down' | 'in-use-on-link'
  /** milliseconds, of the clock of whoever calls */
  readonly untilMs: number
  /** who had it last, and gets it back at any time; undefined for an address that somebody else has on the link */
  readonly last: ServiceKey | undefined
}

export type Refusal =
  /** no pool holds the address, or two pools hold one of two each */
  | { readonly kind: 'outside-pools'; readonly addresses: readonly Ip[] }
  /** the pool of the address is for other namespaces or Services */
  | { readonly kind: 'pool-not-for-service'; readonly pool: string; readonly reason: PoolReason }
  | {
      readonly kind: 'not-shared'
      readonly service: ServiceKey
      readonly address: Ip
      readonly holders: readonly ServiceKey[]
    }
  | {
      readonly kind: 'port-taken'
      readonly address: Ip
      readonly port: PortKey
      readonly holder: ServiceKey
    }
  | { readonly kind: 'held-back'; readonly address: Ip; readonly heldBack: HeldBack }
  | { readonly kind: 'unknown-pool'; readonly pool: string }
  /** the pool that was asked for has nothing for the Service */
  | { readonly kind: 'nothing-in-pool'; readonly dual: boolean; readonly refusal: PoolRefusal }
  | { readonly kind: 'nothing-anywhere'; readonly pools: readonly PoolRefusal[] }
  | { readonly kind: 'other-family'; readonly addresses: readonly Ip[] }
  | { readonly kind: 'other-pool'; readonly addresses: readonly Ip[]; readonly pool: string }
  /** what the Service says cannot be understood; `words` says why */
  | { readonly kind: 'invalid'; readonly words: string }

/** What MetalLB says of it, where MetalLB knows such a thing; else in the same manner. */
export function metallbWords(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'outside-pools':
      return `${quotedList(refusal.addresses)} is not allowed in config`
    case 'pool-not-for-service':
      return `pool ${refusal.pool} not compatible for ip assignment`
    case 'not-shared':
      return `can't change sharing key for "${refusal.service}", address also in use by ${refusal.holders.join(',')}`
    case 'port-taken':
      return `port ${refusal.port} is already in use on "${formatIp(refusal.address)}"`
    case 'held-back':
      return refusal.heldBack.why === 'cooling-down'
        ? `"${formatIp(refusal.address)}" was freed a moment ago and is cooling down`
        : `"${formatIp(refusal.address)}" is in use on the link by somebody else`
    case 'unknown-pool':
      return `unknown pool "${refusal.pool}"`
    case 'nothing-in-pool':
      return nothingInPool(refusal)
    case 'nothing-anywhere':
      return 'no available IPs'
    case 'other-family':
      return `requested loadBalancer IP(s) ${quotedList(refusal.addresses)} does not match the ipFamily of the service`
    case 'other-pool':
      return `requested loadBalancer IP(s) ${quotedList(refusal.addresses)} is not compatible with requested address pool ${refusal.pool}`
    case 'invalid':
      return refusal.words
  }
}

/** MetalLB's word for a pool without the one family is `["<nil>"] is not allowed in config`, which helps nobody. */
function nothingInPool({ dual, refusal }: Extract<Refusal, { kind: 'nothing-in-pool' }>): string {
  if (refusal.reason === 'other-namespace' || refusal.reason === 'other-labels')
    return `pool ${refusal.pool} not compatible for ip assignment`
  if (dual) return `no available IPs in pool "${refusal.pool}" for dual IPFamily`
  return `no available IPs in pool "${refusal.pool}"`
}

/** The pools that were looked at, in the order in which they were; empty where none was looked at by itself. */
export function poolRefusals(refusal: Refusal): readonly PoolRefusal[] {
  switch (refusal.kind) {
    case 'nothing-anywhere':
      return refusal.pools
    case 'nothing-in-pool':
      return [refusal.refusal]
    case 'pool-not-for-service':
      return [{ pool: refusal.pool, reason: refusal.reason }]
    default:
      return []
  }
}

/** One clause: `its serviceSelectors …`, `all its IPv6 addresses are in use`. */
export function poolReasonWords({ reason, family }: PoolRefusal): string {
  const words = POOL_REASONS[reason]
  if (family === undefined) return words
  if (reason === 'family-missing') return `it has no IPv${family} addresses`
  return words.replace('addresses', `IPv${family} addresses`)
}
