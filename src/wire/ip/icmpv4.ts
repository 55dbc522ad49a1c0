// ICMP for IPv4: errors, with the packet that they quote, and echo.
// Standards: RFC 792; RFC 1122 §3.2.2; RFC 1812 §5.2.7 (codes 13 to 15); RFC 1191 (MTU); RFC 4884 (length of the quotation).
import type { Ip } from '../../net/ip.ts'
import { readIpv4, writeIp } from '../addresses.ts'
import { internetChecksum } from '../checksum.ts'
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'

export const ICMPV4_TYPE = {
  echoReply: 0,
  destinationUnreachable: 3,
  redirect: 5,
  echoRequest: 8,
  timeExceeded: 11,
} as const

/** What stands behind the fixed part of an ICMP error. */
export interface Quotation {
  /**
   * RFC 4884 §4: where extensions begin behind the quoted packet, in words of 4 bytes (ICMPv4) or 8 bytes (ICMPv6).
   * 0 when the quotation fills the message.
   */
  readonly originalWords: number
  /** the packet that caused the error, from its IP header on, usually cut short; read it with decodeQuotedPacket */
  readonly quoted: Uint8Array
}

export type Icmpv4Message =
  | {
      readonly kind: 'echo-request' | 'echo-reply'
      readonly identifier: number
      readonly sequence: number
      readonly data: Uint8Array
    }
  | ({
      readonly kind: 'destination-unreachable'
      readonly code: number
      readonly nextHopMtu: number
    } & Quotation)
  | ({ readonly kind: 'time-exceeded'; readonly code: number } & Quotation)
  | { readonly kind: 'redirect'; readonly code: number; readonly gateway: Ip; readonly quoted: Uint8Array }
  | { readonly kind: 'other'; readonly type: number; readonly code: number; readonly body: Uint8Array }

/** RFC 792 (0 to 5), RFC 1122 §3.2.2.1 (6 to 12), RFC 1812 §5.2.7.1 (13 to 15). */
const UNREACHABLE_CODES = [
  'net-unreachable',
  'host-unreachable',
  'protocol-unreachable',
  'port-unreachable',
  'fragmentation-needed',
  'source-route-failed',
  'net-unknown',
  'host-unknown',
  'source-host-isolated',
  'net-prohibited',
  'host-prohibited',
  'net-unreachable-for-service',
  'host-unreachable-for-service',
  'admin-prohibited',
  'host-precedence-violation',
  'precedence-cutoff',
] as const

export const icmpv4UnreachableName = (code: number): string => UNREACHABLE_CODES[code] ?? `code ${code}`

/** RFC 792: code 0 in transit, code 1 while waiting for fragments. */
export const icmpTimeExceededName = (code: number): string =>
  ['hop-limit-exceeded', 'reassembly-time-exceeded'][code] ?? `code ${code}`

/**
 * Decodes a message; the checksum must be right.
 *
 *    0      1      2           4                              8
 *   | type | code | checksum  | four bytes by type           | quoted packet or data …
 *   echo:                     | identifier    | sequence     |
 *   destination unreachable:  | 0 | words     | next-hop MTU |
 *   time exceeded:            | 0 | words     | 0            |
 *   redirect:                 | gateway                      |
 */
export function decodeIcmpv4(bytes: Uint8Array): Decoded<Icmpv4Message> {
  return decoding('icmpv4', 'RFC 792', bytes, (r) => {
    const type = r.u8()
    const code = r.u8()
    r.skip(2)
    const message = readBody(r, type, code)
    // RFC 1122 §3.2.2: ICMP rides on IP like a transport, and a message with a wrong checksum is dropped.
    if (internetChecksum(bytes) !== 0) throw r.reject('bad-checksum', 'RFC 792', { at: 2 })
    return message
  })
}

function readBody(r: Reader, type: number, code: number): Icmpv4Message {
  switch (type) {
    case ICMPV4_TYPE.echoRequest:
    case ICMPV4_TYPE.echoReply: {
      const kind = type === ICMPV4_TYPE.echoRequest ? 'echo-request' : 'echo-reply'
      return { kind, identifier: r.u16(), sequence: r.u16(), data: r.rest() }
    }
    case ICMPV4_TYPE.destinationUnreachable: {
      const [, originalWords, nextHopMtu] = r.bits(8, 8, 16)
      return { kind: 'destination-unreachable', code, nextHopMtu, originalWords, quoted: r.rest() }
    }
    case ICMPV4_TYPE.timeExceeded: {
      const [, originalWords] = r.bits(8, 8, 16)
      return { kind: 'time-exceeded', code, originalWords, quoted: r.rest() }
    }
    case ICMPV4_TYPE.redirect:
      return { kind: 'redirect', code, gateway: readIpv4(r), quoted: r.rest() }
    default:
      return { kind: 'other', type, code, body: r.rest() }
  }
}

/** Encodes a message with its checksum. */
export function encodeIcmpv4(message: Icmpv4Message): Uint8Array {
  const w = new Writer()
  const head = (type: number, code: number) => w.u8(type).u8(code).u16(0)
  switch (message.kind) {
    case 'echo-request':
    case 'echo-reply':
      head(message.kind === 'echo-request' ? ICMPV4_TYPE.echoRequest : ICMPV4_TYPE.echoReply, 0)
      w.u16(message.identifier).u16(message.sequence).bytes(message.data)
      break
    case 'destination-unreachable':
      head(ICMPV4_TYPE.destinationUnreachable, message.code)
      w.u8(0).u8(message.originalWords).u16(message.nextHopMtu).bytes(message.quoted)
      break
    case 'time-exceeded':
      head(ICMPV4_TYPE.timeExceeded, message.code)
      w.u8(0).u8(message.originalWords).u16(0).bytes(message.quoted)
      break
    case 'redirect':
      head(ICMPV4_TYPE.redirect, message.code)
      writeIp(w, message.gateway)
      w.bytes(message.quoted)
      break
    case 'other':
      head(message.type, message.code).bytes(message.body)
      break
  }
  return w.patchU16(2, internetChecksum(w.finish())).finish()
}
