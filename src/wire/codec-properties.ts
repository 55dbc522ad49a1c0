// The promises of every codec, checked on one value at a time. Tests feed it from fast-check:
//
//   fc.assert(fc.property(anyArp, noise, (value, bytes) => checkCodec(arpCodec, value, bytes)))
//
// It imports no test library, because src/wire is pure; a broken promise throws an Error that names it.
import type { Decoded } from './decode-error.ts'
import { formatDecodeError } from './decode-error.ts'

export interface Codec<T> {
  readonly name: string
  readonly decode: (bytes: Uint8Array) => Decoded<T>
  readonly encode: (value: T) => Uint8Array
  /**
   * Bytes of this encoding that must not be missing. The default is all of them. Formats without a length of their own
   * (a frame whose payload is whatever follows) give the length of their fixed part.
   */
  readonly indispensableBytes?: (value: T, encoded: Uint8Array) => number
}

/**
 * Round trip, canonical re-encoding, every truncation refused, position independence, and totality on `noise` and on
 * mutations of the encoding steered by `noise`. `value` must be one that decoding can give.
 */
export function checkCodec<T>(codec: Codec<T>, value: T, noise: Uint8Array): void {
  const encoded = codec.encode(value)
  const decoded = codec.decode(encoded)
  if (!decoded.ok)
    fail(codec, 'round trip', `own encoding refused: ${formatDecodeError(decoded.error)}`, value)
  if (!sameValue(decoded.value, value)) fail(codec, 'round trip', `gives ${show(decoded.value)}`, value)
  if (!sameValue(codec.encode(decoded.value), encoded))
    fail(codec, 'canonical re-encoding', 'other bytes', value)
  checkTruncations(codec, value, encoded)
  checkOffset(codec, encoded, noise)
  checkTotality(codec, noise)
  for (const mutant of mutations(encoded, noise)) checkTotality(codec, mutant)
}

function checkTruncations<T>(codec: Codec<T>, value: T, encoded: Uint8Array): void {
  const indispensable = codec.indispensableBytes?.(value, encoded) ?? encoded.length
  for (let length = 0; length < encoded.length; length++) {
    const decoded = checkTotality(codec, encoded.subarray(0, length))
    if (decoded.ok && length < indispensable)
      fail(
        codec,
        'truncation',
        `${length} of ${encoded.length} bytes are taken for ${show(decoded.value)}`,
        value,
      )
  }
}

/** Bytes inside a larger buffer give what the same bytes alone give, and nothing around them is looked at. */
function checkOffset<T>(codec: Codec<T>, encoded: Uint8Array, noise: Uint8Array): void {
  const alone = codec.decode(encoded)
  const around = new Uint8Array(noise.length + encoded.length + noise.length)
  around.set(noise, 0)
  around.set(encoded, noise.length)
  around.set(noise, noise.length + encoded.length)
  const inside = codec.decode(around.subarray(noise.length, noise.length + encoded.length))
  if (!sameValue(inside, alone)) fail(codec, 'position independence', `gives ${show(inside)}`, alone)
}

/**
 * Any bytes give a value or an error inside the bytes, the input is left as it was, and a value can be encoded and is
 * then stable: what the decoder accepts, the encoder can say.
 */
export function checkTotality<T>(codec: Codec<T>, bytes: Uint8Array): Decoded<T> {
  const before = bytes.slice()
  const decoded = codec.decode(bytes)
  if (!sameValue(bytes, before)) fail(codec, 'totality', 'the input was changed', before)
  if (!decoded.ok) {
    const { at, reason, rfc } = decoded.error
    if (at < 0 || at > bytes.length || reason === '' || rfc === '')
      fail(codec, 'totality', `bad error ${show(decoded.error)}`, before)
    return decoded
  }
  const again = codec.decode(codec.encode(decoded.value))
  if (!again.ok) fail(codec, 'stability', `re-encoding is refused: ${formatDecodeError(again.error)}`, before)
  if (!sameValue(again.value, decoded.value))
    fail(codec, 'stability', `${show(decoded.value)} becomes ${show(again.value)}`, before)
  return decoded
}

/** Copies of `bytes` with bytes replaced, cut out, doubled or appended, at places that `noise` chooses. */
function* mutations(bytes: Uint8Array, noise: Uint8Array): Generator<Uint8Array> {
  for (let i = 0; i + 1 < noise.length && i < 32; i += 2) {
    const place = ((noise[i] ?? 0) * 7 + i) % Math.max(1, bytes.length)
    const byte = noise[i + 1] ?? 0
    const replaced = bytes.slice()
    replaced[place] = byte
    yield replaced
    yield Uint8Array.of(...bytes.subarray(0, place), ...bytes.subarray(place + 1 + (byte % 4)))
    yield Uint8Array.of(...bytes.subarray(0, place), ...bytes.subarray(Math.max(0, place - (byte % 8))))
  }
  yield Uint8Array.of(...bytes, ...noise)
}

/** Structural equality of plain values: primitives, bigints, bytes, arrays, objects. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    if (!(a instanceof Uint8Array && b instanceof Uint8Array) || a.length !== b.length) return false
    return a.every((byte, i) => byte === b[i])
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every(
    (key) =>
      Object.hasOwn(b, key) &&
      sameValue((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
  )
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`
    if (part instanceof Uint8Array)
      return `hex:${Array.from(part, (b) => b.toString(16).padStart(2, '0')).join('')}`
    return part
  })
}

function fail<T>(codec: Codec<T>, promise: string, what: string, subject: unknown): never {
  throw new Error(`${codec.name}: ${promise}: ${what}; for ${show(subject)}`)
}
