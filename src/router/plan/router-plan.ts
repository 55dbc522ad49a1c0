// What a router has to have so that the nodes of a cluster can announce to it, in nobody's syntax. A vendor's file turns it
// into lines; `router check` compares a configuration with it.
import type { Ip, IpFamily } from '../../net/ip.ts'
import type { Prefix } from '../../net/prefix.ts'

export interface RouterPlan {
  /** as the BGPPeers name it, ascending; empty when all sessions are unnumbered */
  readonly addresses: readonly Ip[]
  /** the nodes' VRF, which says nothing about the router's own, but keeps two routers with one address apart */
  readonly vrf: string | undefined
  readonly asn: number
  /** only where the user named one: changing it on a running router resets every session */
  readonly routerId: Ip | undefined
  /** TCP port that the nodes connect to */
  readonly port: number
  /** names of the BGPPeers, ascending */
  readonly peers: readonly string[]
  /** by name of the node, then by address */
  readonly neighbours: readonly PlannedNeighbour[]
  readonly filters: readonly ImportFilter[]
  readonly bfdProfiles: readonly PlannedBfd[]
  readonly paths: PathPlan
  /** the nodes are told a default route; otherwise nothing is announced to them */
  readonly advertiseDefault: boolean
  /** what the names of filters and profiles begin with */
  readonly prefix: string
}

export interface PlannedNeighbour {
  /** name of the Node */
  readonly node: string
  /** name of the BGPPeer */
  readonly peer: string
  /** of the node; undefined for an unnumbered session */
  readonly address: Ip | undefined
  /** of the router, as the BGPPeer names it; undefined for an unnumbered session */
  readonly routerAddress: Ip | undefined
  /** the router's own interface towards the node, for an unnumbered session; undefined where nobody told it */
  readonly interface: string | undefined
  /** AS number that the node shows */
  readonly asn: number
  /** both sides are in one AS */
  readonly internal: boolean
  readonly families: readonly IpFamily[]
  readonly password: PlannedPassword | undefined
  readonly hops: PlannedHops
  readonly timers: PlannedTimers | undefined
  /** name in `bfdProfiles` */
  readonly bfd: string | undefined
  /** the node asks its routers to keep its routes while it restarts (RFC 4724) */
  readonly gracefulRestart: boolean
  /** name in `filters` */
  readonly filter: string
}

export interface PlannedPassword {
  /** stands where the password belongs while it is not shown */
  readonly placeholder: string
  /** only where the user asked for it */
  readonly value: string | undefined
}

export type PlannedHops =
  /** the node is on a link of the router, or in its AS */
  | { readonly kind: 'any' }
  /** eBGP over several hops */
  | { readonly kind: 'multihop'; readonly ttl: number }
  /** RFC 5082: segments must arrive with a TTL of at least 256 - hops */
  | { readonly kind: 'ttl-security'; readonly hops: number }

/** What the node proposes; the smaller hold time of both sides counts (RFC 4271 §4.2). */
export interface PlannedTimers {
  readonly holdTimeSeconds: number
  readonly keepaliveTimeSeconds: number
}

export interface PlannedBfd {
  readonly name: string
  readonly transmitIntervalMs: number
  readonly receiveIntervalMs: number
  readonly detectMultiplier: number
  /** the node wants echo packets; the router has to allow them */
  readonly echoIntervalMs: number | undefined
  /** the node waits for the router to speak first, so the router must not wait too */
  readonly nodeIsPassive: boolean
}

/** Prefixes of exactly `length` bits inside `within`. */
export interface FilterEntry {
  readonly within: Prefix
  readonly length: number
  /** pools that it comes from */
  readonly pools: readonly string[]
}

export interface ImportFilter {
  readonly name: string
  /** ascending */
  readonly entries: readonly FilterEntry[]
  /** prefixes that may come from one node, and the limit set on the router */
  readonly limits: Readonly<Record<IpFamily, PrefixLimit>>
}

export interface PrefixLimit {
  /** how many distinct prefixes the filter lets through */
  readonly admitted: bigint
  /** with headroom, and cut where pools are too large to be used up */
  readonly limit: number
  readonly cut: boolean
}

export interface PathPlan {
  /** nodes outside the router's AS, and inside it: how many equal paths a route may have */
  readonly external: number
  readonly internal: number
  /** the nodes are in different ASes, so that equal AS paths are no condition for multipath */
  readonly mixedAsns: boolean
}

export const entriesOf = (filter: ImportFilter, family: IpFamily): readonly FilterEntry[] =>
  filter.entries.filter(({ within }) => within.family === family)

export function filterOf(plan: RouterPlan, neighbour: PlannedNeighbour): ImportFilter {
  const filter = plan.filters.find(({ name }) => name === neighbour.filter)
  if (filter === undefined) throw new Error(`the plan has no filter ${neighbour.filter}`)
  return filter
}

/** Families that any neighbour exchanges, IPv4 first. */
export const familiesOf = (plan: RouterPlan): readonly IpFamily[] =>
  ([4, 6] as const).filter((family) => plan.neighbours.some((one) => one.families.includes(family)))
