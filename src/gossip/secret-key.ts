// The key that MetalLB makes from the Secret `memberlist`.

/** SHA-256 of nothing. */
const EMPTY_SHA256 = Uint8Array.of(
  ...[0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24],
  ...[0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55],
)

/** AES-256 since MetalLB 0.14; AES-128 up to 0.13. The two do not understand each other. */
export type SecretKeyBytes = 32 | 16

/**
 * MetalLB appends the SHA-256 of nothing to the secret and takes the front, which fills a short secret up and cuts a long
 * one off. It is not the SHA-256 of the secret.
 * @param secret the raw bytes of the key `secretkey`, any newline at its end included; not empty
 */
export function memberlistKey(secret: Uint8Array, lengthBytes: SecretKeyBytes = 32): Uint8Array {
  const key = new Uint8Array(secret.length + EMPTY_SHA256.length)
  key.set(secret)
  key.set(EMPTY_SHA256, secret.length)
  return key.slice(0, lengthBytes)
}
