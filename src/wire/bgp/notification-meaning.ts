// What the data of a NOTIFICATION says, and the data that we send.
// Standards: RFC 4271 §6; RFC 4486 §4 (maximum prefixes); RFC 5492 §5; RFC 6608 §4; RFC 8538 §3; RFC 9003 §2.
import type { Ip } from '../../net/ip.ts'
import { readIpv4 } from '../addresses.ts'
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { decodeUtf8, encodeUtf8 } from '../utf8.ts'
import { Writer } from '../writer.ts'
import type { Capability } from './capability.ts'
import { readCapabilities } from './capability-table.ts'
import { type BgpFamily, readFamily } from './families.ts'
import {
  BGP_ERROR,
  CEASE,
  HEADER_ERROR,
  type NotificationContent,
  OPEN_ERROR,
  UPDATE_ERROR,
} from './notification-codes.ts'
import { printable } from './printable.ts'

export type NotificationMeaning =
  | { readonly kind: 'nothing' }
  /** no rule for such data, or data that breaks the rule */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** the length that was refused */
  | { readonly kind: 'length'; readonly lengthBytes: number }
  | { readonly kind: 'message-type'; readonly type: number }
  /** the newest version that the sender knows */
  | { readonly kind: 'version'; readonly version: number }
  /** the AS number that was refused */
  | { readonly kind: 'asn'; readonly asn: number }
  | { readonly kind: 'router-id'; readonly id: Ip }
  | { readonly kind: 'hold-time'; readonly seconds: number }
  | { readonly kind: 'parameter'; readonly type: number }
  /** what the sender misses in us */
  | { readonly kind: 'capabilities'; readonly capabilities: readonly Capability[] }
  /** the attribute that was refused; without bytes where only its type is told */
  | { readonly kind: 'attribute'; readonly type: number; readonly bytes: Uint8Array }
  | { readonly kind: 'maximum-prefixes'; readonly family: BgpFamily; readonly maximum: number }
  /** what the operator says, safe to print */
  | { readonly kind: 'shutdown'; readonly text: string }
  /** RFC 8538 §3: the session ends, without graceful restart, for this */
  | { readonly kind: 'hard-reset'; readonly content: NotificationContent }

/** Total: data that does not follow its rule is given as bytes. */
export function notificationMeaning(content: NotificationContent): NotificationMeaning {
  const { data } = content
  if (data.length === 0) return { kind: 'nothing' }
  const decoded = meaningOf(content)
  return decoded?.ok === true ? decoded.value : { kind: 'bytes', bytes: data }
}

function meaningOf({ code, subcode, data }: NotificationContent): Decoded<NotificationMeaning> | undefined {
  const read = (rfc: string, reading: (r: Reader) => NotificationMeaning): Decoded<NotificationMeaning> =>
    decoding('bgp', rfc, data, (r) => {
      const meaning = reading(r)
      r.finish()
      return meaning
    })
  switch (code) {
    case BGP_ERROR.header:
      if (subcode === HEADER_ERROR.badLength)
        return read('RFC 4271 §6.1', (r) => ({ kind: 'length', lengthBytes: r.u16() }))
      if (subcode === HEADER_ERROR.badType)
        return read('RFC 4271 §6.1', (r) => ({ kind: 'message-type', type: r.u8() }))
      return undefined
    case BGP_ERROR.open:
      return openMeaning(subcode, read)
    case BGP_ERROR.update:
      return updateMeaning(subcode, read)
    case BGP_ERROR.stateMachine:
      // RFC 6608 §4: the type of the message that was not expected.
      return read('RFC 6608 §4', (r) => ({ kind: 'message-type', type: r.u8() }))
    case BGP_ERROR.cease:
      return ceaseMeaning(subcode, read)
    default:
      return undefined
  }
}

type Read = (rfc: string, reading: (r: Reader) => NotificationMeaning) => Decoded<NotificationMeaning>

function openMeaning(subcode: number, read: Read): Decoded<NotificationMeaning> | undefined {
  switch (subcode) {
    case OPEN_ERROR.unsupportedVersion:
      return read('RFC 4271 §6.2', (r) => ({ kind: 'version', version: r.u16() }))
    case OPEN_ERROR.badPeerAs:
      // No RFC says so, but daemons send the number that they did not expect, in two bytes or in four.
      return read('RFC 4271 §6.2', (r) => ({ kind: 'asn', asn: r.remaining === 4 ? r.u32() : r.u16() }))
    case OPEN_ERROR.badIdentifier:
      return read('RFC 4271 §6.2', (r) => ({ kind: 'router-id', id: readIpv4(r) }))
    case OPEN_ERROR.unsupportedParameter:
      return read('RFC 4271 §6.2', (r) => {
        const type = r.u8()
        r.rest()
        return { kind: 'parameter', type }
      })
    case OPEN_ERROR.unacceptableHoldTime:
      return read('RFC 4271 §6.2', (r) => ({ kind: 'hold-time', seconds: r.u16() }))
    case OPEN_ERROR.unsupportedCapability:
      return read('RFC 5492 §5', (r) => ({ kind: 'capabilities', capabilities: readCapabilities(r) }))
    default:
      return undefined
  }
}

/** RFC 4271 §6.3: the attribute with flags, type and length; of a missing one, the type. */
function updateMeaning(subcode: number, read: Read): Decoded<NotificationMeaning> | undefined {
  if (subcode === UPDATE_ERROR.missingWellKnown)
    return read('RFC 4271 §6.3', (r) => ({ kind: 'attribute', type: r.u8(), bytes: new Uint8Array(0) }))
  if (subcode === UPDATE_ERROR.malformedAttributeList || subcode === UPDATE_ERROR.invalidNetworkField)
    return undefined
  return read('RFC 4271 §6.3', (r) => {
    const type = r.peek(1)
    if (type === undefined) throw r.reject('no-attribute', 'RFC 4271 §6.3')
    return { kind: 'attribute', type, bytes: r.rest() }
  })
}

function ceaseMeaning(subcode: number, read: Read): Decoded<NotificationMeaning> | undefined {
  switch (subcode) {
    //   | AFI (2) | SAFI (1) | upper bound (4) |
    case CEASE.maximumPrefixes:
      return read('RFC 4486 §4', (r) => ({
        kind: 'maximum-prefixes',
        family: readFamily(r),
        maximum: r.u32(),
      }))
    //   | length (1) | UTF-8 … |
    case CEASE.administrativeShutdown:
    case CEASE.administrativeReset:
      return read('RFC 9003 §2', (r) => ({ kind: 'shutdown', text: printable(decodeUtf8(r.bytes(r.u8()))) }))
    //   | code (1) | subcode (1) | data … |
    case CEASE.hardReset:
      return read('RFC 8538 §3', (r) => ({
        kind: 'hard-reset',
        content: { code: r.u8(), subcode: r.u8(), data: r.rest() },
      }))
    default:
      return undefined
  }
}

const LONGEST_TEXT_BYTES = 255

/** The data of a Cease with words for the operator of the other side; cut, between characters, at 255 bytes. */
export function shutdownData(text: string): Uint8Array {
  let bytes = new Uint8Array(0)
  for (const character of text) {
    const more = encodeUtf8(character)
    if (bytes.length + more.length > LONGEST_TEXT_BYTES) break
    bytes = Uint8Array.of(...bytes, ...more)
  }
  return new Writer().u8(bytes.length).bytes(bytes).finish()
}

/** The data of a Cease for too many routes (RFC 4486 §4). */
export const maximumPrefixesData = ({ afi, safi }: BgpFamily, maximum: number): Uint8Array =>
  new Writer().u16(afi).u8(safi).u32(maximum).finish()

/** The data of a Cease that forbids graceful restart (RFC 8538 §3). */
export const hardResetData = ({ code, subcode, data }: NotificationContent): Uint8Array =>
  new Writer().u8(code).u8(subcode).bytes(data).finish()
