// The last bytes of a stream, from the beginning of a line on.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ByteTail } from './byte-tail.ts'

it('is what a person would cut off, however the bytes come', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 8 })
  fc.assert(
    fc.property(
      fc.array(line),
      fc.integer({ min: 1, max: 40 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (lines, most, sizes) => {
        const text = lines.map((each) => `${each}\n`).join('')
        const tail = new ByteTail(most)
        for (let at = 0; at < text.length; ) {
          const { value: size } = sizes.next()
          tail.push(Buffer.from(text.slice(at, at + size)))
          at += size
        }
        let expected = text
        while (expected.length > most) expected = expected.slice(expected.indexOf('\n') + 1)
        expect(Buffer.from(tail.bytes()).toString()).toBe(expected)
      },
    ),
  )
})
