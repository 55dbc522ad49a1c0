import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ip } from '../../net/ip.ts'
import { AS_TRANS, narrowAsns, pathLength, widenAsns } from './as-path.ts'
import type { AsSegment, PathAttribute } from './path-attribute.ts'

const sequence = (...asns: number[]): AsSegment => ({ kind: 'sequence', asns })
const set = (...asns: number[]): AsSegment => ({ kind: 'set', asns })
const confed = (...asns: number[]): AsSegment => ({ kind: 'confed-sequence', asns })
const path = (...segments: AsSegment[]): PathAttribute => ({ kind: 'as-path', segments })
const path4 = (...segments: AsSegment[]): PathAttribute => ({ kind: 'as4-path', segments, partial: false })
const address = ip(4, 0xc0000201n)
const BIG = 4_200_000_000

describe('AS numbers for a speaker that knows two bytes only (RFC 6793 §4.2.2)', () => {
  it('become AS_TRANS where they do not fit, with the true ones beside', () => {
    const aggregator = { kind: 'aggregator', asn: BIG, address, partial: true } as const
    expect(narrowAsns([path(confed(BIG), sequence(65000, BIG)), aggregator])).toEqual([
      path(confed(AS_TRANS), sequence(65000, AS_TRANS)),
      { ...aggregator, asn: AS_TRANS },
      path4(sequence(65000, BIG)),
      { ...aggregator, kind: 'as4-aggregator' },
    ])
  })
  it('stay as they are where all fit', () => {
    const attributes = [
      path(sequence(65000, 1)),
      { kind: 'aggregator', asn: 1, address, partial: false } as const,
    ]
    expect(narrowAsns(attributes)).toEqual(attributes)
  })
})

describe('AS numbers from such a speaker (RFC 6793 §4.2.3)', () => {
  it('are the ones that we would have sent', () => {
    const asn = fc.integer({ min: 1, max: 0xffff_ffff })
    const segment = fc.record({
      kind: fc.constantFrom('sequence' as const, 'set' as const),
      asns: fc.array(asn, { minLength: 1, maxLength: 4 }),
    })
    const attributes = fc
      .tuple(fc.array(segment, { maxLength: 4 }), asn)
      .map(([segments, aggregator]): PathAttribute[] => [
        { kind: 'as-path', segments },
        { kind: 'aggregator', asn: aggregator, address, partial: false },
      ])
    fc.assert(
      fc.property(attributes, (sent) => {
        const [asPath, aggregator] = sent
        // An AGGREGATOR that fits, beside a path that does not, has no AS4_AGGREGATOR and is left alone.
        expect(widenAsns(narrowAsns(sent))).toEqual([asPath, aggregator])
      }),
    )
  })
  it.each<[string, PathAttribute[], PathAttribute[]]>([
    [
      'keep what old speakers prepended',
      [path(sequence(10, 20, AS_TRANS, 30)), path4(sequence(BIG, 30))],
      [path(sequence(10, 20), sequence(BIG, 30))],
    ],
    [
      'count a set as one',
      [path(sequence(10), set(1, 2), sequence(AS_TRANS)), path4(sequence(BIG))],
      [path(sequence(10), set(1, 2), sequence(BIG))],
    ],
    [
      'keep a confederation in front',
      [path(confed(65100), sequence(AS_TRANS)), path4(sequence(BIG))],
      [path(confed(65100), sequence(BIG))],
    ],
    ['ignore a longer AS4_PATH', [path(sequence(10)), path4(sequence(BIG, 10))], [path(sequence(10))]],
    [
      'ignore both behind an AGGREGATOR of an old speaker',
      [
        path(sequence(AS_TRANS)),
        { kind: 'aggregator', asn: 10, address, partial: false },
        path4(sequence(BIG)),
        { kind: 'as4-aggregator', asn: BIG, address, partial: false },
      ],
      [path(sequence(AS_TRANS)), { kind: 'aggregator', asn: 10, address, partial: false }],
    ],
  ])('%s', (_, received, meant) => expect(widenAsns(received)).toEqual(meant))
})

it('counts a set once and confederations not at all', () => {
  expect(pathLength([confed(1, 2), sequence(3, 4, 5), set(6, 7), { kind: 'confed-set', asns: [8] }])).toBe(4)
})
