// What is said over TCP: one message each way. From outside to inside: label, encryption, compression, message.
//
//   encrypted: | 10 | length (4) | as in encryption.ts |      user: | 8 | map {UserMsgLen} | bytes of the application … |
import type { Decoded, DecodeError } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { encodeUtf8 } from '../utf8.ts'
import { Writer } from '../writer.ts'
import { decodeEncrypted, ENCRYPTION_OVERHEAD_BYTES, encodeEncrypted } from './encryption.ts'
import { int32, readStruct } from './go-struct.ts'
import { encodeLabel, readLabel } from './label.ts'
import { encodeCompressed, readCompressed } from './layers.ts'
import { type GossipMessage, readGossipMessage } from './message.ts'
import type { PacketSettings } from './packet.ts'
import { GOSSIP_TYPE, LONGEST_STREAM_BYTES, MEMBERLIST } from './protocol.ts'
import { type PushPullMessage, PushPullReader } from './push-pull.ts'

export type StreamMessage = PushPullMessage | GossipMessage

const ENCRYPTED_HEADER_BYTES = 5
const USER = { UserMsgLen: int32 }
/** Everything but a push/pull, a user message and compressed bytes is far shorter. */
const LONGEST_SMALL_MESSAGE_BYTES = 64 * 1024

/** Wraps a message for a stream. @param message as `encodePushPull` or `encodeGossipMessage` gives it; no user message */
export function encodeStream(message: Uint8Array, settings: PacketSettings): Uint8Array {
  const { compression, cipher, verifyOutgoing, label } = settings
  const body = compression ? encodeCompressed(message) : message
  const w = new Writer().bytes(encodeLabel(label))
  if (cipher === undefined || !verifyOutgoing) return w.bytes(body).finish()
  const header = new Writer()
    .u8(GOSSIP_TYPE.encrypt)
    .u32(body.length + ENCRYPTION_OVERHEAD_BYTES)
    .finish()
  return w
    .bytes(header)
    .bytes(encodeEncrypted(body, withLabel(header, label), cipher))
    .finish()
}

const withLabel = (header: Uint8Array, label: string): Uint8Array =>
  new Writer().bytes(header).bytes(encodeUtf8(label)).finish()

/** Takes chunks until there is one message. It holds at most 20 MiB. */
export class StreamReader {
  readonly #settings: PacketSettings
  #bytes = new Uint8Array(4096)
  #length = 0
  /** bytes that must be there before another attempt makes sense */
  #needed = 1
  readonly #pushPull = new PushPullReader()

  constructor(settings: PacketSettings) {
    this.#settings = settings
  }

  get heldBytes(): number {
    return this.#length
  }

  /** Copies the chunk. What is beyond the limit is dropped: `read` then gives an error. */
  push(chunk: Uint8Array): void {
    const needed = Math.min(this.#length + chunk.length, LONGEST_STREAM_BYTES + 1)
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(
        Math.min(LONGEST_STREAM_BYTES + 1, Math.max(needed, this.#bytes.length * 2)),
      )
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(chunk.subarray(0, needed - this.#length), this.#length)
    this.#length = needed
  }

  /** The message; undefined while something is missing. */
  read(): Decoded<StreamMessage> | undefined {
    if (this.#length < this.#needed) return undefined
    if (this.#length > LONGEST_STREAM_BYTES) return refuse('stream-too-long', 0, LONGEST_STREAM_BYTES)
    const input = this.#bytes.subarray(0, this.#length)
    const label = decoding('gossip', MEMBERLIST, input, (r) => ({ label: readLabel(r), bytes: r.consumed }))
    if (!label.ok) return this.#incomplete(label.error, 0)
    if (label.value.label !== this.#settings.label) return refuse('other-label', 0)
    const at = label.value.bytes
    if (at === input.length) return undefined
    const body = input.subarray(at)
    if (body[0] === GOSSIP_TYPE.encrypt) return this.#readEncrypted(body, at)
    if (this.#settings.cipher !== undefined && this.#settings.verifyIncoming)
      return refuse('not-encrypted', at)
    return this.#readPlain(body, at)
  }

  #readEncrypted(body: Uint8Array, at: number): Decoded<StreamMessage> | undefined {
    const { cipher, label } = this.#settings
    if (cipher === undefined) return refuse('encrypted-without-our-key', at)
    const header = body.subarray(0, ENCRYPTED_HEADER_BYTES)
    if (header.length < ENCRYPTED_HEADER_BYTES) return undefined
    const length = header.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0)
    if (length > LONGEST_STREAM_BYTES) return refuse('stream-too-long', at, LONGEST_STREAM_BYTES, length)
    this.#needed = at + ENCRYPTED_HEADER_BYTES + length
    if (this.#length < this.#needed) return undefined
    const sealed = body.subarray(ENCRYPTED_HEADER_BYTES, ENCRYPTED_HEADER_BYTES + length)
    const opened = decodeEncrypted(sealed, withLabel(header, label), cipher)
    if (!opened.ok) return { ok: false, error: { ...opened.error, at } }
    return decodeStreamBody(opened.value, at)
  }

  #readPlain(body: Uint8Array, at: number): Decoded<StreamMessage> | undefined {
    const type = body[0] ?? 0
    if (type === GOSSIP_TYPE.pushPull) {
      const message = this.#pushPull.read(body)
      return message === undefined || message.ok ? message : refusal(message.error, at)
    }
    if (type === GOSSIP_TYPE.compress) {
      const inflated = decoding('gossip', MEMBERLIST, body, (r) => {
        r.skip(1)
        return readCompressed(r, LONGEST_STREAM_BYTES)
      })
      return inflated.ok ? decodeStreamBody(inflated.value, at) : this.#incomplete(inflated.error, at)
    }
    const message = decoding('gossip', MEMBERLIST, body, readSmall)
    if (message.ok) return message
    if (type !== GOSSIP_TYPE.user && body.length > LONGEST_SMALL_MESSAGE_BYTES)
      return refuse('stream-too-long', at, LONGEST_SMALL_MESSAGE_BYTES, body.length)
    return this.#incomplete(message.error, at)
  }

  /** Bytes that are missing may still come; anything else is an error. */
  #incomplete(error: DecodeError, by: number): Decoded<StreamMessage> | undefined {
    if (error.reason !== 'truncated' || error.protocol !== 'gossip') return refusal(error, by)
    this.#needed = Math.min(error.at + by + Math.max(1, error.need ?? 1), LONGEST_STREAM_BYTES + 1)
    return undefined
  }
}

/** The content of an encrypted or compressed layer, which must be whole. Errors have the place of the layer. */
function decodeStreamBody(body: Uint8Array, at: number): Decoded<StreamMessage> {
  const read = decoding('gossip', MEMBERLIST, body, (r): Uint8Array => {
    if (r.remaining === 0) throw r.reject('empty-message', MEMBERLIST, { need: 1, have: 0 })
    if (r.peek() !== GOSSIP_TYPE.compress) return r.rest()
    r.skip(1)
    return readCompressed(r, LONGEST_STREAM_BYTES)
  })
  if (!read.ok) return { ok: false, error: { ...read.error, at } }
  const inner = read.value
  const message =
    inner[0] === GOSSIP_TYPE.pushPull
      ? new PushPullReader().read(inner)
      : decoding('gossip', MEMBERLIST, inner, readSmall)
  if (message === undefined) return refuse('truncated', at)
  return message.ok ? message : { ok: false, error: { ...message.error, at } }
}

function readSmall(r: Reader): StreamMessage {
  // Over TCP a user message says how long it is; in a packet it is the rest.
  if (r.peek() !== GOSSIP_TYPE.user) return readGossipMessage(r)
  r.skip(1)
  return { kind: 'user', payload: r.bytes(readStruct(r, USER).UserMsgLen).slice() }
}

const refuse = (
  reason: string,
  at: number,
  need?: number,
  have?: number,
): { readonly ok: false; readonly error: DecodeError } => ({
  ok: false,
  error: {
    ...{ protocol: 'gossip', at, reason, rfc: MEMBERLIST },
    ...(need === undefined ? {} : { need }),
    ...(have === undefined ? {} : { have }),
  },
})

const refusal = (error: DecodeError, by: number): { readonly ok: false; readonly error: DecodeError } => ({
  ok: false,
  error: { ...error, at: error.at + by },
})
