// How a peer is, for status, metrics and tests. Never holds a password.

import type { ConnectionEnds, Endpoint, RemoteNeed } from './endpoints.ts'
import type { BgpState } from './peer.ts'
import type { Agreement } from './session/agreement.ts'
import type { Ending } from './session/effects.ts'

export interface BgpPeerStatus {
  readonly name: string
  /** as configured; for dynamic peers, where it came from */
  readonly remote: Endpoint
  readonly localAsn: number
  readonly state: BgpState
  /** since when, by the calendar */
  readonly sinceMs: number
  /** undefined: not established */
  readonly uptimeSeconds: number | undefined
  readonly session:
    | { readonly agreement: Agreement; readonly ends: ConnectionEnds; readonly direction: 'ours' | 'theirs' }
    | undefined
  /** the last connection or attempt that ended */
  readonly lastEnding: { readonly atMs: number; readonly ending: Ending; readonly words: string } | undefined
  /** sessions that were established and ended, since the peer is configured */
  readonly resets: number
  readonly messages: { readonly sent: MessageCounts; readonly received: MessageCounts }
  readonly prefixes: {
    /** that the peer has of us, that it shall have, and that are on their way */
    readonly announced: number
    readonly desired: number
    readonly pending: number
    /** that we have of it */
    readonly received: { readonly 4: number; readonly 6: number }
  }
  /** why it is not started */
  readonly missing: readonly RemoteNeed[]
}

export interface MessageCounts {
  readonly open: number
  readonly update: number
  readonly notification: number
  readonly keepalive: number
  readonly routeRefresh: number
}

/** By type of message (RFC 4271 §4.1). Counts itself. */
export class MessageCounter {
  readonly #byType = [0, 0, 0, 0, 0, 0]

  count(type: number): void {
    const index = type > 0 && type < 6 ? type : 0
    this.#byType[index] = (this.#byType[index] ?? 0) + 1
  }

  get counts(): MessageCounts {
    const [, open = 0, update = 0, notification = 0, keepalive = 0, routeRefresh = 0] = this.#byType
    return { open, update, notification, keepalive, routeRefresh }
  }
}
