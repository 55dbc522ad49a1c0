// One pass over the bytes of a line: where it ends, and a hash of its shape. All numbers are alike in a shape, and of any length:
// times, addresses, ports and counters do not make a line a new one.

const NEWLINE = 10
const ZERO = 48
const NINE = 57

/** Result of `shapeOfLine`: one object for all lines, so that none is made per line. */
export interface LineShape {
  /** index of the line break, or of the end of the bytes */
  end: number
  /** 30 bits, so that V8 keeps it out of the heap */
  hash: number
  /** a second hash of the same bytes, to tell apart what the first does not */
  check: number
}

/** FNV-1a and a multiplicative hash side by side. */
export function shapeOfLine(bytes: Uint8Array, start: number, limit: number, into: LineShape): void {
  let hash = 0x811c9dc5 | 0
  let check = 0
  let previous = 0
  let at = start
  for (; at < limit; at++) {
    let byte = bytes[at] as number
    if (byte === NEWLINE) break
    if (byte >= ZERO && byte <= NINE) {
      if (previous === ZERO) continue
      byte = ZERO
    }
    previous = byte
    hash = Math.imul(hash ^ byte, 0x01000193)
    check = (Math.imul(check, 31) + byte) | 0
  }
  into.end = at
  into.hash = (hash ^ (hash >>> 15)) & 0x3fffffff
  into.check = check
}
