// What a speaker tells while it runs, for logs and for who waits for something.
import type { IpFamily } from '../net/ip.ts'
import type { BgpError } from '../wire/bgp/bgp-error.ts'
import type { Endpoint, RemoteNeed } from './endpoints.ts'
import type { BgpState } from './peer.ts'
import type { Agreement } from './session/agreement.ts'
import type { Ending } from './session/effects.ts'

export type BgpReport = PeerReport | SpeakerReport

/** About one peer. `atMs` is of the calendar. */
export type PeerReport = { readonly peer: string; readonly atMs: number } & PeerReportContent

export type PeerReportContent =
  | { readonly kind: 'state'; readonly from: BgpState; readonly to: BgpState }
  | { readonly kind: 'established'; readonly agreement: Agreement }
  /** a connection or an attempt ended; `words` say why, in plain English */
  | { readonly kind: 'ended'; readonly ending: Ending; readonly words: string }
  /** errors that did not end the session (RFC 7606); the first, and then each time the number has doubled */
  | { readonly kind: 'update-errors'; readonly errors: readonly BgpError[]; readonly total: number }
  | {
      readonly kind: 'maximum-near'
      readonly family: IpFamily
      readonly count: number
      readonly maximum: number
    }
  | { readonly kind: 'capabilities'; readonly offered: boolean }
  | { readonly kind: 'end-of-rib'; readonly family: IpFamily }
  /** it is not started: this transport cannot do what its options ask */
  | { readonly kind: 'cannot-start'; readonly missing: readonly RemoteNeed[] }

/** A connection that no peer wants. */
export interface SpeakerReport {
  readonly kind: 'refused'
  readonly atMs: number
  readonly remote: Endpoint
  readonly reason: 'unknown-peer' | 'not-started' | 'too-many-peers'
}
