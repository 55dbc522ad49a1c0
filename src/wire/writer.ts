// The one writer of all codecs. Network byte order unless told otherwise. A value that does not fit its field is a bug
// of the caller (decoded input cannot cause it), so it throws a RangeError.

const FIRST_CAPACITY_BYTES = 128

export class Writer {
  readonly #little: boolean
  #bytes = new Uint8Array(FIRST_CAPACITY_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  constructor(options: { readonly littleEndian?: boolean } = {}) {
    this.#little = options.littleEndian ?? false
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length
  }

  u8(value: number): this {
    const at = this.#grow(1)
    this.#view.setUint8(at, inRange(value, 8))
    return this
  }

  u16(value: number): this {
    const at = this.#grow(2)
    this.#view.setUint16(at, inRange(value, 16), this.#little)
    return this
  }

  u24(value: number): this {
    inRange(value, 24)
    const at = this.#grow(3)
    this.#view.setUint8(this.#little ? at + 2 : at, value >>> 16)
    this.#view.setUint8(at + 1, (value >>> 8) & 255)
    this.#view.setUint8(this.#little ? at : at + 2, value & 255)
    return this
  }

  u32(value: number): this {
    const at = this.#grow(4)
    this.#view.setUint32(at, inRange(value, 32), this.#little)
    return this
  }

  u64(value: bigint): this {
    const at = this.#grow(8)
    this.#view.setBigUint64(at, bigInRange(value, 64n), this.#little)
    return this
  }

  /** 16 bytes in network order, as IPv6 addresses are written. */
  u128(value: bigint): this {
    bigInRange(value, 128n)
    const at = this.#grow(16)
    this.#view.setBigUint64(at, value >> 64n)
    this.#view.setBigUint64(at + 8, value & 0xffff_ffff_ffff_ffffn)
    return this
  }

  /** Packs `[value, width]` fields, the most significant first. The widths must add up to 8, 16, 24 or 32. */
  bits(...fields: readonly (readonly [value: number | boolean, width: number])[]): this {
    const total = fields.reduce((sum, [, width]) => sum + width, 0)
    if (total === 0 || total > 32 || total % 8 !== 0) throw new Error(`bit fields of ${total} bits`)
    let word = 0
    for (const [value, width] of fields) word = word * 2 ** width + inRange(Number(value), width)
    for (let shift = total - 8; shift >= 0; shift -= 8) this.u8(Math.floor(word / 2 ** shift) % 256)
    return this
  }

  /** Copies `bytes`. */
  bytes(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length)
    this.#bytes.set(bytes, at)
    return this
  }

  zeros(count: number): this {
    const at = this.#grow(count)
    this.#bytes.fill(0, at, at + count)
    return this
  }

  /** Overwrites two bytes written before: lengths and checksums that are known only at the end. */
  patchU16(at: number, value: number): this {
    this.#mustBeWritten(at, 2)
    this.#view.setUint16(at, inRange(value, 16), this.#little)
    return this
  }

  patchU32(at: number, value: number): this {
    this.#mustBeWritten(at, 4)
    this.#view.setUint32(at, inRange(value, 32), this.#little)
    return this
  }

  /** What was written, as bytes of the caller's own. The writer can go on afterwards. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  #mustBeWritten(at: number, count: number): void {
    if (at < 0 || at + count > this.#length) throw new RangeError(`patch at ${at} of ${this.#length} bytes`)
  }

  /** Makes room and gives where it begins. Take #view only afterwards: growing replaces it. */
  #grow(count: number): number {
    const at = this.#length
    this.#length = at + count
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
      this.#view = new DataView(larger.buffer)
    }
    return at
  }
}

function inRange(value: number, bits: number): number {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits)
    throw new RangeError(`${value} does not fit ${bits} bits`)
  return value
}

function bigInRange(value: bigint, bits: bigint): bigint {
  if (value < 0n || value >> bits !== 0n) throw new RangeError(`${value} does not fit ${bits} bits`)
  return value
}
