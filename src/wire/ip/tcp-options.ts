// TCP options.
// Standards: RFC 9293 §3.2 (end, no-operation, maximum segment size), RFC 7323 (window scale, timestamps),
// RFC 2018 (selective acknowledgement permitted), RFC 2385 (MD5 signature). Others survive a round trip as `unknown`.
import type { Reader } from '../reader.ts'
import type { Writer } from '../writer.ts'

export type TcpOption =
  | { readonly kind: 'no-operation' }
  | { readonly kind: 'maximum-segment-size'; readonly bytes: number }
  | { readonly kind: 'window-scale'; readonly shift: number }
  | { readonly kind: 'selective-acknowledgement-permitted' }
  | { readonly kind: 'timestamps'; readonly value: number; readonly echoReply: number }
  | { readonly kind: 'md5-signature'; readonly digest: Uint8Array }
  | { readonly kind: 'unknown'; readonly type: number; readonly body: Uint8Array }

const END = 0
const NO_OPERATION = 1
const MAXIMUM_SEGMENT_SIZE = 2
const WINDOW_SCALE = 3
const SACK_PERMITTED = 4
const TIMESTAMPS = 8
const MD5_SIGNATURE = 19

/** Reads the option part of the header to its end or to the end-of-options mark; what follows the mark is padding. */
export function readTcpOptions(r: Reader): TcpOption[] {
  const options: TcpOption[] = []
  while (r.remaining > 0) {
    const type = r.u8()
    if (type === END) break
    options.push(type === NO_OPERATION ? { kind: 'no-operation' } : readBody(r, type))
  }
  return options
}

function readBody(r: Reader, type: number): TcpOption {
  const length = r.u8()
  // RFC 9293 §3.1: the length counts the kind and length bytes too, so less than 2 cannot be.
  if (length < 2)
    throw r.reject('option-length-below-two', 'RFC 9293 §3.1', { at: r.at - 1, need: 2, have: length })
  const body = r.sub(length - 2)
  // A known option of another length than its own is not that option.
  if (type === MAXIMUM_SEGMENT_SIZE && length === 4)
    return { kind: 'maximum-segment-size', bytes: body.u16() }
  if (type === WINDOW_SCALE && length === 3) return { kind: 'window-scale', shift: body.u8() }
  if (type === SACK_PERMITTED && length === 2) return { kind: 'selective-acknowledgement-permitted' }
  if (type === TIMESTAMPS && length === 10)
    return { kind: 'timestamps', value: body.u32(), echoReply: body.u32() }
  if (type === MD5_SIGNATURE && length === 18) return { kind: 'md5-signature', digest: body.rest() }
  return { kind: 'unknown', type, body: body.rest() }
}

export function writeTcpOption(w: Writer, option: TcpOption): void {
  switch (option.kind) {
    case 'no-operation':
      w.u8(NO_OPERATION)
      break
    case 'maximum-segment-size':
      w.u8(MAXIMUM_SEGMENT_SIZE).u8(4).u16(option.bytes)
      break
    case 'window-scale':
      w.u8(WINDOW_SCALE).u8(3).u8(option.shift)
      break
    case 'selective-acknowledgement-permitted':
      w.u8(SACK_PERMITTED).u8(2)
      break
    case 'timestamps':
      w.u8(TIMESTAMPS).u8(10).u32(option.value).u32(option.echoReply)
      break
    case 'md5-signature':
      // RFC 2385 §3.0: 16 bytes of MD5 digest.
      if (option.digest.length !== 16) throw new RangeError(`MD5 digest of ${option.digest.length} bytes`)
      w.u8(MD5_SIGNATURE).u8(18).bytes(option.digest)
      break
    case 'unknown':
      w.u8(option.type)
        .u8(2 + option.body.length)
        .bytes(option.body)
      break
  }
}
