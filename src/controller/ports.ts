// What the running controller needs from outside.
import type { Ip } from '../net/ip.ts'
import type { ProbeOutcome } from './facts/facts.ts'
import type { ConfigurationCondition } from './report/configuration-condition.ts'
import type { ControllerEvent, PoolCounters, StatusWrite } from './state/effects.ts'

export type WriteOutcome =
  /** `version` is the one that the object has since */
  | { readonly kind: 'written'; readonly version: string | undefined }
  /** the object is not what the write was made for; it will be told anew */
  | { readonly kind: 'conflict' }
  /** there is no such object any more */
  | { readonly kind: 'gone' }
  /** `message`: why, for people; `retryAfterMs`: not before then, as the server says */
  | { readonly kind: 'failed'; readonly message: string; readonly retryAfterMs: number | undefined }

/** Each write is tried once. None rejects for what a server or a network does. */
export interface StatusWriter {
  /** The ingress as it is given, and the annotation, in one request to the status subresource, bound to the version. */
  writeService(write: StatusWrite): Promise<WriteOutcome>
  writePool(pool: string, counters: PoolCounters): Promise<WriteOutcome>
  writeConfiguration(condition: ConfigurationCondition): Promise<WriteOutcome>
}

/** Takes events; never throws, never waits, and may leave some out when there are many. */
export interface EventSink {
  record(event: ControllerEvent): void
}

/** Who holds the lease is the only one who writes. */
export interface LeaderLease {
  /** Asked before each write: false as soon as the lease may have run out, be it while this process slept. */
  readonly isHeld: boolean
  /** Calls with each change, and soon with what is at first. */
  onChange(then: (isHeld: boolean) => void): void
}

export interface LinkProber {
  /** RFC 5227 §2.1.1 and RFC 4862 §5.4: asks whether somebody has one of the addresses. Never rejects. */
  probe(addresses: readonly Ip[]): Promise<ProbeOutcome>
}

export interface ControllerClock {
  /** of a clock that never goes back */
  nowMs(): number
  /** Calls once, no sooner than in `ms`; returns how to cancel. */
  after(ms: number, then: () => void): () => void
}

/** What happened that somebody should know. */
export type ControllerReport =
  | { readonly kind: 'leading' }
  | { readonly kind: 'following' }
  | { readonly kind: 'event'; readonly event: ControllerEvent }
  | { readonly kind: 'configuration'; readonly condition: ConfigurationCondition }
  /** tried `attempts` times; tried again in `nextMs` */
  | {
      readonly kind: 'write-failed'
      readonly what: string
      readonly message: string
      readonly attempts: number
      readonly nextMs: number
    }
  | { readonly kind: 'write-recovered'; readonly what: string; readonly attempts: number }

export interface ControllerPorts {
  readonly writer: StatusWriter
  readonly events: EventSink
  readonly lease: LeaderLease
  /** undefined: nobody is asked */
  readonly prober: LinkProber | undefined
  readonly clock: ControllerClock
  /** in [0, 1), for jitter */
  readonly random: () => number
  /** Never throws and never waits. */
  readonly report: (report: ControllerReport) => void
}
