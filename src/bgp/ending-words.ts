// Why a connection ended, in words.
import type { BgpError } from '../wire/bgp/bgp-error.ts'
import { describeNotification } from '../wire/describe/describe-bgp-notification.ts'
import type { Ending } from './session/effects.ts'

/** What the codes of the system mean for a connection to a router. */
const CODES: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: 'this host does not have the source address',
  ECONNREFUSED: 'nobody listens on that address and port',
  ECONNRESET: 'the peer reset the connection',
  EHOSTUNREACH: 'the peer does not answer on its link, or there is no route to it',
  ENETUNREACH: 'there is no route to the peer',
  EPIPE: 'the peer had closed the connection',
  ETIMEDOUT: 'no answer',
  EACCES: 'a local rule (firewall or route) forbids it',
  EPERM: 'a local rule (firewall or route) forbids it',
}

/** One clause, without a full stop: `the peer sent NOTIFICATION Cease, Administrative Shutdown (6/2): "maintenance"` */
export function describeEnding({ by, notification, error, code, state }: Ending): string {
  if (notification !== undefined) {
    const said = describeNotification(notification)
    return by === 'peer'
      ? `the peer sent ${said}`
      : `we sent ${said}${error === undefined ? '' : because(error)}`
  }
  if (by === 'us') return 'we closed the connection'
  if (code !== undefined)
    return `${doing(state)}: ${CODES[code] ?? code}${CODES[code] === undefined ? '' : ` (${code})`}`
  return state === 'open-sent'
    ? 'the peer closed the connection before it sent an OPEN'
    : 'the peer closed the connection without a NOTIFICATION'
}

const doing = (state: Ending['state']): string =>
  state === 'connect' || state === 'active' ? 'could not connect' : 'the connection failed'

function because({ reason, rfc, need, have }: BgpError): string {
  const amounts = [
    ...(need === undefined ? [] : [`expected ${need}`]),
    ...(have === undefined ? [] : [`received ${have}`]),
  ]
  return ` because of ${reason.replaceAll('-', ' ')}${amounts.length === 0 ? '' : ` (${amounts.join(', ')})`}, ${rfc}`
}
