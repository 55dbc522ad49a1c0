import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ip } from '../../net/ip.ts'
import { formatPrefix, mergeRanges, parsePrefix, prefixRange } from '../../net/prefix.ts'
import { parseAddressEntry } from './addresses.ts'
import { buggyCount, capacity, isBuggyIp } from './capacity.ts'
import { formatCommunity, parseCommunity } from './community.ts'
import { RangeIndex } from './range-index.ts'
import { compileSelector, matchesSelector } from './selector.ts'
import { resolveTimers } from './timers.ts'

const S = 1_000_000_000n

describe('address entries', () => {
  it('expands a range to the fewest blocks, as MetalLB does', () => {
    const parsed = parseAddressEntry('3.3.3.2-3.3.3.254')
    expect(parsed.ok && parsed.value.prefixes.map(formatPrefix)).toEqual([
      '3.3.3.2/31',
      '3.3.3.4/30',
      '3.3.3.8/29',
      '3.3.3.16/28',
      '3.3.3.32/27',
      '3.3.3.64/26',
      '3.3.3.128/26',
      '3.3.3.192/27',
      '3.3.3.224/28',
      '3.3.3.240/29',
      '3.3.3.248/30',
      '3.3.3.252/31',
      '3.3.3.254/32',
    ])
    expect(parsed.ok && [parsed.value.widestLength, parsed.value.narrowestLength]).toEqual([26, 32])
  })
  it.each([
    ['198.51.100.10/24', { family: 4, hostBits: true, widestLength: 24 }],
    ['10.0.0.1 - 10.0.0.1', { family: 4, hostBits: false, widestLength: 32 }],
    ['fd00::/64', { family: 6, widestLength: 64 }],
    ['::ffff:10.0.0.0/120', { family: 4, widestLength: 24 }],
  ])('takes %s', (text, expected) => {
    expect(parseAddressEntry(text)).toMatchObject({ ok: true, value: expected })
  })
  it.each([
    ['10.0.0.1', { kind: 'invalid prefix', suggestion: '10.0.0.1/32' }],
    ['fd00::1', { kind: 'invalid prefix', suggestion: 'fd00::1/128' }],
    ['10.0.0.0/255.255.254.0', { kind: 'invalid prefix', suggestion: '10.0.0.0/23' }],
    ['10.0.0.0/255.0.255.0', { kind: 'invalid prefix' }],
    ['010.0.0.0/8', { kind: 'invalid prefix' }],
    ['10.0.0.10-20', { kind: 'invalid end', suggestion: '10.0.0.20' }],
    ['10.0.0.10-1.20', { kind: 'invalid end', suggestion: '10.0.1.20' }],
    ['-10.0.0.1', { kind: 'invalid start', text: '' }],
    ['10.0.0.2-10.0.0.1', { kind: 'start after end' }],
    ['10.0.0.2-fd00::1', { kind: 'mixed families', refused: false }],
    ['fd00::1-10.0.0.1', { kind: 'mixed families', refused: true }],
    ['::1-10.0.0.1', { kind: 'mixed families', refused: false }],
  ])('refuses %s', (text, error) => {
    expect(parseAddressEntry(text)).toMatchObject({ ok: false, error })
  })
  it('covers exactly the addresses of a range', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70000 }), fc.integer({ min: 0, max: 70000 }), (a, b) => {
        const [first, last] = [BigInt(Math.min(a, b)), BigInt(Math.max(a, b))]
        const dotted = (v: bigint) => `10.${v >> 16n}.${(v >> 8n) & 255n}.${v & 255n}`
        const parsed = parseAddressEntry(`${dotted(first)}-${dotted(last)}`)
        if (!parsed.ok) throw new Error('refused')
        expect(mergeRanges(parsed.value.prefixes.map(prefixRange))).toEqual([parsed.value.range])
        expect(capacity(parsed.value.prefixes, false)).toBe(last - first + 1n)
      }),
    )
  })
})

describe('capacity', () => {
  it('counts addresses ending in .0 and .255 as a walk over them does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 20, max: 32 }), (low, length) => {
        const prefix = parsePrefix(`10.0.${low >> 8}.${low & 255}/${length}`)!
        const { first, last } = prefixRange(prefix)
        let walked = 0n
        for (let at = first; at <= last; at++) if (isBuggyIp(ip(4, at))) walked++
        expect(buggyCount(prefix)).toBe(walked)
      }),
    )
  })
})

describe('communities', () => {
  it.each(['0:0', '65535:65281', 'large:0:4294967295:1'])('takes %s', (text) => {
    const parsed = parseCommunity(text)
    expect(parsed.ok && formatCommunity(parsed.value)).toBe(text)
  })
  it.each([
    ['no-export', 'format'],
    ['1:2:3', 'format'],
    ['65536:1', 'section'],
    ['-1:1', 'section'],
    ['1:', 'section'],
    ['big:1:2:3', 'marker'],
    ['large:1:2:4294967296', 'section'],
    ['', 'format'],
  ])('refuses %s', (text, kind) => {
    expect(parseCommunity(text)).toMatchObject({ ok: false, error: { kind } })
  })
})

describe('timers', () => {
  it.each([
    [undefined, undefined, { ok: true, value: undefined }],
    [90n * S, undefined, { ok: true, value: { holdTimeSeconds: 90, keepaliveTimeSeconds: 30 } }],
    [undefined, 10n * S, { ok: true, value: { holdTimeSeconds: 30, keepaliveTimeSeconds: 10 } }],
    [3_999_000_000n, undefined, { ok: true, value: { holdTimeSeconds: 3, keepaliveTimeSeconds: 1 } }],
    [0n, 0n, { ok: true, value: { holdTimeSeconds: 0, keepaliveTimeSeconds: 0 } }],
    [2_999_000_000n, undefined, { ok: false, error: 'hold time too short' }],
    [0n, 1n * S, { ok: false, error: 'keepalive above hold' }],
    [-5n * S, undefined, { ok: false, error: 'hold time too short' }],
  ])('hold %s, keepalive %s', (hold, keepalive, expected) => {
    expect(resolveTimers(hold, keepalive)).toEqual(expected)
  })
})

describe('selectors', () => {
  const match = (selector: Parameters<typeof compileSelector>[0], labels: Record<string, string>) => {
    const compiled = compileSelector(selector)
    return compiled.ok && matchesSelector(compiled.value, labels)
  }
  it('holds NotIn and DoesNotExist for objects without the label', () => {
    const expression = (operator: string, values?: string[]) => ({
      matchExpressions: [{ key: 'a', operator, ...(values === undefined ? {} : { values }) }],
    })
    expect(match(expression('NotIn', ['x']), {})).toBe(true)
    expect(match(expression('NotIn', ['x']), { a: 'x' })).toBe(false)
    expect(match(expression('DoesNotExist'), {})).toBe(true)
    expect(match(expression('In', ['x']), {})).toBe(false)
    expect(match(expression('Exists'), { a: '' })).toBe(true)
    expect(match({}, {})).toBe(true)
    expect(match({ matchLabels: { constructor: 'x' } }, {})).toBe(false)
  })
})

describe('range index', () => {
  const range = fc
    .tuple(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 8 }),
      fc.constantFrom(4 as const, 6 as const),
    )
    .map(([first, size, family]) => ({ range: { family, first: BigInt(first), last: BigInt(first + size) } }))
  const meet = (a: { range: { family: number; first: bigint; last: bigint } }, b: typeof a) =>
    a.range.family === b.range.family && a.range.first <= b.range.last && b.range.first <= a.range.last
  it('finds an overlap exactly when comparing all pairs does', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), range, (items, wanted) => {
        const index = new RangeIndex(items)
        expect(index.find(wanted.range) !== undefined).toBe(items.some((i) => meet(i, wanted)))
        const naive = items.some((a, i) => items.some((b, j) => i < j && meet(a, b)))
        const pairs = index.overlaps()
        expect(pairs.length > 0).toBe(naive)
        for (const { item, earlier } of pairs) expect(meet(item, earlier)).toBe(true)
      }),
    )
  })
})
