// What a plan is made from besides the objects.
import type { Ip } from '../../net/ip.ts'

export interface RouterNode {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** the one that the node most likely connects from stands first in its family */
  readonly addresses: readonly Ip[]
  /** the router's interface towards it, for unnumbered sessions */
  readonly routerInterface: string | undefined
}

export interface PlanOptions {
  /** names of BGPPeers of one router; empty: every router by itself */
  readonly peers: readonly string[]
  /** where the BGPPeers leave the router's AS open (dynamicASN: external) */
  readonly routerAsn: number | undefined
  readonly routerId: Ip | undefined
  /** the nodes send with TTL 255, and may be this many hops away; undefined: no TTL security */
  readonly ttlSecurityHops: number | undefined
  readonly advertiseDefault: boolean
  /** what the names of filters and profiles begin with */
  readonly prefix: string
  /** by name of the BGPPeer, and only those that the user wants to see */
  readonly passwords: ReadonlyMap<string, string>
}

/** Why no plan can be made. */
export interface PlanProblem {
  /** a sentence */
  readonly message: string
  readonly hints: readonly string[]
  /** page under docs/rules */
  readonly code?: string
}

/** Something that the plan leaves out or takes for granted. */
export interface PlanNote {
  readonly peer: string
  readonly node: string | undefined
  /** a sentence */
  readonly text: string
}
