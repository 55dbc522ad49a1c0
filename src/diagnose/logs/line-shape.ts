// One pass over the bytes of a line: where it ends, and a hash of its shape. All numbers are alike in a shape, and of any length, and so are
// words of hexadecimal digits with a number in them: times, addresses, ports, counters and UUIDs do not make a line a new one.

const NEWLINE = 10
const ZERO = 48

/** What a byte is for the word that it stands in. */
const NUMBER = 1
const HEX_LETTER = 2
const OTHER_LETTER = 4
const KINDS = kindsOfBytes()

/** Capital letters are no hexadecimal digits: the first letter of a line of klog tells how bad it is (`E1127`). */
function kindsOfBytes(): Uint8Array {
  const kinds = new Uint8Array(256)
  const mark = (first: string, last: string, kind: number): void => {
    kinds.fill(kind, first.charCodeAt(0), last.charCodeAt(0) + 1)
  }
  mark('0', '9', NUMBER)
  mark('A', 'Z', OTHER_LETTER)
  mark('a', 'z', OTHER_LETTER)
  mark('a', 'f', HEX_LETTER)
  return kinds
}

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
  let hashBefore = hash
  let checkBefore = check
  /** of the word that is open; 0: none */
  let kinds = 0
  let previous = 0
  let at = start
  for (; at < limit; at++) {
    let byte = bytes[at] as number
    const kind = KINDS[byte] as number
    if (kind === 0) {
      if (kinds === (NUMBER | HEX_LETTER)) {
        hash = Math.imul(hashBefore ^ ZERO, 0x01000193)
        check = (Math.imul(checkBefore, 31) + ZERO) | 0
      }
      kinds = 0
      if (byte === NEWLINE) break
    } else {
      if (kinds === 0) {
        hashBefore = hash
        checkBefore = check
      }
      kinds |= kind
      if (kind === NUMBER) {
        if (previous === ZERO) continue
        byte = ZERO
      }
    }
    previous = byte
    hash = Math.imul(hash ^ byte, 0x01000193)
    check = (Math.imul(check, 31) + byte) | 0
  }
  if (kinds === (NUMBER | HEX_LETTER)) {
    hash = Math.imul(hashBefore ^ ZERO, 0x01000193)
    check = (Math.imul(checkBefore, 31) + ZERO) | 0
  }
  into.end = at
  into.hash = (hash ^ (hash >>> 15)) & 0x3fffffff
  into.check = check
}
