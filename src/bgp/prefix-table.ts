// Many prefixes of one family, each with a number of its own, in a few arrays. A Map of objects would take five times the
// memory and three times the time; and BigInts are no keys for one, because V8 hashes only their lowest 64 bits, which are the
// same in all IPv6 networks (10,000 of them: 0.8 s).
import { type IpFamily, ip } from '../net/ip.ts'
import { type Prefix, prefixOf } from '../net/prefix.ts'

const NONE = -1
/** Prefix length of a slot without a prefix. */
const FREE = 255
const FIRST_CAPACITY = 64
const LONGEST_ADDRESS_BYTES = 16

/** Slots are small integers from 0. Those of prefixes that were deleted are given out again. */
export class PrefixTable {
  readonly family: IpFamily
  readonly #wordsEach: 1 | 4
  readonly #scratch = new DataView(new ArrayBuffer(LONGEST_ADDRESS_BYTES))
  #words: Uint32Array
  #lengths = new Uint8Array(FIRST_CAPACITY)
  // A hash table with chains: #heads by hash, #chain from slot to slot. The chain of free slots begins at #free.
  #heads = new Int32Array(FIRST_CAPACITY).fill(NONE)
  #chain = new Int32Array(FIRST_CAPACITY)
  #free = NONE
  #end = 0
  #size = 0

  constructor(family: IpFamily) {
    this.family = family
    this.#wordsEach = family === 4 ? 1 : 4
    this.#words = new Uint32Array(FIRST_CAPACITY * this.#wordsEach)
  }

  get size(): number {
    return this.#size
  }

  /** Every slot is below it. Grows in large steps. */
  get capacity(): number {
    return this.#lengths.length
  }

  /** The slot of a prefix of this family; -1: it is not there. */
  find(prefix: Prefix): number {
    this.#load(prefix)
    return this.#findLoaded(prefix.length)
  }

  /** The slot of a prefix, which is there afterwards. */
  add(prefix: Prefix): number {
    this.#load(prefix)
    const known = this.#findLoaded(prefix.length)
    if (known !== NONE) return known
    if (this.#free === NONE && this.#end === this.capacity) this.#grow()
    const slot = this.#free === NONE ? this.#end++ : this.#free
    if (slot === this.#free) this.#free = this.#chain[slot] as number
    for (let i = 0; i < this.#wordsEach; i++)
      this.#words[slot * this.#wordsEach + i] = this.#scratch.getUint32(i * 4)
    this.#lengths[slot] = prefix.length
    this.#link(slot)
    this.#size++
    return slot
  }

  delete(slot: number): void {
    const bucket = this.#bucketOf(slot)
    const after = this.#chain[slot] as number
    let at = this.#heads[bucket] as number
    if (at === slot) this.#heads[bucket] = after
    else {
      while (this.#chain[at] !== slot) at = this.#chain[at] as number
      this.#chain[at] = after
    }
    this.#lengths[slot] = FREE
    this.#chain[slot] = this.#free
    this.#free = slot
    this.#size--
  }

  /** All slots in use, in order. Prefixes may be deleted meanwhile. */
  *slots(): Generator<number, void> {
    for (let slot = this.next(NONE); slot !== NONE; slot = this.next(slot)) yield slot
  }

  /**
   * The slot in use behind this one (behind -1: the first); -1: there is none. For where a session waits for it: until V8 has
   * compiled the loop, a generator takes twice the time.
   */
  next(slot: number): number {
    for (let at = slot + 1; at < this.#end; at++) if (this.#lengths[at] !== FREE) return at
    return NONE
  }

  prefixAt(slot: number): Prefix {
    let value = 0n
    for (let i = 0; i < this.#wordsEach; i++)
      value = (value << 32n) | BigInt(this.#words[slot * this.#wordsEach + i] as number)
    return prefixOf(ip(this.family, value), this.lengthAt(slot))
  }

  /** Length of the prefix in bits. */
  lengthAt(slot: number): number {
    return this.#lengths[slot] as number
  }

  /** The whole address, 4 or 16 bytes. */
  writeAddress(slot: number, view: DataView, at: number): void {
    for (let i = 0; i < this.#wordsEach; i++)
      view.setUint32(at + i * 4, this.#words[slot * this.#wordsEach + i] as number)
  }

  #load({ base }: Prefix): void {
    if (this.#wordsEach === 1) this.#scratch.setUint32(0, Number(base))
    else {
      this.#scratch.setBigUint64(0, base >> 64n)
      // Takes the lowest 64 bits.
      this.#scratch.setBigUint64(8, base)
    }
  }

  #findLoaded(length: number): number {
    let hash = length
    for (let i = 0; i < this.#wordsEach; i++) hash = mix(hash, this.#scratch.getUint32(i * 4))
    let slot = this.#heads[hash & (this.#heads.length - 1)] as number
    while (slot !== NONE && !(this.#lengths[slot] === length && this.#isLoaded(slot)))
      slot = this.#chain[slot] as number
    return slot
  }

  #isLoaded(slot: number): boolean {
    for (let i = 0; i < this.#wordsEach; i++)
      if (this.#words[slot * this.#wordsEach + i] !== this.#scratch.getUint32(i * 4)) return false
    return true
  }

  #bucketOf(slot: number): number {
    let hash = this.lengthAt(slot)
    for (let i = 0; i < this.#wordsEach; i++)
      hash = mix(hash, this.#words[slot * this.#wordsEach + i] as number)
    return hash & (this.#heads.length - 1)
  }

  #link(slot: number): void {
    const bucket = this.#bucketOf(slot)
    this.#chain[slot] = this.#heads[bucket] as number
    this.#heads[bucket] = slot
  }

  /** Only when every slot is taken. */
  #grow(): void {
    const capacity = this.capacity * 2
    this.#words = grown(this.#words, new Uint32Array(capacity * this.#wordsEach))
    this.#lengths = grown(this.#lengths, new Uint8Array(capacity))
    this.#chain = new Int32Array(capacity)
    this.#heads = new Int32Array(capacity).fill(NONE)
    for (let slot = 0; slot < this.#end; slot++) this.#link(slot)
  }
}

/** The larger one, with the content of the other at its beginning. */
export function grown<T extends Uint8Array | Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from)
  return to
}

/** Spreads 32 bits more over a hash: the finalizer of MurmurHash3. */
function mix(hash: number, word: number): number {
  let h = hash ^ word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
