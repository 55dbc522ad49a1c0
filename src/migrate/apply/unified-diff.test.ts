import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unifiedDiff } from './unified-diff.ts'

const NAMES = { before: 'a', after: 'b' }
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

/** Applies a unified diff, checking every line number and context line on the way. */
function patch(before: readonly string[], diff: string): readonly string[] {
  const out: string[] = []
  let at = 0
  for (const line of diff.split('\n').slice(2, -1)) {
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$/.exec(line)
    if (hunk !== null) {
      const start = Number(hunk[1]) - (hunk[2] === '0' ? 0 : 1)
      out.push(...before.slice(at, start))
      at = start
      expect(out.length).toBe(Number(hunk[3]) - (hunk[4] === '0' ? 0 : 1))
      continue
    }
    if (line.startsWith('+')) out.push(line.slice(1))
    else {
      expect(before[at]).toBe(line.slice(1))
      at += 1
      if (line.startsWith(' ')) out.push(line.slice(1))
    }
  }
  return [...out, ...before.slice(at)]
}

describe('unifiedDiff', () => {
  it('is nothing for equal texts', () => {
    expect(unifiedDiff('x\n', 'x\n', NAMES)).toBe('')
  })

  it('writes an empty side as line 0', () => {
    expect(unifiedDiff('', 'x\ny\n', NAMES)).toBe('--- a\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n')
    expect(unifiedDiff('x\n', '', NAMES)).toBe('--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n')
  })

  it('joins changes with up to six lines between them, and parts them at seven', () => {
    const between = (count: number): string => {
      const same = Array.from({ length: count }, (_, index) => `s${index}`)
      return unifiedDiff(text(['1', ...same, '2']), text(['one', ...same, 'two']), NAMES)
    }
    expect(between(6).match(/^@@/gm)).toHaveLength(1)
    expect(between(7).match(/^@@/gm)).toHaveLength(2)
  })

  it('gives the other text when it is applied', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 })
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        fc.pre(before.join() !== after.join() || before.length !== after.length)
        expect(patch(before, unifiedDiff(text(before), text(after), NAMES))).toEqual(after)
      }),
      { numRuns: 500 },
    )
  })

  it('removes and adds no more than it must', () => {
    const diff = unifiedDiff(
      text(['a', 'b', 'c', 'a', 'b', 'b', 'a']),
      text(['c', 'b', 'a', 'b', 'a', 'c']),
      NAMES,
    )
    // The example of the paper: five edits.
    expect(
      diff
        .split('\n')
        .slice(2)
        .filter((line) => /^[-+]/.test(line)),
    ).toHaveLength(5)
  })

  it('ends in time on texts that have nothing in common', () => {
    const many = (letter: string): readonly string[] =>
      Array.from({ length: 5_000 }, (_, index) => `${letter}${index}`)
    expect(patch(many('a'), unifiedDiff(text(many('a')), text(many('b')), NAMES))).toEqual(many('b'))
  })
})
