import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ip } from '../../net/ip.ts'
import { type IpRange, parsePrefix, prefixContains, prefixOf } from '../../net/prefix.ts'
import { cutRange } from './route-segments.ts'

const range = (first: number, last: number): IpRange => ({
  family: 4,
  first: BigInt(first),
  last: BigInt(last),
})
const prefix = (text: string) => {
  const parsed = parsePrefix(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

describe('cutRange', () => {
  it('cuts where a route begins and behind its end', () => {
    const cuts = cutRange(range(0, 31), [prefix('0.0.0.8/29'), prefix('0.0.0.12/32'), prefix('0.0.0.0/0')])
    expect(cuts).toEqual([range(0, 7), range(8, 11), range(12, 12), range(13, 15), range(16, 31)])
  })

  it('leaves a range whole that no route begins or ends in', () => {
    expect(cutRange(range(5, 9), [prefix('0.0.0.0/8'), prefix('10.0.0.0/8')])).toEqual([range(5, 9)])
  })

  it('covers the range once, and every piece lies in the same prefixes as its first address', () => {
    const prefixes = fc.array(
      fc
        .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 22, max: 32 }))
        .map(([value, length]) => prefixOf(ip(4, BigInt(value)), length)),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 127 }),
        fc.integer({ min: 128, max: 255 }),
        prefixes,
        (first, last, routes) => {
          const pieces = cutRange(range(first, last), routes)
          let next = BigInt(first)
          for (const piece of pieces) {
            expect(piece.first).toBe(next)
            for (let value = piece.first; value <= piece.last; value++)
              for (const route of routes)
                expect(prefixContains(route, ip(4, value))).toBe(prefixContains(route, ip(4, piece.first)))
            next = piece.last + 1n
          }
          expect(next).toBe(BigInt(last) + 1n)
        },
      ),
    )
  })
})
