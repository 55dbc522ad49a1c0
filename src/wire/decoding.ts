// The border between readers, which throw inside a codec, and decoders, which never do.
import { type Decoded, DecodeFault } from './decode-error.ts'
import { Reader, type ReaderOptions } from './reader.ts'

/**
 * The border of a decoder: gives `read` a reader of its own and turns a fault into a value. Any other exception is a
 * bug of the codec and passes through.
 * @param rfc named in the error when bytes are missing
 */
export function decoding<T>(
  protocol: string,
  rfc: string,
  bytes: Uint8Array,
  read: (reader: Reader) => T,
  options: ReaderOptions = {},
): Decoded<T> {
  try {
    return { ok: true, value: read(new Reader(protocol, rfc, bytes, options)) }
  } catch (thrown) {
    if (thrown instanceof DecodeFault) return { ok: false, error: thrown.error }
    throw thrown
  }
}
