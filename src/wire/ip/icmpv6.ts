// ICMPv6: errors, with the packet that they quote, and echo. Neighbour discovery rides on it and has a codec of its own
// (ndp/ndp.ts); here its messages are `other`.
// Standards: RFC 4443; RFC 4884 (length of the quotation); RFC 6550 §20.14 and RFC 8883 (later codes).
import { type IpEnds, transportChecksum } from '../checksum.ts'
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'
import type { Quotation } from './icmpv4.ts'
import { IP_PROTOCOL } from './protocols.ts'

export const ICMPV6_TYPE = {
  destinationUnreachable: 1,
  packetTooBig: 2,
  timeExceeded: 3,
  parameterProblem: 4,
  echoRequest: 128,
  echoReply: 129,
} as const

export type Icmpv6Message =
  | {
      readonly kind: 'echo-request' | 'echo-reply'
      readonly identifier: number
      readonly sequence: number
      readonly data: Uint8Array
    }
  | ({ readonly kind: 'destination-unreachable' | 'time-exceeded'; readonly code: number } & Quotation)
  | { readonly kind: 'packet-too-big'; readonly mtu: number; readonly quoted: Uint8Array }
  | {
      readonly kind: 'parameter-problem'
      readonly code: number
      readonly pointer: number
      readonly quoted: Uint8Array
    }
  | { readonly kind: 'other'; readonly type: number; readonly code: number; readonly body: Uint8Array }

/** RFC 4443 §3.1 (0 to 6), RFC 6550 §20.14 (7), RFC 8883 §2 (8). */
const UNREACHABLE_CODES = [
  'no-route',
  'admin-prohibited',
  'beyond-scope',
  'address-unreachable',
  'port-unreachable',
  'source-address-refused',
  'reject-route',
  'source-route-failed',
  'headers-too-long',
] as const

export const icmpv6UnreachableName = (code: number): string => UNREACHABLE_CODES[code] ?? `code ${code}`

/**
 * Decodes a message; the checksum must be right for the addresses of its packet.
 *
 *    0      1      2           4                              8
 *   | type | code | checksum  | four bytes by type           | quoted packet or data …
 *   echo:                     | identifier    | sequence     |
 *   unreachable, exceeded:    | words | 0                    |
 *   packet too big:           | MTU                          |
 *   parameter problem:        | pointer                      |
 */
export function decodeIcmpv6(bytes: Uint8Array, ends: IpEnds): Decoded<Icmpv6Message> {
  return decoding('icmpv6', 'RFC 4443 §2.1', bytes, (r) => {
    const { type, code } = readIcmpv6Head(r, bytes, ends)
    return readBody(r, type, code)
  })
}

/** Reads the first four bytes and checks the checksum over all of `bytes` (RFC 4443 §2.3). */
export function readIcmpv6Head(r: Reader, bytes: Uint8Array, ends: IpEnds): { type: number; code: number } {
  const type = r.u8()
  const code = r.u8()
  r.skip(2)
  if (transportChecksum(ends, IP_PROTOCOL.icmpv6, bytes) !== 0)
    throw r.reject('bad-checksum', 'RFC 4443 §2.3', { at: 2 })
  return { type, code }
}

function readBody(r: Reader, type: number, code: number): Icmpv6Message {
  switch (type) {
    case ICMPV6_TYPE.echoRequest:
    case ICMPV6_TYPE.echoReply: {
      const kind = type === ICMPV6_TYPE.echoRequest ? 'echo-request' : 'echo-reply'
      return { kind, identifier: r.u16(), sequence: r.u16(), data: r.rest() }
    }
    case ICMPV6_TYPE.destinationUnreachable:
    case ICMPV6_TYPE.timeExceeded: {
      const kind = type === ICMPV6_TYPE.timeExceeded ? 'time-exceeded' : 'destination-unreachable'
      const [originalWords] = r.bits(8, 24)
      return { kind, code, originalWords, quoted: r.rest() }
    }
    case ICMPV6_TYPE.packetTooBig:
      // RFC 4443 §3.2: the code is 0 and ignored.
      return { kind: 'packet-too-big', mtu: r.u32(), quoted: r.rest() }
    case ICMPV6_TYPE.parameterProblem:
      return { kind: 'parameter-problem', code, pointer: r.u32(), quoted: r.rest() }
    default:
      return { kind: 'other', type, code, body: r.rest() }
  }
}

/** Encodes a message with its checksum, which covers the addresses. */
export function encodeIcmpv6(message: Icmpv6Message, ends: IpEnds): Uint8Array {
  const w = new Writer()
  const head = (type: number, code: number) => w.u8(type).u8(code).u16(0)
  switch (message.kind) {
    case 'echo-request':
    case 'echo-reply':
      head(message.kind === 'echo-request' ? ICMPV6_TYPE.echoRequest : ICMPV6_TYPE.echoReply, 0)
      w.u16(message.identifier).u16(message.sequence).bytes(message.data)
      break
    case 'destination-unreachable':
      head(ICMPV6_TYPE.destinationUnreachable, message.code)
      w.bits([message.originalWords, 8], [0, 24]).bytes(message.quoted)
      break
    case 'time-exceeded':
      head(ICMPV6_TYPE.timeExceeded, message.code)
      w.bits([message.originalWords, 8], [0, 24]).bytes(message.quoted)
      break
    case 'packet-too-big':
      head(ICMPV6_TYPE.packetTooBig, 0).u32(message.mtu).bytes(message.quoted)
      break
    case 'parameter-problem':
      head(ICMPV6_TYPE.parameterProblem, message.code).u32(message.pointer).bytes(message.quoted)
      break
    case 'other':
      head(message.type, message.code).bytes(message.body)
      break
  }
  return finishIcmpv6(w, ends)
}

/** Fills in the checksum of a message that was written from its first byte on. */
export const finishIcmpv6 = (w: Writer, ends: IpEnds): Uint8Array =>
  w.patchU16(2, transportChecksum(ends, IP_PROTOCOL.icmpv6, w.finish())).finish()
