// The custom resources as the speaker uses them: checked, references resolved, selectors compiled.

import type { BgpAdvertisement } from '../../bgp/peer.ts'
import type { BFDProfileSpec } from '../../config/schema/peer-kinds.ts'
import type { BgpSession } from '../../config/semantics/bgp-session.ts'
import { RangeIndex } from '../../config/semantics/range-index.ts'
import type { CompiledSelector } from '../../config/semantics/selector.ts'
import type { Ip, IpFamily } from '../../net/ip.ts'
import type { IpRange } from '../../net/prefix.ts'

/** Any of them has to match; none at all matches everything. */
export type Selectors = readonly CompiledSelector[]

interface AnyAdvert {
  readonly name: string
  readonly nodes: Selectors
  readonly services: Selectors
}

export interface L2Advert extends AnyAdvert {
  /** exact names; empty: all */
  readonly interfaces: readonly string[]
  readonly preferences: readonly { readonly weight: number; readonly nodes: CompiledSelector }[]
}

export interface BgpAdvert extends AnyAdvert {
  /** length of the prefixes to announce */
  readonly lengths: Readonly<Record<IpFamily, number>>
  /** undefined: not given, which conflicts with others as 0 does */
  readonly localPreference: number | undefined
  readonly communities: BgpAdvertisement['communities']
  readonly largeCommunities: BgpAdvertisement['largeCommunities']
  /** names of BGPPeers; empty: all */
  readonly peers: readonly string[]
}

export interface Pool {
  readonly name: string
  readonly ranges: readonly IpRange[]
  readonly families: ReadonlySet<IpFamily>
  readonly l2: readonly L2Advert[]
  readonly bgp: readonly BgpAdvert[]
}

export interface Peer {
  readonly name: string
  readonly nodes: Selectors
  readonly session: BgpSession
  /** of the Secret or of the spec; never shown */
  readonly password: string | undefined
  readonly bfd: BfdProfile | undefined
}

/** What is not given is left to the speaker of BFD. */
export type BfdProfile = Partial<BFDProfileSpec> & { readonly name: string }

/** Whose speaker judges. */
export interface JudgingNode {
  readonly name: string
  /** none while nobody has told of the node */
  readonly labels: Readonly<Record<string, string>>
}

export interface Configuration {
  readonly pools: readonly Pool[]
  readonly peers: readonly Peer[]
  /**
   * The node by whose labels it was found right. While a newer one is refused, because other labels bring two objects together for
   * instance, BGP of this node goes on by these.
   */
  readonly judgedFor?: JudgingNode
}

/** Finds the pool of an address among thousands. */
export class PoolIndex {
  readonly #index: RangeIndex<{ readonly range: IpRange; readonly pool: Pool }>

  constructor(pools: readonly Pool[]) {
    this.#index = new RangeIndex(pools.flatMap((pool) => pool.ranges.map((range) => ({ range, pool }))))
  }

  /** The pool that holds all of the addresses. Pools do not overlap, so there is one at most. avoidBuggyIPs does not count here. */
  poolOf(addresses: readonly Ip[]): Pool | undefined {
    const [pool, ...others] = addresses.map((address) => this.#holder(address))
    return others.every((other) => other === pool) ? pool : undefined
  }

  #holder({ family, value }: Ip): Pool | undefined {
    return this.#index.find({ family, first: value, last: value })?.pool
  }
}
