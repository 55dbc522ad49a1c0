// What the path attributes of an UPDATE say, as values.
import type { Ip, IpFamily } from '../../net/ip.ts'
import type { BgpRoute } from './route.ts'

/** RFC 4271 §4.3; RFC 5065 §3 for the two of confederations. */
export interface AsSegment {
  readonly kind: 'set' | 'sequence' | 'confed-sequence' | 'confed-set'
  /** 1..255 numbers */
  readonly asns: readonly number[]
}

export interface LargeCommunity {
  /** AS number of who defined it */
  readonly global: number
  readonly local1: number
  readonly local2: number
}

/** The partial bit of an optional transitive attribute: some speaker on the way did not know it. */
interface Partial {
  readonly partial: boolean
}

/** Routes of unicast families. Those of other families are kept as unknown attributes. */
export interface MpReach {
  readonly kind: 'mp-reach'
  readonly family: IpFamily
  /** of IPv6 too where `family` is 4 (RFC 8950 §3); `::` where only a link-local one was sent as the second */
  readonly nextHop: Ip
  /** RFC 2545 §3 */
  readonly linkLocal?: Ip
  readonly routes: readonly BgpRoute[]
}

export interface MpUnreach {
  readonly kind: 'mp-unreach'
  readonly family: IpFamily
  readonly routes: readonly BgpRoute[]
}

interface Aggregator {
  readonly asn: number
  readonly address: Ip
}

export type KnownAttribute =
  | { readonly kind: 'origin'; readonly origin: 'igp' | 'egp' | 'incomplete' }
  | { readonly kind: 'as-path'; readonly segments: readonly AsSegment[] }
  | { readonly kind: 'next-hop'; readonly address: Ip }
  | { readonly kind: 'multi-exit-discriminator'; readonly value: number }
  | { readonly kind: 'local-preference'; readonly value: number }
  | { readonly kind: 'atomic-aggregate' }
  | ({ readonly kind: 'aggregator' } & Aggregator & Partial)
  | ({ readonly kind: 'communities'; readonly communities: readonly number[] } & Partial)
  | { readonly kind: 'originator-id'; readonly id: Ip }
  | { readonly kind: 'cluster-list'; readonly ids: readonly Ip[] }
  | MpReach
  | MpUnreach
  | ({ readonly kind: 'extended-communities'; readonly communities: readonly bigint[] } & Partial)
  | ({ readonly kind: 'as4-path'; readonly segments: readonly AsSegment[] } & Partial)
  | ({ readonly kind: 'as4-aggregator' } & Aggregator & Partial)
  | ({ readonly kind: 'large-communities'; readonly communities: readonly LargeCommunity[] } & Partial)
  | ({ readonly kind: 'only-to-customer'; readonly asn: number } & Partial)

/** Kept as it came: optional and not known to us, or routes of a family that is not ours. */
export interface UnknownAttribute {
  readonly kind: 'unknown'
  readonly type: number
  readonly transitive: boolean
  readonly partial: boolean
  readonly bytes: Uint8Array
}

export type PathAttribute = KnownAttribute | UnknownAttribute
