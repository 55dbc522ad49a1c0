// What a router's configuration says about BGP, in nobody's syntax. Each reader has resolved groups, templates and defaults;
// what it did not understand is left out, and never counts as something that is missing where it could be a policy.
import type { Source, Span } from '../../config/source/source.ts'
import type { Ip, IpFamily } from '../../net/ip.ts'
import type { Prefix } from '../../net/prefix.ts'
import type { Policy } from './policy.ts'

export interface Found<T> {
  readonly value: T
  readonly at: Span
}

export interface ObservedRouter {
  readonly source: Source
  /** where BGP begins; undefined when there is none in the text */
  readonly at: Span | undefined
  readonly asn: Found<number> | undefined
  readonly neighbours: readonly ObservedNeighbour[]
  /** neighbours that are accepted by their address */
  readonly ranges: readonly ObservedRange[]
  /** equal paths of one prefix; undefined where the router has no such setting */
  readonly paths: (family: IpFamily, internal: boolean) => ObservedPaths | undefined
  /** paths count as equal although their AS paths differ */
  readonly relaxed: boolean
}

export interface ObservedPaths {
  readonly count: number
  /** the line that says so; undefined for a default */
  readonly at: Span | undefined
}

export interface ObservedNeighbour {
  /** its address or interface, as written */
  readonly key: string
  readonly address: Ip | undefined
  readonly at: Span
  readonly asn: Found<number | 'internal' | 'external'> | undefined
  /** AS number that it sees of the router, where that is not the router's own */
  readonly localAsn: Found<number> | undefined
  readonly shutdown: Span | undefined
  readonly password: Span | undefined
  readonly multihop: Span | undefined
  readonly ttlSecurity: Span | undefined
  readonly bfd: Span | undefined
  readonly holdTimeSeconds: Found<number> | undefined
  /** whether the router keeps the routes of a node that restarts; undefined: not known, or by default */
  readonly helper: Found<boolean> | undefined
  readonly families: ReadonlyMap<IpFamily, ObservedFamily>
}

export interface ObservedRange extends Omit<ObservedNeighbour, 'address'> {
  readonly range: Prefix
}

/** A family that is active. */
export interface ObservedFamily {
  readonly at: Span
  readonly policy: Policy
  readonly limit: Found<number> | undefined
}
