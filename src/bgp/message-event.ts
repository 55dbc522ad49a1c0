// From a message, or what is wrong with it, to the event of RFC 4271 §8.1.5.
import type { BgpDecoded, BgpError } from '../wire/bgp/bgp-error.ts'
import type { BgpMessage } from '../wire/bgp/message.ts'
import { BGP_ERROR, OPEN_ERROR } from '../wire/bgp/notification-codes.ts'
import type { MessageEvent } from './session/events.ts'

export function messageEvent(decoded: BgpDecoded<BgpMessage>): MessageEvent {
  if (!decoded.ok) return errorEvent(decoded.error)
  const message = decoded.value
  switch (message.kind) {
    case 'open':
      return { kind: 'open', open: message }
    case 'update':
      return { kind: 'update', update: message, errors: decoded.errors }
    case 'keepalive':
      return { kind: 'keepalive' }
    case 'route-refresh':
      return { kind: 'route-refresh', refresh: message }
    case 'notification': {
      const { code, subcode, data } = message
      const version = code === BGP_ERROR.open && subcode === OPEN_ERROR.unsupportedVersion
      // The data is a view of what was received, and is kept for the status.
      const notification = { code, subcode, data: data.slice() }
      return { kind: version ? 'version-error' : 'notification', notification }
    }
  }
}

export function errorEvent(error: BgpError): MessageEvent {
  switch (error.notification.code) {
    case BGP_ERROR.open:
      return { kind: 'open-error', error }
    case BGP_ERROR.update:
    case BGP_ERROR.routeRefresh:
      return { kind: 'update-error', error }
    default:
      return { kind: 'header-error', error }
  }
}
