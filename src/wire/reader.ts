// The one bounded reader of all codecs. It never reads past its end: asking for more throws a fault that `decoding`
// turns into a DecodeError. Network byte order unless told otherwise.
import { DecodeFault } from './decode-error.ts'

export interface ReaderOptions {
  /** pcap files and netlink are in the byte order of the machine that wrote them; default false */
  readonly littleEndian?: boolean
}

export class Reader {
  readonly #protocol: string
  readonly #rfc: string
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #options: ReaderOptions
  readonly #little: boolean
  /** offset of our first byte in the bytes that the outermost decoder was given */
  readonly #base: number
  #at = 0

  /** Codecs get their reader from `decoding`. */
  constructor(protocol: string, rfc: string, bytes: Uint8Array, options: ReaderOptions = {}, base = 0) {
    this.#protocol = protocol
    this.#rfc = rfc
    // Views of a Node Buffer would be Buffers, whose slice() does not copy.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#options = options
    this.#little = options.littleEndian ?? false
    this.#base = base
  }

  /** Position counted from the start of the outermost bytes, as in `DecodeError.at`. */
  get at(): number {
    return this.#base + this.#at
  }

  /** Bytes consumed from this reader. */
  get consumed(): number {
    return this.#at
  }

  get remaining(): number {
    return this.#bytes.length - this.#at
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), this.#little)
  }

  u24(): number {
    const at = this.#advance(3)
    const [first, last] = this.#little ? [at + 2, at] : [at, at + 2]
    return this.#view.getUint8(first) * 65536 + this.#view.getUint8(at + 1) * 256 + this.#view.getUint8(last)
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), this.#little)
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), this.#little)
  }

  /** 16 bytes in network order, as IPv6 addresses are written. */
  u128(): bigint {
    const at = this.#advance(16)
    return (this.#view.getBigUint64(at) << 64n) | this.#view.getBigUint64(at + 8)
  }

  /**
   * Splits the next bytes into unsigned fields, the most significant first: `const [version, diagnostic] = r.bits(3, 5)`.
   * The widths must add up to 8, 16, 24 or 32.
   */
  bits<const W extends readonly number[]>(...widths: W): { -readonly [K in keyof W]: number } {
    const total = widths.reduce((sum, width) => sum + width, 0)
    if (total === 0 || total > 32 || total % 8 !== 0) throw new Error(`bit fields of ${total} bits`)
    let word = 0
    for (let i = 0; i < total; i += 8) word = word * 256 + this.u8()
    let left = total
    const fields = widths.map((width) => {
      left -= width
      return Math.floor(word / 2 ** left) % 2 ** width
    })
    return fields as { -readonly [K in keyof W]: number }
  }

  /** A view of the next `length` bytes: it shares memory with the input, so copy it to keep it longer than that. */
  bytes(length: number): Uint8Array {
    const at = this.#advance(length)
    return this.#bytes.subarray(at, at + length)
  }

  /** A view of everything that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining)
  }

  skip(length: number): void {
    this.#advance(length)
  }

  /** The byte `offset` bytes ahead, without consuming it; undefined past the end. */
  peek(offset = 0): number | undefined {
    return this.#bytes[this.#at + offset]
  }

  /** A reader of the next `length` bytes only, with the same positions in errors; this reader moves behind them. */
  sub(length: number, protocol = this.#protocol): Reader {
    const base = this.at
    return new Reader(protocol, this.#rfc, this.bytes(length), this.#options, base)
  }

  /** Reads until nothing is left. `read` must consume something each time, else it is refused (no endless loops). */
  many<T>(read: (reader: Reader) => T): T[] {
    const items: T[] = []
    while (this.remaining > 0) {
      const before = this.#at
      items.push(read(this))
      if (this.#at === before) throw this.reject('empty-element', this.#rfc)
    }
    return items
  }

  /** Refuses bytes behind the message. */
  finish(): void {
    if (this.remaining > 0) throw this.reject('trailing-bytes', this.#rfc, { need: 0, have: this.remaining })
  }

  /**
   * The fault to throw when bytes break a rule: `throw r.reject('bad-version', 'RFC 5880 §6.8.6')`. `at` is a position
   * as given by `reader.at`; the default is where the reader stands.
   */
  reject(
    reason: string,
    rfc: string,
    detail: { readonly at?: number; readonly need?: number; readonly have?: number } = {},
  ): Error {
    return new DecodeFault({ protocol: this.#protocol, at: this.at, reason, rfc, ...detail })
  }

  #advance(length: number): number {
    const at = this.#at
    if (!Number.isInteger(length) || length < 0) throw new Error(`a read of ${length} bytes`)
    if (length > this.#bytes.length - at)
      throw this.reject('truncated', this.#rfc, { need: length, have: this.#bytes.length - at })
    this.#at = at + length
    return at
  }
}
