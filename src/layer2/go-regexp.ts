// Patterns of MetalLB's configuration are Go's (RE2). JavaScript reads most of them the same, some differently without a word
// (`\z`, `[[:alpha:]]`), and takes what RE2 refuses (look-ahead, back-references). So a pattern is translated part by part, and what
// cannot be is an error.
// Standard: https://github.com/google/re2/wiki/Syntax
import { err, ok, type Result } from '../net/result.ts'

const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}
/** RE2 refuses to repeat more often than this. */
const MOST_REPEATS = 1000

/** One step of the translation: what is at the beginning of the rest, and what it becomes. */
interface Step {
  readonly length: number
  readonly text: string
}
type Read = Result<Step, string>

/** The pattern for an unanchored search; the error is a fragment, to stand behind the pattern: `has a look-ahead`. */
export function goRegExp(pattern: string): Result<RegExp, string> {
  let source = ''
  let flags = ''
  let rest = pattern
  const leading = /^\(\?([imsU]+)\)/.exec(rest)
  if (leading !== null) {
    flags = leading[1] ?? ''
    if (flags.includes('U')) return err('has the flag U, which this program does not know')
    rest = rest.slice(leading[0].length)
  }
  let inClass = false
  while (rest !== '') {
    const read: Read = inClass ? readInClass(rest) : readOutside(rest)
    if (!read.ok) return read
    inClass = classAfter(inClass, rest, read.value)
    source += read.value.text
    rest = rest.slice(read.value.length)
  }
  try {
    return ok(new RegExp(source, flags))
  } catch {
    return err('is no regular expression')
  }
}

/** A `[` opens a class, and the `]` behind it closes it; `[]` and `[^]` begin with a bracket of their own. */
const classAfter = (inClass: boolean, rest: string, { length }: Step): boolean =>
  inClass ? !(length === 1 && rest.startsWith(']')) : rest.startsWith('[')

const step = (length: number, text: string): Read => ok({ length, text })

function readOutside(rest: string): Read {
  if (rest.startsWith('\\')) return readEscape(rest, false)
  if (rest.startsWith('(?')) return readGroup(rest)
  const open = /^\[\^?\]?/.exec(rest)
  if (open !== null) return step(open[0].length, open[0].replace(/\]$/, '\\]'))
  const repeat = /^\{(\d+)(?:,(\d*))?\}/.exec(rest)
  if (repeat !== null) {
    const most = Math.max(Number(repeat[1]), Number(repeat[2] ?? 0))
    return most > MOST_REPEATS
      ? err(`repeats more than ${MOST_REPEATS} times`)
      : step(repeat[0].length, repeat[0])
  }
  // A brace that repeats nothing stands for itself.
  return step(1, rest.startsWith('{') ? '\\{' : rest.slice(0, 1))
}

function readInClass(rest: string): Read {
  if (rest.startsWith('\\')) return readEscape(rest, true)
  const posix = /^\[:(\^?)(\w+):\]/.exec(rest)
  if (posix === null) return step(1, rest.startsWith('[') ? '\\[' : rest.slice(0, 1))
  const members = POSIX_CLASSES[posix[2] ?? '']
  if (members === undefined) return err(`has the unknown class ${posix[0]}`)
  return posix[1] === '^'
    ? err(`has ${posix[0]}, which this program does not know`)
    : step(posix[0].length, members)
}

function readGroup(rest: string): Read {
  if (/^\(\?<?[=!]/.test(rest)) return err('looks ahead or behind, which RE2 does not know')
  const named = /^\(\?P?<(\w+)>/.exec(rest)
  if (named !== null) return step(named[0].length, `(?<${named[1]}>`)
  if (rest.startsWith('(?:')) return step(3, '(?:')
  return err('has flags within the pattern, which this program does not know')
}

function readEscape(rest: string, inClass: boolean): Read {
  const next = rest[1]
  if (next === undefined) return err('ends with a backslash')
  if (next === 'Q') {
    const end = rest.indexOf('\\E', 2)
    const quoted = rest.slice(2, end < 0 ? undefined : end)
    return step(end < 0 ? rest.length : end + 2, quoted.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
  }
  if (!inClass && next === 'A') return step(2, '(?<![\\s\\S])')
  if (!inClass && next === 'z') return step(2, '(?![\\s\\S])')
  if (next === 'a') return step(2, '\\x07')
  // \s of RE2 has no \v and nothing beyond ASCII.
  if (next === 's') return step(2, inClass ? '\\t\\n\\f\\r ' : '[\\t\\n\\f\\r ]')
  if (next === 'S')
    return inClass ? err('has \\S in a class, which this program does not know') : step(2, '[^\\t\\n\\f\\r ]')
  const hex = /^\\x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,4})\})/.exec(rest)
  if (hex !== null) return step(hex[0].length, `\\u${(hex[1] ?? hex[2] ?? '').padStart(4, '0')}`)
  if (/[1-9]/.test(next)) return err('refers back to a group, which RE2 does not know')
  if (/[dDwWtnrfv]/.test(next) || (!inClass && /[bB]/.test(next))) return step(2, rest.slice(0, 2))
  if (/[0-9A-Za-z]/.test(next)) return err(`has \\${next}, which this program does not know`)
  return step(2, `\\${next}`)
}
