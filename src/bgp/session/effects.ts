// What the machines want done, as data. The driver does it, in order.
import type { IpFamily } from '../../net/ip.ts'
import type { BgpError } from '../../wire/bgp/bgp-error.ts'
import type { BgpMessage } from '../../wire/bgp/message.ts'
import type { NotificationContent } from '../../wire/bgp/notification-codes.ts'
import type { PathAttribute } from '../../wire/bgp/path-attribute.ts'
import type { RouteChanges } from '../../wire/bgp/route-changes.ts'
import type { BgpState } from '../peer.ts'
import type { Agreement } from './agreement.ts'

/** Of a session; the last two of the peer. */
export type TimerName =
  | 'connect-retry'
  | 'hold'
  | 'keepalive'
  | 'idle-hold'
  | 'send-hold'
  /** how long the routes of a peer that restarts are kept (RFC 4724 §4.2) */
  | 'restart'
  /** how long we wait for the End-of-RIB of a peer that came back */
  | 'stale'

/** When each timer that runs expires, in milliseconds of the clock that `nowMs` is of. */
export type Timers = Readonly<Partial<Record<TimerName, number>>>

/** Why a connection ended, as far as it had one. */
export interface Ending {
  /** who ended it; `network` where TCP did, or the peer without a word */
  readonly by: 'us' | 'peer' | 'network'
  /** as sent or received */
  readonly notification?: NotificationContent
  /** what was wrong with a message */
  readonly error?: BgpError
  /** of the system: `ECONNREFUSED`; undefined where TCP was closed in order */
  readonly code?: string
  /** how far it had come */
  readonly state: BgpState
}

export type SessionEffect =
  | { readonly kind: 'connect'; readonly connection: number }
  /** what was sent before still goes out; nothing comes back from it any more */
  | { readonly kind: 'close'; readonly connection: number }
  | { readonly kind: 'send'; readonly connection: number; readonly message: BgpMessage }
  | { readonly kind: 'ended'; readonly ending: Ending }
  | { readonly kind: 'up'; readonly connection: number; readonly agreement: Agreement }
  | { readonly kind: 'down'; readonly ending: Ending }
  | {
      readonly kind: 'apply'
      readonly changes: RouteChanges
      readonly attributes: readonly PathAttribute[]
    }
  | { readonly kind: 'inbound'; readonly action: InboundAction; readonly family: IpFamily }
  | { readonly kind: 'refresh'; readonly family: IpFamily; readonly enhanced: boolean }
  /** an UPDATE had errors that do not end the session (RFC 7606) */
  | { readonly kind: 'update-errors'; readonly errors: readonly BgpError[] }

export type InboundAction = 'mark-stale' | 'drop-stale' | 'clear'
