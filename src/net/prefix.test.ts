import fc from 'fast-check'
import { Netmask } from 'netmask'
import { describe, expect, it } from 'vitest'
import { formatIp, parseIp } from './ip.ts'
import {
  formatPrefix,
  formatRange,
  type IpRange,
  mergeRanges,
  parsePrefix,
  prefixRange,
  prefixSize,
  rangePrefixes,
  rangeWithout,
} from './prefix.ts'

const range = (first: string, last: string): IpRange => ({
  family: parseIp(first)!.family,
  first: parseIp(first)!.value,
  last: parseIp(last)!.value,
})
const ipv4Range = fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 5000 })).map(
  ([first, more]): IpRange => ({
    family: 4,
    first: BigInt(first),
    last: BigInt(Math.min(2 ** 32 - 1, first + more)),
  }),
)

describe('parsePrefix', () => {
  it.each([
    ['198.51.100.10/24', '198.51.100.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:db8::1/64', '2001:db8::/64'],
    ['::ffff:10.1.2.3/120', '10.1.2.0/24'],
  ])('reads %s as %s', (text, canonical) => expect(formatPrefix(parsePrefix(text)!)).toBe(canonical))

  it.each([
    '10.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '::/129',
    '::ffff:0:0/90',
    '10.0.0/8',
  ])('refuses %s', (text) => expect(parsePrefix(text)).toBeUndefined())

  it('agrees with the netmask package on IPv4', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.integer({ min: 1, max: 32 }),
        (value, length) => {
          const text = `${formatIp({ family: 4, value: BigInt(value) })}/${length}`
          const block = new Netmask(text)
          const prefix = parsePrefix(text)!
          expect(formatPrefix(prefix)).toBe(`${block.base}/${block.bitmask}`)
          expect(prefixSize(prefix)).toBe(BigInt(block.size))
        },
      ),
    )
  })
})

describe('rangePrefixes', () => {
  it('splits 3.3.3.2-3.3.3.254 as Go MetalLB does', () => {
    expect(rangePrefixes(range('3.3.3.2', '3.3.3.254')).map(formatPrefix)).toEqual([
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
  })

  it('covers the range exactly, in order', () => {
    fc.assert(
      fc.property(ipv4Range, (r) => {
        const parts = rangePrefixes(r).map(prefixRange)
        expect(parts[0]?.first).toBe(r.first)
        expect(parts.at(-1)?.last).toBe(r.last)
        for (const [i, part] of parts.slice(1).entries()) expect(part.first).toBe(parts[i]!.last + 1n)
      }),
    )
  })

  it('takes the whole of a family', () => {
    expect(rangePrefixes(prefixRange(parsePrefix('::/0')!)).map(formatPrefix)).toEqual(['::/0'])
    expect(rangePrefixes(prefixRange(parsePrefix('0.0.0.0/0')!)).map(formatPrefix)).toEqual(['0.0.0.0/0'])
  })
})

describe('mergeRanges and rangeWithout', () => {
  it('joins what touches or overlaps, per family', () => {
    expect(
      mergeRanges([
        range('10.0.0.5', '10.0.0.9'),
        range('10.0.0.0', '10.0.0.4'),
        range('::1', '::2'),
        range('10.0.0.8', '10.0.0.8'),
      ]).map(formatRange),
    ).toEqual(['10.0.0.0-10.0.0.9', '::1-::2'])
  })

  it('cuts single addresses out, also at the ends', () => {
    const cut = (holes: string[]) =>
      rangeWithout(
        range('10.0.0.0', '10.0.0.255'),
        holes.map((h) => parseIp(h)!.value),
      ).map(formatRange)
    expect(cut(['10.0.0.0', '10.0.0.255'])).toEqual(['10.0.0.1-10.0.0.254'])
    expect(cut(['10.0.0.1', '11.0.0.0'])).toEqual(['10.0.0.0', '10.0.0.2-10.0.0.255'])
    expect(rangeWithout(range('10.0.0.1', '10.0.0.1'), [parseIp('10.0.0.1')!.value])).toEqual([])
  })
})
