import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Json } from '../kube-object.ts'
import { nodeFromJson } from './from-json.ts'
import { nodeToJson } from './to-json.ts'

it('comes back as the same value, strings that look like something else among them', () => {
  const value = { a: ['yes', '1', 'null', '', '~'], b: null, c: true, d: 12, e: -1.5, f: {}, '0': [[]] }
  expect(nodeToJson(nodeFromJson(value, '<x>'))).toEqual(value)
  const integers = fc.json({ noUnicodeString: false }).map((text) => JSON.parse(text) as Json)
  fc.assert(
    fc.property(integers, (json) => {
      // The sign of a zero is lost in JSON, too.
      expect(JSON.stringify(nodeToJson(nodeFromJson(json, '<x>')))).toBe(JSON.stringify(json))
    }),
  )
})

it('leaves out members that are undefined, and points at the object', () => {
  const node = nodeFromJson({ a: undefined, b: 1 }, '<cluster: Service shop/web>')
  expect(nodeToJson(node)).toEqual({ b: 1 })
  expect(node.source.name).toBe('<cluster: Service shop/web>')
})
