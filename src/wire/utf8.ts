// UTF-8 without TextEncoder: src/wire knows the language only, not its hosts.

/** Unpaired surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    if (point < 0x80) bytes.push(point)
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point, 0))
    else if (point >= 0xd800 && point < 0xe000) bytes.push(0xef, 0xbf, 0xbd)
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(point, 6), tail(point, 0))
    else bytes.push(0xf0 | (point >> 18), tail(point, 12), tail(point, 6), tail(point, 0))
  }
  return Uint8Array.from(bytes)
}

const tail = (point: number, shift: number): number => 0x80 | ((point >> shift) & 0x3f)

/** Bytes that are not UTF-8 become U+FFFD, one each. Total. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    text += length === 0 ? '\ufffd' : String.fromCodePoint(codePoint(bytes, at, length))
    at += Math.max(1, length)
  }
  return text
}

/** 0 when no well-formed sequence stands at `at` (RFC 3629 §3 and §4: no overlong forms, no surrogates). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return 0
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0
  const point = codePoint(bytes, at, length)
  const least = length === 4 ? 0x10000 : length === 3 ? 0x800 : 0x80
  return point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000) ? 0 : length
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  const first = bytes[at] ?? 0
  let point = length === 1 ? first : first & (0x7f >> length)
  for (let i = 1; i < length; i++) point = (point << 6) | ((bytes[at + i] ?? 0) & 0x3f)
  return point
}
