// What a session is configured with, and what is told of it. Values only: the speaker, the embedded router, the diagnosis and
// the tests all speak of sessions in these words.
import type { Ip, IpFamily } from '../net/ip.ts'
import type { Prefix } from '../net/prefix.ts'

/** One neighbour. Two options with equal content are the same session; a change of what the session depends on restarts it. */
export interface BgpPeerOptions {
  /** unique; how the peer is called in messages, metrics and status */
  readonly name: string
  readonly remote: BgpRemote
  /** AS number that this peer is shown */
  readonly localAsn: number
  /** one AS number, or any that makes the session internal or external (FRR's `remote-as internal|external`), or just any */
  readonly peerAsn: number | 'internal' | 'external' | 'any'
  readonly routerId: Ip
  /** to propose; 0 for none, or 3..65535 (RFC 4271 §4.2) */
  readonly holdTimeSeconds: number
  /** undefined: a third of the hold time agreed on (RFC 4271 §4.4); never above that third */
  readonly keepaliveTimeSeconds: number | undefined
  /** longest time between two attempts to connect (RFC 4271 §8.1); the first ones come after 1, 2, 4… seconds. With jitter (§10) */
  readonly connectRetrySeconds: number
  /** unicast families to offer; at least one */
  readonly families: readonly IpFamily[]
  /** undefined: not offered */
  readonly gracefulRestart: GracefulRestartOptions | undefined
  /** waits for the peer to connect and never connects itself (RFC 4271 §8.1.1, PassiveTcpEstablishment) */
  readonly passive: boolean
  /** more routes than this from the peer end the session (RFC 4486 §4); undefined: no limit. We discard them all anyway */
  readonly maximumPrefixes: number | undefined
}

/** RFC 4724 §3 */
export interface GracefulRestartOptions {
  /** the time that the peer shall keep our routes for us to come back, 0..4095 */
  readonly restartSeconds: number
  /** F: addresses keep working while we are away, as they do when another program forwards; default: true */
  readonly forwardingPreserved?: boolean
  /** N: routes are kept across a NOTIFICATION and an expired hold time too (RFC 8538 §2), also when we died; default: false */
  readonly throughNotifications?: boolean
}

export interface BgpRemote {
  readonly address: Ip
  readonly port: number
  /** interface of a link-local address */
  readonly zone?: string
  /** local address to connect from; must be one of this host */
  readonly source?: Ip
  /** VRF or interface that the socket is bound to */
  readonly device?: string
  /** 1..80 bytes; RFC 2385. Never in a message, a log or a status */
  readonly password?: string
  /** of what we send, 1..255; undefined: the kernel's default */
  readonly ttl?: number
  /** GTSM: what comes with less is dropped by the kernel (RFC 5082) */
  readonly minTtl?: number
}

/** A prefix that we want a peer to have. What depends on the session (AS_PATH, NEXT_HOP, ORIGIN) is added when it is sent. */
export interface BgpAdvertisement {
  readonly prefix: Prefix
  /** sent to internal peers only; undefined: left to the exporter's default */
  readonly localPreference: number | undefined
  /** RFC 1997, 32 bits each, ascending, no doubles */
  readonly communities: readonly number[]
  /** RFC 8092, ascending, no doubles */
  readonly largeCommunities: readonly {
    readonly global: number
    readonly local1: number
    readonly local2: number
  }[]
}

/** RFC 4271 §8.2.2 */
export type BgpState = 'idle' | 'connect' | 'active' | 'open-sent' | 'open-confirm' | 'established'
