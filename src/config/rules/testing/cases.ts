// For tests: marked texts, each for one code, which has to point at the marks, all of them and nothing else.
import type { ValidateOptions } from '../context.ts'
import { check, unmark } from './marked.ts'

export type Case = readonly [code: string, marked: string, options?: ValidateOptions]

/** Where the rule should point, and where it does: offsets, with the text there. */
export function judge([code, marked, options]: Case) {
  const { text, marks } = unmark(marked)
  const place = (start: number, end: number) => `${start}-${end} ${text.slice(start, end)}`
  return {
    expected: marks.map(([start, end]) => place(start, end)),
    found: check(text, options)
      .filter((d) => d.code === code)
      .map((d) => place(d.at?.start ?? -1, d.at?.end ?? -1)),
  }
}

export const finds = ([, marked]: Case): boolean => unmark(marked).marks.length > 0
