// UDP packets. From outside to inside: label, encryption, checksum, compression, compound, messages.
//
//   compound: | 7 | count (1) | length of each (2 × count) | messages … |
import type { Decoded, DecodeError } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { encodeUtf8 } from '../utf8.ts'
import { Writer } from '../writer.ts'
import { decodeEncrypted, encodeEncrypted, type GossipCipher } from './encryption.ts'
import { encodeLabel, readLabel } from './label.ts'
import { checkChecksum, encodeChecksummed, encodeCompressed, readCompressed } from './layers.ts'
import { type GossipMessage, readGossipMessage } from './message.ts'
import { GOSSIP_TYPE, LONGEST_INFLATED_PACKET_BYTES, MEMBERLIST, MOST_COMPOUND_PARTS } from './protocol.ts'

/** Bytes that a compound needs besides its messages: type and count, and the length of each message. */
export const COMPOUND_HEADER_BYTES = 2
export const COMPOUND_PART_BYTES = 2

/** Containers in containers: nobody writes more than two. */
const DEEPEST = 8

/** How packets are made and read on this cluster. */
export interface PacketSettings {
  readonly label: string
  /** undefined: nothing is encrypted */
  readonly cipher: GossipCipher | undefined
  /** with a cipher: refuse what is not encrypted */
  readonly verifyIncoming: boolean
  /** with a cipher: encrypt what we send */
  readonly verifyOutgoing: boolean
  /** compress where it makes a packet shorter, and every stream */
  readonly compression: boolean
}

export const PLAIN_PACKETS: PacketSettings = {
  ...{ label: '', cipher: undefined, verifyIncoming: true, verifyOutgoing: true, compression: false },
}

/** The messages of a packet in order. One bad message spoils none of the others, so it is reported beside them. */
export interface PacketContents {
  readonly messages: readonly GossipMessage[]
  readonly refused: readonly DecodeError[]
}

/** Messages are copies. An error inside an encrypted or compressed layer has the place of that layer. */
export const decodePacket = (input: Uint8Array, settings: PacketSettings): Decoded<PacketContents> =>
  decoding('gossip', MEMBERLIST, input, (r) => {
    const label = readLabel(r)
    if (label !== settings.label) throw r.reject('other-label', MEMBERLIST, { at: 0 })
    const at = r.at
    const body = r.rest()
    const opened = openBody(body, settings)
    if (!opened.ok) throw fault(r, opened.error, at, false)
    const contents = decodeOpened(opened.value)
    const inside = opened.value !== body
    if (!contents.ok) throw fault(r, whyUnreadable(contents.error, body, settings), at, inside)
    const refused = contents.value.refused.map((error) => moved(error, at, inside))
    return { messages: contents.value.messages, refused }
  })

function openBody(body: Uint8Array, { cipher, label, verifyIncoming }: PacketSettings): Decoded<Uint8Array> {
  if (cipher === undefined) return { ok: true, value: body }
  const opened = decodeEncrypted(body, encodeUtf8(label), cipher)
  return opened.ok || verifyIncoming ? opened : { ok: true, value: body }
}

/** Without a key of ours, encrypted bytes look like a broken ping: say what is most likely. */
function whyUnreadable(error: DecodeError, body: Uint8Array, { cipher }: PacketSettings): DecodeError {
  const looksEncrypted = cipher === undefined && (body[0] ?? 255) <= 1 && body.length >= 29
  return looksEncrypted && error.reason === 'not-a-map'
    ? { ...error, reason: 'encrypted-without-our-key' }
    : error
}

const moved = (error: DecodeError, by: number, inside: boolean): DecodeError => ({
  ...error,
  at: inside ? by : error.at + by,
})

const fault = (r: Reader, error: DecodeError, by: number, inside: boolean): Error => {
  const { at, reason, rfc, need, have } = moved(error, by, inside)
  return r.reject(reason, rfc, {
    ...{ at, ...(need === undefined ? {} : { need }) },
    ...(have === undefined ? {} : { have }),
  })
}

const decodeOpened = (input: Uint8Array): Decoded<PacketContents> =>
  decoding('gossip', MEMBERLIST, input, (r) => {
    if (r.remaining === 0) throw r.reject('empty-message', MEMBERLIST, { need: 1, have: 0 })
    checkChecksum(r, input)
    const gathered: Gathered = { messages: [], refused: [], inflatable: LONGEST_INFLATED_PACKET_BYTES }
    gather(r, gathered, 0)
    const { messages, refused } = gathered
    return { messages, refused }
  })

interface Gathered {
  readonly messages: GossipMessage[]
  readonly refused: DecodeError[]
  /** how many bytes decompression may still make of this packet */
  inflatable: number
}

function gather(r: Reader, into: Gathered, depth: number): void {
  const type = r.peek()
  if (type !== GOSSIP_TYPE.compound && type !== GOSSIP_TYPE.compress) {
    into.messages.push(readGossipMessage(r))
    return
  }
  if (depth === DEEPEST) throw r.reject('nested-too-deep', MEMBERLIST, { need: DEEPEST })
  r.skip(1)
  if (type === GOSSIP_TYPE.compound) gatherCompound(r, into, depth)
  else {
    const at = r.at
    const inner = readCompressed(r, into.inflatable)
    into.inflatable -= inner.length
    attempt(
      inner,
      (part) => gather(part, into, depth + 1),
      into,
      () => at,
    )
  }
}

function gatherCompound(r: Reader, into: Gathered, depth: number): void {
  const count = r.u8()
  const lengths: number[] = []
  for (let i = 0; i < count; i++) lengths.push(r.u16())
  for (const [index, length] of lengths.entries()) {
    if (length > r.remaining) {
      into.refused.push(short(r.at, length, r.remaining, count - index))
      return
    }
    const at = r.at
    attempt(
      r.bytes(length),
      (part) => gather(part, into, depth + 1),
      into,
      (inner) => at + inner,
    )
  }
}

const short = (at: number, need: number, have: number, missing: number): DecodeError => ({
  ...{ protocol: 'gossip', at, need, have, rfc: MEMBERLIST },
  reason: missing === 1 ? 'message-missing' : 'messages-missing',
})

function attempt(
  part: Uint8Array,
  read: (r: Reader) => void,
  into: Gathered,
  place: (inner: number) => number,
): void {
  const result = decoding('gossip', MEMBERLIST, part, read)
  if (!result.ok) into.refused.push({ ...result.error, at: place(result.error.at) })
}

/** One message as it is, several as a compound. @throws RangeError for none, or more than 255 */
export function encodeParts(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  if (only === undefined || parts.length > MOST_COMPOUND_PARTS)
    throw new RangeError(`a packet of ${parts.length} messages`)
  if (parts.length === 1) return only
  const w = new Writer().u8(GOSSIP_TYPE.compound).u8(parts.length)
  for (const part of parts) w.u16(part.length)
  for (const part of parts) w.bytes(part)
  return w.finish()
}

/**
 * Wraps messages for one receiver. @param parts encoded messages, 1 to 255
 * @param checksum the receiver is known to understand checksums
 */
export function encodePacket(
  parts: readonly Uint8Array[],
  settings: PacketSettings,
  checksum: boolean,
): Uint8Array {
  let packet = encodeParts(parts)
  if (settings.compression) {
    const compressed = encodeCompressed(packet)
    if (compressed.length < packet.length) packet = compressed
  }
  if (checksum) packet = encodeChecksummed(packet)
  const { cipher, label, verifyOutgoing } = settings
  if (cipher !== undefined && verifyOutgoing) packet = encodeEncrypted(packet, encodeUtf8(label), cipher)
  return label === '' ? packet : new Writer().bytes(encodeLabel(label)).bytes(packet).finish()
}
