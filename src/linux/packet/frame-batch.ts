// Many frames in one system call (recvmmsg, sendmmsg): a call into C costs JavaScript as much as the kernel needs for a frame.
//
// struct mmsghdr, 64 bytes each:  | name, its length (16) | iovec, count (16) | control, its length (16) | flags (8) | length (8) |
// Name and control stay null: who sent a frame stands in the frame.
import { type Libc, pinned } from '../libc.ts'

const HEADER_BYTES = 64
const VECTOR_AT = 16
const VECTOR_COUNT_AT = 24
/** In words of 4 bytes. */
const LENGTH_WORD = 56 / 4
const IOVEC_BYTES = 16

export class FrameBatch {
  readonly #libc: Libc
  readonly #headers: Buffer
  readonly #words: Uint32Array
  // The headers point to these two; they must live as long.
  readonly #vectors: Buffer
  readonly #bytes: Buffer
  readonly #slots: readonly Buffer[]
  readonly #slotBytes: number
  readonly #bytesAt: number
  readonly #headersAt: number

  /** @param slotBytes of each frame: what is longer is cut when it is received; all of it is sent */
  constructor(libc: Libc, slots: number, slotBytes: number) {
    this.#libc = libc
    this.#bytes = pinned(slots * slotBytes)
    this.#vectors = pinned(slots * IOVEC_BYTES)
    this.#headers = pinned(slots * HEADER_BYTES)
    this.#words = new Uint32Array(this.#headers.buffer)
    const bytesAt = libc.addressOf(this.#bytes)
    this.#slotBytes = slotBytes
    // Addresses have 47 bits, so a number holds them.
    this.#bytesAt = Number(bytesAt)
    this.#headersAt = Number(libc.addressOf(this.#headers))
    const vectorsAt = libc.addressOf(this.#vectors)
    for (let i = 0; i < slots; i++) {
      this.#vectors.writeBigUInt64LE(bytesAt + BigInt(i * slotBytes), i * IOVEC_BYTES)
      this.#vectors.writeBigUInt64LE(BigInt(slotBytes), i * IOVEC_BYTES + 8)
      this.#headers.writeBigUInt64LE(vectorsAt + BigInt(i * IOVEC_BYTES), i * HEADER_BYTES + VECTOR_AT)
      this.#headers.writeBigUInt64LE(1n, i * HEADER_BYTES + VECTOR_COUNT_AT)
    }
    this.#slots = Array.from({ length: slots }, (_, i) =>
      this.#bytes.subarray(i * slotBytes, (i + 1) * slotBytes),
    )
  }

  get slots(): readonly Buffer[] {
    return this.#slots
  }

  /** How many frames came, at most one for each slot; -EAGAIN when there is none. */
  receive(fd: number): number {
    return this.#libc.recvMany(fd, this.#headersAt, this.#slots.length, 0)
  }

  /** One frame into the first slot, for less than `receive` costs: 1, or -EAGAIN when there is none. */
  receiveOne(fd: number): number {
    const length = this.#libc.recvAt(fd, this.#bytesAt, this.#slotBytes, 0)
    if (length < 0) return length
    this.#words[LENGTH_WORD] = length
    return 1
  }

  /** Of the frame that the last `receive` put into a slot. */
  receivedBytes(slot: number): number {
    return this.#words[slot * (HEADER_BYTES / 4) + LENGTH_WORD] ?? 0
  }

  /**
   * Sends the slots from `from` up to `to`, not included; the result is how many went before the first one that could not be
   * sent, or -errno when that was the very first.
   */
  send(fd: number, from: number, to: number): number {
    const { sendAt, sendMany } = this.#libc
    if (to - from > 1) return sendMany(fd, this.#headersAt + from * HEADER_BYTES, to - from, 0)
    const result = sendAt(fd, this.#bytesAt + from * this.#slotBytes, this.#slotBytes, 0)
    return result < 0 ? result : 1
  }
}
