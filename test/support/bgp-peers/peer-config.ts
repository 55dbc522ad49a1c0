// What a BGP daemon of the tests is told, in one model for all of them: a scenario is written once, and each daemon renders
// it into its own language.
import type { IpFamily } from '../../../src/net/ip.ts'

export interface PeerConfig {
  readonly asn: number
  readonly routerId: string
  /** its addresses: next hops of its own routes where it does not find them itself */
  readonly address4: string
  readonly address6: string
  readonly neighbours: readonly NeighbourConfig[]
  /** routes of its own from the start */
  readonly announce?: readonly string[]
}

export interface NeighbourConfig {
  /** address of the neighbour, or the interface behind which an unnumbered one is found */
  readonly neighbour: string
  /** link of a link-local address */
  readonly link?: string
  /** address of the daemon itself towards this neighbour; undefined for an unnumbered one */
  readonly localAddress?: string
  readonly remoteAsn: number | 'internal' | 'external'
  /** families to exchange */
  readonly families: readonly IpFamily[]
  /** TCP MD5 */
  readonly password?: string
  /** waits for the neighbour and never dials */
  readonly passive?: boolean
  /** routers in between, plus one; undefined: on the same link */
  readonly multihop?: number
  /** GTSM: sends with TTL 255 and takes nothing less */
  readonly ttlSecurity?: boolean
  /** keeps the neighbour's routes while that one restarts */
  readonly gracefulRestart?: boolean
  /** default 90 */
  readonly holdTimeSeconds?: number
  /** IPv4 routes with an IPv6 next hop (RFC 8950) */
  readonly extendedNextHop?: boolean
  /** ends the session when the neighbour sends more */
  readonly maximumPrefixes?: number
}

export type PeerKind = 'frr' | 'bird' | 'gobgpd' | 'exabgp' | 'openbgpd'

export const isUnnumbered = ({ neighbour }: NeighbourConfig): boolean => !/[.:]/.test(neighbour)

export const isInternal = (config: PeerConfig, { remoteAsn }: NeighbourConfig): boolean =>
  remoteAsn === 'internal' || remoteAsn === config.asn

export const familyOf = (prefixOrAddress: string): IpFamily => (prefixOrAddress.includes(':') ? 6 : 4)

/** Seconds between two attempts of every daemon to connect, so that no test waits for the usual two minutes. */
export const CONNECT_RETRY_SECONDS = 1
