// AES-GCM for gossip, by OpenSSL.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { GossipCipher } from '../../wire/gossip/encryption.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16
type Algorithm = 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm'

/** @param keys of 16, 24 or 32 bytes; the first seals, all open. Throws RangeError for other lengths and for none. */
export function aesGcm(keys: readonly Uint8Array[]): GossipCipher {
  const ready = keys.map((key) => ({ key, algorithm: algorithmOf(key) }))
  const [first] = ready
  if (first === undefined) throw new RangeError('a cipher without a key')
  return {
    seal: (plain, authenticated) => {
      // Random nonces of 96 bits: NIST SP 800-38D §8.3 allows 2^32 packets with one key.
      const nonce = randomBytes(NONCE_BYTES)
      const aes = createCipheriv(first.algorithm, first.key, nonce).setAAD(authenticated)
      return { nonce, sealed: Buffer.concat([aes.update(plain), aes.final(), aes.getAuthTag()]) }
    },
    open: (nonce, sealed, authenticated) => {
      for (const { key, algorithm } of ready) {
        const plain = openWith(algorithm, key, nonce, sealed, authenticated)
        if (plain !== undefined) return plain
      }
      return undefined
    },
  }
}

function openWith(
  algorithm: Algorithm,
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  authenticated: Uint8Array,
): Uint8Array | undefined {
  const body = sealed.subarray(0, -TAG_BYTES)
  const aes = createDecipheriv(algorithm, key, nonce).setAAD(authenticated)
  aes.setAuthTag(sealed.subarray(-TAG_BYTES))
  const head = aes.update(body)
  try {
    // The only thing that it throws here is that the tag is wrong: another key, or other bytes.
    const tail = aes.final()
    return Uint8Array.from(Buffer.concat([head, tail]))
  } catch {
    return undefined
  }
}

function algorithmOf(key: Uint8Array): Algorithm {
  if (key.length === 16) return 'aes-128-gcm'
  if (key.length === 24) return 'aes-192-gcm'
  if (key.length === 32) return 'aes-256-gcm'
  throw new RangeError(`a key of ${key.length} bytes`)
}
