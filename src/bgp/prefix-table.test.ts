import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type IpFamily, ip } from '../net/ip.ts'
import { formatPrefix, type Prefix, prefixOf } from '../net/prefix.ts'
import { PrefixTable } from './prefix-table.ts'

const prefixes = (family: IpFamily): fc.Arbitrary<Prefix> =>
  fc
    .tuple(
      family === 4
        ? fc.bigInt({ min: 0n, max: 0xffffffffn })
        : // Addresses that differ in any one part of them.
          fc.tuple(fc.nat(3), fc.constantFrom(0n, 32n, 64n, 96n)).map(([n, shift]) => BigInt(n) << shift),
      fc.constantFrom(...(family === 4 ? [0, 1, 8, 31, 32] : [0, 32, 64, 127, 128])),
    )
    .map(([value, length]) => prefixOf(ip(family, value), length))

describe.each([4, 6] as const)('a table of IPv%d prefixes', (family) => {
  it('is a map from prefixes to slots, whatever is added and deleted', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('add', 'delete', 'find'), prefixes(family)), {
      maxLength: 300,
    })
    fc.assert(
      fc.property(steps, (all) => {
        const table = new PrefixTable(family)
        const model = new Map<string, number>()
        for (const [what, prefix] of all) {
          const name = formatPrefix(prefix)
          const known = model.get(name)
          expect(table.find(prefix)).toBe(known ?? -1)
          if (what === 'add') {
            const slot = table.add(prefix)
            if (known === undefined) expect([...model.values()]).not.toContain(slot)
            else expect(slot).toBe(known)
            expect(slot).toBeLessThan(table.capacity)
            model.set(name, slot)
          } else if (what === 'delete' && known !== undefined) {
            table.delete(known)
            model.delete(name)
          }
          expect(table.size).toBe(model.size)
        }
        const slots: number[] = []
        for (let slot = table.next(-1); slot >= 0; slot = table.next(slot)) slots.push(slot)
        expect([...slots].sort()).toEqual([...model.values()].sort())
        expect([...table.slots()]).toEqual(slots)
        for (const [name, slot] of model) expect(formatPrefix(table.prefixAt(slot))).toBe(name)
      }),
    )
  })

  it('gives the slots of deleted prefixes out again', () => {
    const table = new PrefixTable(family)
    for (let i = 0n; i < 10_000n; i++)
      table.delete(table.add(prefixOf(ip(family, i), family === 4 ? 32 : 128)))
    expect(table.capacity).toBe(new PrefixTable(family).capacity)
  })

  it('grows, and finds all that it holds', () => {
    const table = new PrefixTable(family)
    const many = Array.from({ length: 5000 }, (_, i) =>
      prefixOf(ip(family, BigInt(i) << (family === 4 ? 8n : 64n)), family === 4 ? 24 : 64),
    )
    const slots = many.map((prefix) => table.add(prefix))
    expect(new Set(slots).size).toBe(5000)
    expect(many.map((prefix) => table.find(prefix))).toEqual(slots)
    expect(slots.map((slot) => table.prefixAt(slot))).toEqual(many)
  })
})
