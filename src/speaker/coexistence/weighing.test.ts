import { expect, it } from 'vitest'
import { allWeigh, WEIGHING_META } from './weighing.ts'

const METALLB = new Uint8Array(0)

it('preferences count while everybody who is alive can weigh them', () => {
  expect(allWeigh([WEIGHING_META])).toBe(true)
  expect(allWeigh([WEIGHING_META, WEIGHING_META.slice()])).toBe(true)
  expect(allWeigh([WEIGHING_META, METALLB])).toBe(false)
  expect(allWeigh([WEIGHING_META, WEIGHING_META.slice(1)])).toBe(false)
  expect(allWeigh([])).toBe(false)
})
