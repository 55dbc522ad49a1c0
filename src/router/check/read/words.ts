// Lines of words with their places, for the languages that are made of lines.
import type { Source, Span } from '../../../config/source/source.ts'
import type { Found } from '../observed.ts'

export interface Word {
  readonly text: string
  readonly at: Span
}

export interface Line {
  readonly words: readonly Word[]
  readonly at: Span
  /** blanks in front */
  readonly indent: number
}

/** Every line that is neither empty nor a comment. A carriage return is a blank. */
export function linesOf(source: Source, comments: string): Line[] {
  const lines: Line[] = []
  let start = 0
  for (const text of source.text.split('\n')) {
    const words = [...text.matchAll(/\S+/g)].map((match): Word => {
      const from = start + match.index
      return { text: match[0], at: { source, start: from, end: from + match[0].length } }
    })
    const [first] = words
    const last = words.at(-1)
    if (first !== undefined && last !== undefined && !comments.includes(first.text.charAt(0)))
      lines.push({
        words,
        at: { source, start: first.at.start, end: last.at.end },
        indent: first.at.start - start,
      })
    start += text.length + 1
  }
  return lines
}

/** A whole number in decimal, at most 2^32 - 1; AS numbers may be written with a dot (RFC 5396). */
export function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, high, low] = /^(\d{1,5})\.(\d{1,5})$/.exec(text) ?? []
  const value =
    high === undefined ? (/^\d{1,10}$/.test(text) ? Number(text) : NaN) : Number(high) * 65_536 + Number(low)
  return value <= 0xffff_ffff ? value : undefined
}

export function foundNumber(text: string | undefined, at: Span): Found<number> | undefined {
  const value = numberOf(text)
  return value === undefined ? undefined : { value, at }
}

/** A number, or the words with which FRR and its relatives leave it open. */
export function remoteAs(
  text: string | undefined,
  at: Span,
): Found<number | 'internal' | 'external'> | undefined {
  return text === 'internal' || text === 'external' ? { value: text, at } : foundNumber(text, at)
}
