// SHA-256 for the pure rooms, which have no node:crypto. For texts of one block (the election hashes `node#address`) it is not
// slower: node:crypto makes an object for each hash.
// Standard: FIPS 180-4 §4.1.2, §5.1.1, §6.2.

const BLOCK_BYTES = 64
/** a block ends with the length of the message in bits, 8 bytes, behind at least one byte of padding */
const TAIL_BYTES = 9

/** FIPS 180-4 §4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const K = fractions(64, (prime) => Math.cbrt(prime))
/** FIPS 180-4 §5.3.3: the same of the square roots of the first eight. */
const INITIAL = fractions(8, (prime) => Math.sqrt(prime))

function fractions(count: number, root: (prime: number) => number): Int32Array {
  const words = new Int32Array(count)
  let found = 0
  for (let candidate = 2; found < count; candidate++) {
    if (!isPrime(candidate)) continue
    const value = root(candidate)
    words[found++] = Math.floor((value - Math.floor(value)) * 2 ** 32)
  }
  return words
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false
  return true
}

/** The digest, 32 bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  const digest = new Uint8Array(32)
  const view = new DataView(digest.buffer)
  for (const [index, word] of sha256Words(message).entries()) view.setInt32(index * 4, word)
  return digest
}

/** The digest as eight signed 32-bit words, most significant first. `compareDigests` orders them as bytes. */
export const sha256Words = (message: Uint8Array): Int32Array => new Sha256().words(message)

/** For many digests one after the other: keeps its working space. */
export class Sha256 {
  readonly #schedule = new Int32Array(64)
  readonly #tail = new Uint8Array(2 * BLOCK_BYTES)

  /** As `sha256Words`. */
  words(message: Uint8Array): Int32Array {
    const state = INITIAL.slice()
    const whole = message.length - (message.length % BLOCK_BYTES)
    for (let at = 0; at < whole; at += BLOCK_BYTES) compress(state, this.#schedule, message, at)
    const end = this.#pad(message, whole)
    for (let at = 0; at < end; at += BLOCK_BYTES) compress(state, this.#schedule, this.#tail, at)
    return state
  }

  /** FIPS 180-4 §5.1.1: what is left of the message, a one, zeros, and the length in bits. Returns the bytes in use. */
  #pad(message: Uint8Array, whole: number): number {
    const rest = message.length - whole
    const end = rest + TAIL_BYTES > BLOCK_BYTES ? 2 * BLOCK_BYTES : BLOCK_BYTES
    const tail = this.#tail
    for (let i = 0; i < rest; i++) tail[i] = message[whole + i] ?? 0
    tail[rest] = 0x80
    tail.fill(0, rest + 1, end)
    let bits = message.length * 8
    for (let i = end - 1; bits > 0; i--) {
      tail[i] = bits % 256
      bits = Math.floor(bits / 256)
    }
    return end
  }
}

/** Negative when `a` stands before `b` in the order of bytes. */
export function compareDigests(a: Int32Array, b: Int32Array): number {
  for (let i = 0; i < 8; i++) {
    const difference = ((a[i] ?? 0) >>> 0) - ((b[i] ?? 0) >>> 0)
    if (difference !== 0) return difference
  }
  return 0
}

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

/** FIPS 180-4 §6.2.2, for the block at `at`. */
function compress(state: Int32Array, w: Int32Array, bytes: Uint8Array, at: number): void {
  for (let t = 0; t < 16; t++) {
    const i = at + t * 4
    w[t] =
      ((bytes[i] ?? 0) << 24) | ((bytes[i + 1] ?? 0) << 16) | ((bytes[i + 2] ?? 0) << 8) | (bytes[i + 3] ?? 0)
  }
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15] ?? 0
    const y = w[t - 2] ?? 0
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
    w[t] = ((w[t - 16] ?? 0) + s0 + (w[t - 7] ?? 0) + s1) | 0
  }
  rounds(state, w)
}

function rounds(state: Int32Array, w: Int32Array): void {
  let a = state[0] ?? 0
  let b = state[1] ?? 0
  let c = state[2] ?? 0
  let d = state[3] ?? 0
  let e = state[4] ?? 0
  let f = state[5] ?? 0
  let g = state[6] ?? 0
  let h = state[7] ?? 0
  for (let t = 0; t < 64; t++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[t] ?? 0) + (w[t] ?? 0)) | 0
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0] = ((state[0] ?? 0) + a) | 0
  state[1] = ((state[1] ?? 0) + b) | 0
  state[2] = ((state[2] ?? 0) + c) | 0
  state[3] = ((state[3] ?? 0) + d) | 0
  state[4] = ((state[4] ?? 0) + e) | 0
  state[5] = ((state[5] ?? 0) + f) | 0
  state[6] = ((state[6] ?? 0) + g) | 0
  state[7] = ((state[7] ?? 0) + h) | 0
}
