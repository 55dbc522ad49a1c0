import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

describe('parseDuration', () => {
  it.each([
    ['90s', '1m30s'],
    ['120s', '2m0s'],
    ['1h', '1h0m0s'],
    ['1.5s', '1.5s'],
    ['1h2m3.004s', '1h2m3.004s'],
    ['-3ms', '-3ms'],
    ['1500us', '1.5ms'],
    ['0', '0s'],
    ['.5s', '500ms'],
    ['1.s', '1s'],
  ])('%s prints as %s', (text, printed) => {
    const parsed = parseDuration(text)
    expect(parsed.ok && formatDuration(parsed.value)).toBe(printed)
  })

  it.each([
    ['120', 'missing unit'],
    ['', 'empty'],
    ['-', 'empty'],
    ['3x', 'unknown unit'],
    ['s', 'not a duration'],
    ['.s', 'not a duration'],
    ['1m 30s', 'unknown unit'],
    ['9999999999h', 'too large'],
    ['3constructor', 'unknown unit'],
  ])('refuses %j: %s', (text, error) => expect(parseDuration(text)).toEqual({ ok: false, error }))

  it('undoes formatDuration', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 62n), 2n ** 62n), (ns) => {
        expect(parseDuration(formatDuration(ns))).toEqual({ ok: true, value: ns })
      }),
    )
  })
})
