// All messages of BGP. Start here: `decodeBgpMessage` takes one whole message, as the framer gives it.
// Standards: RFC 4271 §4, §6; RFC 2918 and RFC 7313 (ROUTE-REFRESH); RFC 8654 (extended messages).
import { DecodeFault } from '../decode-error.ts'
import { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'
import { type BgpDecoded, type BgpError, BgpFault, resetError, why } from './bgp-error.ts'
import type { BgpContext } from './context.ts'
import type { BgpFamily } from './families.ts'
import { BGP_HEADER_BYTES, BGP_TYPE, longestMessageBytes, readBgpHeader } from './framer.ts'
import { BGP_ERROR, HEADER_ERROR, type NotificationContent } from './notification-codes.ts'
import { type OpenMessage, readOpen, writeOpen } from './open.ts'
import { readUpdate, type UpdateMessage, writeUpdate } from './update.ts'

export interface NotificationMessage extends NotificationContent {
  readonly kind: 'notification'
}

export interface RouteRefreshMessage {
  readonly kind: 'route-refresh'
  readonly family: BgpFamily
  /** RFC 7313 §3.2; a number for one that must be ignored */
  readonly subtype: 'request' | 'begin' | 'end' | number
  /** outbound route filters (RFC 5291), which we neither offer nor read */
  readonly filters: Uint8Array
}

export type BgpMessage =
  | OpenMessage
  | UpdateMessage
  | NotificationMessage
  | { readonly kind: 'keepalive' }
  | RouteRefreshMessage

const SUBTYPES = ['request', 'begin', 'end'] as const

/** Decodes one whole message. Values share memory with `bytes`. */
export function decodeBgpMessage(bytes: Uint8Array, context: BgpContext): BgpDecoded<BgpMessage> {
  const r = new Reader('bgp', 'RFC 4271 §4', bytes)
  try {
    const header =
      r.remaining < BGP_HEADER_BYTES ? truncated(r) : readBgpHeader(bytes, context.extendedMessage)
    if ('reason' in header) return refused(header)
    if (header.lengthBytes !== bytes.length) return refused(notWhole(header.lengthBytes, bytes.length))
    r.skip(BGP_HEADER_BYTES)
    if (header.type === BGP_TYPE.update) return readUpdate(r, bytes, context)
    return { ok: true, value: readBody(r, header.type, bytes), errors: [] }
  } catch (thrown) {
    if (thrown instanceof BgpFault) return refused(thrown.error)
    if (!(thrown instanceof DecodeFault)) throw thrown
    // Only the optional parameters of an OPEN and the lengths of an UPDATE can be cut short here.
    const code = bytes[18] === BGP_TYPE.update ? BGP_ERROR.update : BGP_ERROR.open
    return refused(resetError(thrown.error, [code, code === BGP_ERROR.update ? 1 : 0]))
  }
}

const refused = (error: BgpError): { ok: false; error: BgpError; errors: [BgpError] } => ({
  ok: false,
  error,
  errors: [error],
})

const truncated = (r: Reader): BgpError =>
  resetError(why(r.remaining, 'truncated', 'RFC 4271 §4.1', { need: BGP_HEADER_BYTES, have: r.remaining }), [
    BGP_ERROR.header,
    HEADER_ERROR.badLength,
  ])

const notWhole = (need: number, have: number): BgpError =>
  resetError(
    why(Math.min(need, have), have < need ? 'truncated' : 'trailing-bytes', 'RFC 4271 §4.1', { need, have }),
    [BGP_ERROR.header, HEADER_ERROR.badLength],
  )

function readBody(r: Reader, type: number, bytes: Uint8Array): BgpMessage {
  switch (type) {
    case BGP_TYPE.open:
      return readOpen(r)
    case BGP_TYPE.notification:
      //   | code (1) | subcode (1) | data … |                       RFC 4271 §4.5
      return { kind: 'notification', code: r.u8(), subcode: r.u8(), data: r.rest() }
    case BGP_TYPE.routeRefresh:
      return readRouteRefresh(r, bytes)
    default:
      return { kind: 'keepalive' }
  }
}

/**
 *   | AFI (2) | subtype (1) | SAFI (1) | filters … |               RFC 2918 §3, RFC 7313 §3.2
 */
function readRouteRefresh(r: Reader, bytes: Uint8Array): RouteRefreshMessage {
  const afi = r.u16()
  const wireSubtype = r.u8()
  const subtype = SUBTYPES[wireSubtype] ?? wireSubtype
  const family = { afi, safi: r.u8() }
  // RFC 7313 §5: the marks of begin and end carry nothing else.
  if ((subtype === 'begin' || subtype === 'end') && r.remaining > 0)
    throw new BgpFault(
      resetError(
        why(r.at, 'route-refresh-length', 'RFC 7313 §5', { need: 0, have: r.remaining }),
        [BGP_ERROR.routeRefresh, 1],
        bytes.slice(0, 4096 - 21),
      ),
    )
  return { kind: 'route-refresh', family, subtype, filters: r.rest() }
}

/** Encodes a message with its header. A message longer than the peer accepts is a bug of the caller: RangeError. */
export function encodeBgpMessage(message: BgpMessage, context: BgpContext): Uint8Array<ArrayBuffer> {
  const w = new Writer()
  for (let i = 0; i < 4; i++) w.u32(0xffff_ffff)
  const type = BGP_TYPE[TYPE_OF[message.kind]]
  w.u16(0).u8(type)
  switch (message.kind) {
    case 'open':
      writeOpen(w, message)
      break
    case 'update':
      writeUpdate(w, message, context)
      break
    case 'notification':
      w.u8(message.code).u8(message.subcode).bytes(message.data)
      break
    case 'route-refresh': {
      const { family, subtype, filters } = message
      w.u16(family.afi).u8(typeof subtype === 'number' ? subtype : SUBTYPES.indexOf(subtype))
      w.u8(family.safi).bytes(filters)
      break
    }
    case 'keepalive':
      break
  }
  const longest = longestMessageBytes(type, context.extendedMessage)
  if (w.length > longest) throw new RangeError(`a message of ${w.length} bytes, ${longest} are allowed`)
  return w.patchU16(16, w.length).finish()
}

const TYPE_OF = {
  open: 'open',
  update: 'update',
  notification: 'notification',
  keepalive: 'keepalive',
  'route-refresh': 'routeRefresh',
} as const
