import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LineShape, shapeOfLine } from './line-shape.ts'

function shape(text: string, before = ''): LineShape {
  const bytes = new TextEncoder().encode(before + text)
  const found = { end: 0, hash: 0, check: 0 }
  shapeOfLine(bytes, before.length, bytes.length, found)
  return found
}
const isSame = (a: string, b: string): boolean =>
  shape(a).hash === shape(b).hash && shape(a).check === shape(b).check

describe('the shape of a line', () => {
  it.each([
    ['took 7 ms', 'took 1234 ms'],
    ['peer 192.0.2.1:179', 'peer 10.20.30.240:16000'],
    [
      '{"reconcileID":"0f8a2c4e-91b3-4d7a-8e6f-1a2b3c4d5e6f"}',
      '{"reconcileID":"12345678-1234-1234-1234-123456789012"}',
    ],
    ['mac 02:42:ac:11:00:02', 'mac 02:42:ac:11:00:b2'],
    ['commit a1b2c3', 'commit 9'],
  ])('%s is that of %s', (one, other) => {
    expect(isSame(one, other)).toBe(true)
  })

  it.each([
    // The letter of klog says whether it is an error.
    ['E1127 21:19:03.1', 'I1127 21:19:03.1'],
    ['F1127 21:19:03.1', '11127 21:19:03.1'],
    ['the node is dead', 'the node is a bee'],
    ['an L2Advertisement', 'an L2advertisement'],
    ['on eth0', 'on wlan0'],
    ['12 of', '12of'],
    ['', ' '],
  ])('%s is not that of %s', (one, other) => {
    expect(isSame(one, other)).toBe(false)
  })

  it('ends at the line break, and does not depend on what stands around the line', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{0,40}$/), fc.stringMatching(/^[ -~]{0,9}$/), (line, around) => {
        const alone = shape(line)
        const within = shape(`${line}\n${around}`, `${around}\n`)
        expect([within.hash, within.check]).toEqual([alone.hash, alone.check])
        expect(within.end).toBe(around.length + 1 + line.length)
      }),
    )
  })

  it('is the same whatever numbers stand in it, decimal or hexadecimal', () => {
    const number = fc.stringMatching(/^[0-9a-f]{0,6}[0-9][0-9a-f]{0,6}$/)
    const word = fc.stringMatching(/^[g-z]{1,8}$/)
    fc.assert(
      fc.property(fc.array(fc.tuple(word, number, number), { maxLength: 6 }), (parts) => {
        const text = (which: 1 | 2) => parts.map((part) => `${part[0]} ${part[which]}`).join(', ')
        expect(isSame(text(1), text(2))).toBe(true)
      }),
    )
  })
})
