// Netlink messages and their attributes. Numbers are in host order (little-endian here), unless an attribute says otherwise.
//
//   | length (4) | type (2) | flags (2) | sequence (4) | port (4) | payload … | padding to 4
//   attribute: | length (2) | type (2) | value … | padding to 4
//
// Decoding is total: what does not fit is left out, and what a message lacks reads as missing.

const HEADER_BYTES = 16
const ATTRIBUTE_HEADER_BYTES = 4

export const NLM_F = { request: 1, ack: 4, dumpInterrupted: 0x10, dump: 0x300 } as const
export const NLMSG = { noop: 1, error: 2, done: 3, overrun: 4 } as const

export interface NetlinkMessage {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  /** a view */
  readonly payload: Buffer
}

const aligned = (length: number): number => (length + 3) & ~3

export function encodeMessage(
  type: number,
  flags: number,
  sequence: number,
  payload: Uint8Array,
): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES + payload.length)
  bytes.writeUInt32LE(bytes.length, 0)
  bytes.writeUInt16LE(type, 4)
  bytes.writeUInt16LE(flags, 6)
  bytes.writeUInt32LE(sequence, 8)
  bytes.set(payload, HEADER_BYTES)
  return bytes
}

/** All whole messages of one datagram. */
export function decodeMessages(bytes: Buffer): NetlinkMessage[] {
  const messages: NetlinkMessage[] = []
  let at = 0
  while (at + HEADER_BYTES <= bytes.length) {
    const length = bytes.readUInt32LE(at)
    if (length < HEADER_BYTES || at + length > bytes.length) break
    messages.push({
      type: bytes.readUInt16LE(at + 4),
      flags: bytes.readUInt16LE(at + 6),
      sequence: bytes.readUInt32LE(at + 8),
      payload: bytes.subarray(at + HEADER_BYTES, at + length),
    })
    at += aligned(length)
  }
  return messages
}

/** The two highest bits of a type say "nested" and "network order". */
const TYPE_MASK = 0x3fff

/**
 * Each attribute of a message, or of a list that is nested in one.
 * @param from where the fixed part of the message ends
 */
export function* attributesOf(bytes: Buffer, from = 0): Generator<{ type: number; value: Buffer }> {
  let at = from
  while (at + ATTRIBUTE_HEADER_BYTES <= bytes.length) {
    const length = bytes.readUInt16LE(at)
    if (length < ATTRIBUTE_HEADER_BYTES || at + length > bytes.length) break
    yield {
      type: bytes.readUInt16LE(at + 2) & TYPE_MASK,
      value: bytes.subarray(at + ATTRIBUTE_HEADER_BYTES, at + length),
    }
    at += aligned(length)
  }
}

/** The attributes of a message, or nested in one; of several with one type the last counts. */
export class Attributes {
  readonly #values = new Map<number, Buffer>()

  /** @param from where the fixed part of the message ends */
  constructor(bytes: Buffer, from = 0) {
    for (const { type, value } of attributesOf(bytes, from)) this.#values.set(type, value)
  }

  bytes(type: number): Buffer | undefined {
    return this.#values.get(type)
  }

  u8(type: number): number | undefined {
    const value = this.#values.get(type)
    return value === undefined || value.length < 1 ? undefined : value.readUInt8(0)
  }

  u16(type: number): number | undefined {
    const value = this.#values.get(type)
    return value === undefined || value.length < 2 ? undefined : value.readUInt16LE(0)
  }

  u32(type: number): number | undefined {
    const value = this.#values.get(type)
    return value === undefined || value.length < 4 ? undefined : value.readUInt32LE(0)
  }

  /** Up to the zero byte. */
  text(type: number): string | undefined {
    const value = this.#values.get(type)
    if (value === undefined) return undefined
    const end = value.indexOf(0)
    return value.toString('utf8', 0, end < 0 ? value.length : end)
  }

  nested(type: number): Attributes {
    return new Attributes(this.#values.get(type) ?? Buffer.alloc(0))
  }
}

export function encodeAttribute(type: number, value: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(aligned(ATTRIBUTE_HEADER_BYTES + value.length))
  bytes.writeUInt16LE(ATTRIBUTE_HEADER_BYTES + value.length, 0)
  bytes.writeUInt16LE(type, 2)
  bytes.set(value, ATTRIBUTE_HEADER_BYTES)
  return bytes
}

export function encodeU32Attribute(type: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return encodeAttribute(type, bytes)
}

/** The errno of an error message: 0 is an acknowledgement. */
export const decodeErrno = (payload: Buffer): number => (payload.length < 4 ? 0 : -payload.readInt32LE(0))
