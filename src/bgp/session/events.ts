// What happens to a session, by the numbers of RFC 4271 §8.1.
import type { BgpError } from '../../wire/bgp/bgp-error.ts'
import type { RouteRefreshMessage } from '../../wire/bgp/message.ts'
import type { NotificationContent } from '../../wire/bgp/notification-codes.ts'
import type { OpenMessage } from '../../wire/bgp/open.ts'
import type { UpdateMessage } from '../../wire/bgp/update.ts'

export type SessionEvent =
  | { readonly kind: 'manual-start' }
  /** without a NOTIFICATION the connection just ends, as graceful restart wants it (RFC 4724 §4.1) */
  | { readonly kind: 'manual-stop'; readonly notification: NotificationContent | undefined }
  | { readonly kind: 'automatic-stop'; readonly notification: NotificationContent }
  | { readonly kind: 'connect-retry-expires' }
  | { readonly kind: 'hold-expires' }
  | { readonly kind: 'keepalive-expires' }
  | { readonly kind: 'idle-hold-expires' }
  /** our connection was accepted */
  | { readonly kind: 'tcp-acked' }
  /** we accepted theirs */
  | { readonly kind: 'tcp-confirmed'; readonly connection: number }
  /** `code` of the system (`ECONNREFUSED`), or undefined: the peer closed it */
  | { readonly kind: 'tcp-fails'; readonly code: string | undefined }
  | { readonly kind: 'open'; readonly open: OpenMessage }
  | { readonly kind: 'header-error'; readonly error: BgpError }
  | { readonly kind: 'open-error'; readonly error: BgpError }
  | { readonly kind: 'collision-dump' }
  | { readonly kind: 'version-error'; readonly notification: NotificationContent }
  | { readonly kind: 'notification'; readonly notification: NotificationContent }
  | { readonly kind: 'keepalive' }
  /** `errors` are milder than a reset */
  | { readonly kind: 'update'; readonly update: UpdateMessage; readonly errors: readonly BgpError[] }
  | { readonly kind: 'update-error'; readonly error: BgpError }
  | { readonly kind: 'send-hold-expires' }
  | { readonly kind: 'route-refresh'; readonly refresh: RouteRefreshMessage }
  /** the connection takes no more bytes for now, or takes them again */
  | { readonly kind: 'sending'; readonly blocked: boolean }

/** Those that come out of a message. */
export type MessageEvent = Extract<
  SessionEvent,
  {
    kind:
      | 'open'
      | 'header-error'
      | 'open-error'
      | 'version-error'
      | 'notification'
      | 'keepalive'
      | 'update'
      | 'update-error'
      | 'route-refresh'
  }
>

interface EventEntry {
  readonly name: string
  /** ours for it, or why there is none */
  readonly kind: SessionEvent['kind'] | { readonly unsupported: string }
}

const DAMPED = { unsupported: 'every start after a failure is damped: IdleHoldTimer_Expires does it' }
const NO_DELAY = { unsupported: 'DelayOpen waits for the OPEN of the peer; we have nothing to learn from it' }
const KERNEL = { unsupported: 'the kernel completes a connection before we hear of it' }

/** RFC 4271 §8.1.2 to §8.1.5; RFC 9687 §3 for 29. What ROUTE-REFRESH and back-pressure do has no number. */
export const EVENTS: Readonly<Record<number, EventEntry>> = {
  1: { name: 'ManualStart', kind: 'manual-start' },
  2: { name: 'ManualStop', kind: 'manual-stop' },
  3: { name: 'AutomaticStart', kind: DAMPED },
  4: { name: 'ManualStart_with_PassiveTcpEstablishment', kind: 'manual-start' },
  5: { name: 'AutomaticStart_with_PassiveTcpEstablishment', kind: DAMPED },
  6: { name: 'AutomaticStart_with_DampPeerOscillations', kind: DAMPED },
  7: { name: 'AutomaticStart_with_DampPeerOscillations_and_PassiveTcpEstablishment', kind: DAMPED },
  8: { name: 'AutomaticStop', kind: 'automatic-stop' },
  9: { name: 'ConnectRetryTimer_Expires', kind: 'connect-retry-expires' },
  10: { name: 'HoldTimer_Expires', kind: 'hold-expires' },
  11: { name: 'KeepaliveTimer_Expires', kind: 'keepalive-expires' },
  12: { name: 'DelayOpenTimer_Expires', kind: NO_DELAY },
  13: { name: 'IdleHoldTimer_Expires', kind: 'idle-hold-expires' },
  14: { name: 'TcpConnection_Valid', kind: KERNEL },
  15: { name: 'Tcp_CR_Invalid', kind: KERNEL },
  16: { name: 'Tcp_CR_Acked', kind: 'tcp-acked' },
  17: { name: 'TcpConnectionConfirmed', kind: 'tcp-confirmed' },
  18: { name: 'TcpConnectionFails', kind: 'tcp-fails' },
  19: { name: 'BGPOpen', kind: 'open' },
  20: { name: 'BGPOpen with DelayOpenTimer running', kind: NO_DELAY },
  21: { name: 'BGPHeaderErr', kind: 'header-error' },
  22: { name: 'BGPOpenMsgErr', kind: 'open-error' },
  23: { name: 'OpenCollisionDump', kind: 'collision-dump' },
  24: { name: 'NotifMsgVerErr', kind: 'version-error' },
  25: { name: 'NotifMsg', kind: 'notification' },
  26: { name: 'KeepAliveMsg', kind: 'keepalive' },
  27: { name: 'UpdateMsg', kind: 'update' },
  28: { name: 'UpdateMsgErr', kind: 'update-error' },
  29: { name: 'SendHoldTimer_Expires', kind: 'send-hold-expires' },
}
