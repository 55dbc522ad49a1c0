// struct msghdr with its buffers, for recvmsg: the data, the sender, and the control messages (time stamp, VLAN tag, ICMP error).
import { type Libc, pinned } from './libc.ts'

const MSGHDR_BYTES = 56
const FLAGS_AT = 48

export interface ControlMessage {
  readonly level: number
  readonly type: number
  /** a view, good until the next receive */
  readonly data: Buffer
}

/** One receive buffer with all that recvmsg fills. Views into it are good until the next `receive`. */
export class MessageBuffer {
  readonly #libc: Libc
  readonly #header = pinned(MSGHDR_BYTES)
  readonly #vector = pinned(16)
  readonly #data: Buffer
  readonly #name = pinned(128)
  readonly #control = pinned(512)

  constructor(libc: Libc, dataBytes: number) {
    this.#libc = libc
    this.#data = pinned(dataBytes)
    this.#vector.writeBigUInt64LE(libc.addressOf(this.#data), 0)
    this.#vector.writeBigUInt64LE(BigInt(dataBytes), 8)
    this.#header.writeBigUInt64LE(libc.addressOf(this.#name), 0)
    this.#header.writeBigUInt64LE(libc.addressOf(this.#vector), 16)
    this.#header.writeBigUInt64LE(1n, 24)
    this.#header.writeBigUInt64LE(libc.addressOf(this.#control), 32)
  }

  /** Bytes received (with MSG_TRUNC: the whole length, even when it did not fit), or -errno. */
  receive(fd: number, flags: number): number {
    // The kernel overwrites these three with what it used.
    this.#header.writeUInt32LE(this.#name.length, 8)
    this.#header.writeBigUInt64LE(BigInt(this.#control.length), 40)
    this.#header.writeInt32LE(0, FLAGS_AT)
    return this.#libc.recvMessage(fd, this.#header, flags)
  }

  data(length: number): Buffer {
    return this.#data.subarray(0, Math.min(length, this.#data.length))
  }

  sender(): Buffer {
    return this.#name.subarray(0, Math.min(this.#header.readUInt32LE(8), this.#name.length))
  }

  control(): ControlMessage[] {
    const length = Math.min(Number(this.#header.readBigUInt64LE(40)), this.#control.length)
    return decodeControlMessages(this.#control.subarray(0, length))
  }
}

const CMSGHDR_BYTES = 16

/** struct cmsghdr, each padded to 8 bytes. Stops at the first one whose length cannot be. */
export function decodeControlMessages(bytes: Buffer): ControlMessage[] {
  const messages: ControlMessage[] = []
  let at = 0
  while (at + CMSGHDR_BYTES <= bytes.length) {
    const length = Number(bytes.readBigUInt64LE(at))
    if (length < CMSGHDR_BYTES || at + length > bytes.length) break
    const level = bytes.readInt32LE(at + 8)
    const type = bytes.readInt32LE(at + 12)
    messages.push({ level, type, data: bytes.subarray(at + CMSGHDR_BYTES, at + length) })
    at += (length + 7) & ~7
  }
  return messages
}

/** struct timespec of SO_TIMESTAMPNS in nanoseconds; undefined when the data is too short. */
export const decodeTimespec = (data: Buffer): bigint | undefined =>
  data.length < 16 ? undefined : data.readBigInt64LE(0) * 1_000_000_000n + data.readBigInt64LE(8)
