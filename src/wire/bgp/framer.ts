// Cuts the byte stream of a session into messages, however it was chunked.
import { type BgpError, resetError, why } from './bgp-error.ts'
import { BGP_ERROR, HEADER_ERROR } from './notification-codes.ts'

export const BGP_HEADER_BYTES = 19
/** RFC 4271 §4.1 */
const LONGEST_BYTES = 4096
/** RFC 8654 §4 */
const LONGEST_EXTENDED_BYTES = 65_535

export const BGP_TYPE = { open: 1, update: 2, notification: 3, keepalive: 4, routeRefresh: 5 } as const

/** By type: the shortest whole message (RFC 4271 §6.1; RFC 2918 §3). */
const SHORTEST_BYTES: Readonly<Record<number, number>> = { 1: 29, 2: 23, 3: 21, 4: 19, 5: 23 }

export interface BgpHeader {
  readonly type: number
  /** of the whole message, with this header */
  readonly lengthBytes: number
}

/** RFC 8654 §4: OPEN and KEEPALIVE keep the old limit. */
export const longestMessageBytes = (type: number, extendedMessage: boolean): number =>
  extendedMessage && type !== BGP_TYPE.open && type !== BGP_TYPE.keepalive
    ? LONGEST_EXTENDED_BYTES
    : LONGEST_BYTES

/**
 * Reads and checks a header (RFC 4271 §6.1). `bytes` holds at least the 19 bytes of it.
 *
 *    0                            16           18     19
 *   | marker, 16 bytes of all ones | length     | type |
 */
export function readBgpHeader(bytes: Uint8Array, extendedMessage: boolean): BgpHeader | BgpError {
  for (let i = 0; i < 16; i++)
    if (bytes[i] !== 0xff)
      return resetError(why(i, 'marker-not-all-ones', 'RFC 4271 §6.1', { need: 0xff, have: bytes[i] ?? 0 }), [
        BGP_ERROR.header,
        HEADER_ERROR.notSynchronized,
      ])
  const high = bytes[16] ?? 0
  const low = bytes[17] ?? 0
  const lengthBytes = high * 256 + low
  const type = bytes[18] ?? 0
  const badLength = (reason: string, rfc: string, need: number): BgpError =>
    resetError(
      why(16, reason, rfc, { need, have: lengthBytes }),
      [BGP_ERROR.header, HEADER_ERROR.badLength],
      Uint8Array.of(high, low),
    )
  if (lengthBytes < BGP_HEADER_BYTES) return badLength('length-too-small', 'RFC 4271 §6.1', BGP_HEADER_BYTES)
  const longest = longestMessageBytes(type, extendedMessage)
  if (lengthBytes > longest) return badLength('length-too-large', 'RFC 4271 §6.1', longest)
  const shortest = SHORTEST_BYTES[type]
  if (shortest === undefined)
    return resetError(
      why(18, 'unknown-message-type', 'RFC 4271 §6.1', { have: type }),
      [BGP_ERROR.header, HEADER_ERROR.badType],
      Uint8Array.of(type),
    )
  if (lengthBytes < shortest) return badLength('length-too-small', 'RFC 4271 §6.1', shortest)
  // RFC 4271 §4.4: a KEEPALIVE is a header and nothing else.
  if (type === BGP_TYPE.keepalive && lengthBytes > BGP_HEADER_BYTES)
    return badLength('keepalive-with-body', 'RFC 4271 §4.4', BGP_HEADER_BYTES)
  return { type, lengthBytes }
}

export type Framed =
  | { readonly ok: true; readonly value: Uint8Array }
  | { readonly ok: false; readonly error: BgpError }

/**
 * Push chunks, then take messages until there is none. Chunks are kept, not copied, and messages are views of them where
 * they do not straddle two. What is held back is one unfinished message and the chunk behind it.
 */
export class BgpFramer {
  #chunks: Uint8Array[] = []
  #heldBytes = 0
  #broken: Framed | undefined

  /** Bytes that were pushed and not yet taken as messages. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0 || this.#broken !== undefined) return
    this.#chunks.push(chunk)
    this.#heldBytes += chunk.length
  }

  /**
   * The next whole message; undefined when more bytes are needed. After an error every call gives that error: the place of
   * the next message is not known any more.
   */
  next(extendedMessage: boolean): Framed | undefined {
    if (this.#broken !== undefined) return this.#broken
    if (this.#heldBytes < BGP_HEADER_BYTES) return undefined
    const header = readBgpHeader(this.#front(BGP_HEADER_BYTES), extendedMessage)
    if ('reason' in header) {
      this.#chunks = []
      this.#heldBytes = 0
      this.#broken = { ok: false, error: header }
      return this.#broken
    }
    if (this.#heldBytes < header.lengthBytes) return undefined
    const front = this.#front(header.lengthBytes)
    const rest = front.subarray(header.lengthBytes)
    if (rest.length > 0) this.#chunks[0] = rest
    else this.#chunks.shift()
    this.#heldBytes -= header.lengthBytes
    return { ok: true, value: front.subarray(0, header.lengthBytes) }
  }

  /** The first chunk, joined with those behind it until it has at least `count` bytes. */
  #front(count: number): Uint8Array {
    const first = this.#chunks[0] ?? new Uint8Array(0)
    if (first.length >= count) return first
    let chunks = 0
    let length = 0
    while (length < count) length += this.#chunks[chunks++]?.length ?? count
    const joined = new Uint8Array(length)
    let at = 0
    for (const chunk of this.#chunks.slice(0, chunks)) {
      joined.set(chunk, at)
      at += chunk.length
    }
    this.#chunks.splice(0, chunks, joined)
    return joined
  }
}
