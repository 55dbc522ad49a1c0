// The BGP messages in one TCP segment, by their headers alone, for programs that read JSON; wire/describe has the words.
//
//    0                16       18     19
//   | marker, all ones | length | type | …                      (RFC 4271 §4.1)
//   for NOTIFICATION:                  | error code | subcode | (RFC 4271 §4.5)

export interface BgpHeader {
  /** `OPEN`; a number for a type that no RFC names */
  readonly type: string
  /** whole message with its header */
  readonly bytes: number
  /** the segment ends before the message does */
  readonly cut: boolean
  /** only of a NOTIFICATION whose code is in the segment */
  readonly error: { readonly code: number; readonly subcode: number } | undefined
}

export interface BgpHeaders {
  readonly messages: readonly BgpHeader[]
  /** bytes at which no header stands: a message that began in an earlier segment, or something that is not BGP */
  readonly unreadBytes: number
}

const HEADER_BYTES = 19
/** RFC 8654 §4 */
const LONGEST_MESSAGE_BYTES = 65_535
const NOTIFICATION = 3
/** RFC 4271 §4.1; RFC 2918 §3 */
const TYPES: Readonly<Record<number, string>> = {
  1: 'OPEN',
  2: 'UPDATE',
  3: 'NOTIFICATION',
  4: 'KEEPALIVE',
  5: 'ROUTE-REFRESH',
}

/** Total: for any bytes. Stops at the first place where no header stands. */
export function readBgpHeaders(payload: Uint8Array): BgpHeaders {
  const messages: BgpHeader[] = []
  let at = 0
  while (at < payload.length) {
    const header = headerAt(payload, at)
    if (header === undefined) break
    messages.push(header)
    at += header.bytes
  }
  return { messages, unreadBytes: Math.max(0, payload.length - at) }
}

function headerAt(payload: Uint8Array, at: number): BgpHeader | undefined {
  if (payload.length - at < HEADER_BYTES) return undefined
  for (let i = 0; i < 16; i++) if (payload[at + i] !== 0xff) return undefined
  const bytes = ((payload[at + 16] ?? 0) << 8) | (payload[at + 17] ?? 0)
  if (bytes < HEADER_BYTES || bytes > LONGEST_MESSAGE_BYTES) return undefined
  const type = payload[at + 18] ?? 0
  const code = payload[at + HEADER_BYTES]
  const subcode = payload[at + HEADER_BYTES + 1]
  const isError = type === NOTIFICATION && bytes >= HEADER_BYTES + 2
  return {
    type: TYPES[type] ?? String(type),
    bytes,
    cut: at + bytes > payload.length,
    error: isError && code !== undefined && subcode !== undefined ? { code, subcode } : undefined,
  }
}
