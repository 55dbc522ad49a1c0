// Encryption by AES-GCM. The cipher comes from outside, because src/wire has no cryptography of its own.
//
//   | version (1) | nonce (12) | ciphertext … | tag (16) |
//
// Version 1 is what everybody writes. Version 0, of members that speak protocol 1, pads the plain bytes to a multiple of 16
// (PKCS #7). UDP authenticates the label of the cluster besides, TCP its five bytes of header and the label.
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import { Writer } from '../writer.ts'
import { MEMBERLIST } from './protocol.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const BLOCK_BYTES = 16
const PADDED_VERSION = 0
const PLAIN_VERSION = 1

/** What version 1 adds to the plain bytes. */
export const ENCRYPTION_OVERHEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES

/** Keys and AES-GCM. With several keys the first one seals and every one opens. */
export interface GossipCipher {
  /** A fresh random nonce (12 bytes) each time; `sealed` is the ciphertext and behind it the tag (16 bytes). */
  seal(
    plain: Uint8Array,
    authenticated: Uint8Array,
  ): { readonly nonce: Uint8Array; readonly sealed: Uint8Array }
  /** The plain bytes; undefined when no key opens them. Never throws for any bytes of at least a tag's length. */
  open(nonce: Uint8Array, sealed: Uint8Array, authenticated: Uint8Array): Uint8Array | undefined
}

/** @returns bytes of the caller's own */
export const decodeEncrypted = (
  input: Uint8Array,
  authenticated: Uint8Array,
  cipher: GossipCipher,
): Decoded<Uint8Array> =>
  decoding('gossip', MEMBERLIST, input, (r) => {
    const version = r.u8()
    if (version > PLAIN_VERSION)
      throw r.reject('not-encrypted', MEMBERLIST, { at: 0, need: PLAIN_VERSION, have: version })
    const nonce = r.bytes(NONCE_BYTES)
    const least = TAG_BYTES + (version === PADDED_VERSION ? BLOCK_BYTES : 0)
    if (r.remaining < least) r.skip(least)
    const plain = cipher.open(nonce, r.rest(), authenticated)
    if (plain === undefined) throw r.reject('no-key-opens-it', MEMBERLIST, { at: 0 })
    if (version === PLAIN_VERSION) return plain
    const padding = plain.at(-1) ?? 0
    if (padding === 0 || padding > BLOCK_BYTES || padding > plain.length)
      throw r.reject('wrong-padding', MEMBERLIST, { at: 0, need: BLOCK_BYTES, have: padding })
    return plain.subarray(0, plain.length - padding)
  })

/** @param version 0 only for members that understand nothing newer */
export function encodeEncrypted(
  plain: Uint8Array,
  authenticated: Uint8Array,
  cipher: GossipCipher,
  version: 0 | 1 = PLAIN_VERSION,
): Uint8Array {
  const { nonce, sealed } = cipher.seal(version === PADDED_VERSION ? padded(plain) : plain, authenticated)
  return new Writer().u8(version).bytes(nonce).bytes(sealed).finish()
}

function padded(plain: Uint8Array): Uint8Array {
  const count = BLOCK_BYTES - (plain.length % BLOCK_BYTES)
  const whole = new Uint8Array(plain.length + count).fill(count)
  whole.set(plain)
  return whole
}
