import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AddressSpace } from './address-space.ts'

const arbitrarySpace = fc.record({
  avoidBuggyIps: fc.boolean(),
  sizes: fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 1,
    maxLength: 4,
  }),
})

it('the ranges of some numbers hold exactly their addresses, in order', () => {
  fc.assert(
    fc.property(arbitrarySpace, fc.nat(3000), fc.nat(3000), ({ avoidBuggyIps, sizes }, a, b) => {
      let next = 0x0a0000f0n
      const ranges = sizes.map(([size, gap]) => {
        const first = next + BigInt(gap)
        next = first + BigInt(size) + 1n
        return { family: 4 as const, first, last: first + BigInt(size) }
      })
      const space = new AddressSpace(4, ranges, avoidBuggyIps)
      if (space.capacity === 0n) return
      const [first, last] = [a, b]
        .map((each) => BigInt(each) % space.capacity)
        .sort((x, y) => (x < y ? -1 : x > y ? 1 : 0)) as [bigint, bigint]
      const expected: bigint[] = []
      for (let number = first; number <= last; number++) expected.push(space.addressOf(number))
      const got: bigint[] = []
      for (const range of space.rangesOf(first, last))
        for (let address = range.first; address <= range.last; address++) got.push(address)
      expect(got).toEqual(expected)
    }),
  )
})
