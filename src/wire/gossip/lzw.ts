// LZW as Go's compress/lzw writes it, in the order of GIF: least significant bit first, literals of 8 bits, codes of 9 to
// 12 bits. Code 256 empties the table, 257 ends the data. The width grows as soon as the next code would not fit.
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { MEMBERLIST } from './protocol.ts'

const CLEAR = 256
const END = 257
const FIRST_WIDTH = 9
const WIDEST = 12
const TABLE_SIZE = 1 << WIDEST

/** Packs codes, the first in the lowest bits. */
class CodeWriter {
  #bytes = new Uint8Array(256)
  #length = 0
  #bits = 0
  #held = 0

  write(code: number, width: number): void {
    this.#bits |= code << this.#held
    this.#held += width
    while (this.#held >= 8) {
      this.#push(this.#bits & 0xff)
      this.#bits >>>= 8
      this.#held -= 8
    }
  }

  finish(): Uint8Array<ArrayBuffer> {
    if (this.#held > 0) this.#push(this.#bits & 0xff)
    return this.#bytes.slice(0, this.#length)
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes[this.#length++] = byte
  }
}

/** Total: any bytes can be compressed; the result may be longer. */
export function compressLzw(input: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new CodeWriter()
  // Key: code of the string so far × 256 + next byte.
  const codes = new Map<number, number>()
  let last = END
  let width = FIRST_WIDTH
  /** Counts a code that the reader makes now; false when the table was full and starts anew. */
  const count = (): boolean => {
    last++
    if (last === 1 << width) width++
    if (last < TABLE_SIZE - 1) return true
    out.write(CLEAR, width)
    codes.clear()
    last = END
    width = FIRST_WIDTH
    return false
  }
  out.write(CLEAR, width)
  let current = -1
  for (const byte of input) {
    if (current < 0) {
      current = byte
      continue
    }
    const key = current * 256 + byte
    const known = codes.get(key)
    if (known !== undefined) {
      current = known
      continue
    }
    out.write(current, width)
    if (count()) codes.set(key, last)
    current = byte
  }
  if (current >= 0) {
    out.write(current, width)
    count()
  }
  out.write(END, width)
  return out.finish()
}

/** Bytes behind the end code are left out of account. @param longest the largest result that is accepted, in bytes */
export const decompressLzw = (input: Uint8Array, longest: number): Decoded<Uint8Array> =>
  decoding('gossip-lzw', MEMBERLIST, input, (r) => new Decompressor(r, longest).run())

class Decompressor {
  readonly #r: Reader
  readonly #longest: number
  readonly #suffix = new Uint8Array(TABLE_SIZE)
  readonly #prefix = new Uint16Array(TABLE_SIZE)
  #out: Uint8Array
  #length = 0
  #bits = 0
  #held = 0
  #width = FIRST_WIDTH
  /** highest code that may come: codes below it are known; it itself is the one being made */
  #high = END
  /** -1: the next code makes no entry, because none came before it */
  #previous = -1

  constructor(r: Reader, longest: number) {
    this.#r = r
    this.#longest = longest
    this.#out = new Uint8Array(Math.min(longest, Math.max(64, r.remaining * 3)))
  }

  run(): Uint8Array {
    for (;;) {
      const at = this.#r.at
      const code = this.#nextCode()
      if (code === END) return this.#out.slice(0, this.#length)
      if (code === CLEAR) {
        this.#width = FIRST_WIDTH
        this.#high = END
        this.#previous = -1
      } else this.#take(code, at)
    }
  }

  #nextCode(): number {
    while (this.#held < this.#width) {
      this.#bits |= this.#r.u8() << this.#held
      this.#held += 8
    }
    const code = this.#bits & ((1 << this.#width) - 1)
    this.#bits >>>= this.#width
    this.#held -= this.#width
    return code
  }

  #take(code: number, at: number): void {
    const full = this.#high === TABLE_SIZE - 1 && this.#previous < 0
    // The code being made stands for the string before it and its own first byte, so there must be one before it.
    if (code > this.#high || (code === this.#high && this.#previous < 0 && !full))
      throw this.#r.reject('unknown-lzw-code', MEMBERLIST, { at, need: this.#high, have: code })
    const first = this.#emit(code, at, full)
    if (this.#previous >= 0) {
      this.#suffix[this.#high] = first
      this.#prefix[this.#high] = this.#previous
    }
    this.#previous = code
    this.#high++
    if (this.#high < 1 << this.#width) return
    if (this.#width < WIDEST) this.#width++
    else {
      // The table is full: no more entries until it is emptied.
      this.#previous = -1
      this.#high--
    }
  }

  /** Appends the string of a code; gives its first byte. */
  #emit(code: number, at: number, full: boolean): number {
    const making = code === this.#high && !full && code > END
    let length = making ? 2 : 1
    for (let c = making ? this.#previous : code; c >= CLEAR; c = this.#prefix[c] ?? 0) length++
    this.#reserve(length, at)
    let place = this.#length + length - 1
    if (making) place--
    let c = making ? this.#previous : code
    for (; c >= CLEAR; c = this.#prefix[c] ?? 0) this.#out[place--] = this.#suffix[c] ?? 0
    this.#out[place] = c
    if (making) this.#out[this.#length + length - 1] = c
    this.#length += length
    return c
  }

  #reserve(count: number, at: number): void {
    const needed = this.#length + count
    if (needed > this.#longest)
      throw this.#r.reject('inflates-too-much', MEMBERLIST, { at, need: this.#longest })
    if (needed <= this.#out.length) return
    const larger = new Uint8Array(Math.min(this.#longest, Math.max(needed, this.#out.length * 2)))
    larger.set(this.#out)
    this.#out = larger
  }
}
