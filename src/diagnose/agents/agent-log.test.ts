import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checksum, framed, unframed } from './agent-log.ts'

const RUN = 'run0001'

it('has the checksum of IEEE 802.3', () => {
  expect(checksum('123456789')).toBe('cbf43926')
  expect(checksum('')).toBe('00000000')
})

it('comes through a log whole, whatever else is in it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), fc.array(fc.string()), (json, noise) => {
      const value: unknown = JSON.parse(json)
      const before = noise.map((line) => line.replaceAll(/[\r\n]/g, '')).join('\n')
      expect(unframed(RUN, `${before}\n${framed(RUN, value)}a warning of node\n`)).toEqual({
        ok: true,
        value,
      })
    }),
  )
})

it('is in lines that no runtime cuts, of one byte for each character', () => {
  const text = framed(RUN, { text: 'Grüße 🙂 '.repeat(3000) })
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(4100)
  expect(text).toMatch(/^[\n -~]*$/)
})

it('is never taken for whole when anything of it is missing or changed', () => {
  const whole = framed(RUN, { numbers: Array.from({ length: 4000 }, (_, index) => index) })
  fc.assert(
    fc.property(fc.nat(whole.length - 2), fc.boolean(), (at, cuts) => {
      const other = whole[at] === 'x' ? 'y' : 'x'
      const spoilt = cuts ? whole.slice(0, at) : whole.slice(0, at) + other + whole.slice(at + 1)
      expect(unframed(RUN, spoilt).ok).toBe(false)
    }),
  )
})

it('takes nothing of another run, and the newest of its own', () => {
  expect(unframed(RUN, framed('run0002', 1))).toEqual({ ok: false, reason: 'the log holds no result' })
  expect(unframed(RUN, `${framed(RUN, 1).slice(0, -20)}\n${framed(RUN, 2)}`)).toEqual({ ok: true, value: 2 })
})
