import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Ip, ip } from '../../net/ip.ts'
import { OwnedMirror } from './owned-changes.ts'

const address = fc
  .tuple(fc.constantFrom(4 as const, 6 as const), fc.integer({ min: 1, max: 9 }))
  .map(([family, value]): Ip => ip(family, BigInt(value)))
const owned = fc.dictionary(fc.constantFrom('eth0', 'eth1'), fc.array(address))

const told = (set: ReadonlyMap<string, readonly Ip[]>): string[] =>
  [...set].flatMap(([name, all]) => all.map(({ family, value }) => `${name} ${family} ${value}`)).sort()

it('the other side has the same set after every change', () => {
  fc.assert(
    fc.property(fc.array(owned), (sets) => {
      const [here, there] = [new OwnedMirror(), new OwnedMirror()]
      for (const set of sets) {
        const wanted = new Map(Object.entries(set))
        const after = there.apply(structuredClone(here.replace(wanted)))
        expect(told(after)).toEqual([...new Set(told(wanted))])
      }
    }),
  )
})

it('only what is different crosses', () => {
  const mirror = new OwnedMirror()
  const many = Array.from({ length: 1000 }, (_, i) => ip(4, BigInt(i)))
  mirror.replace(new Map([['eth0', many]]))
  const changes = mirror.replace(new Map([['eth0', [...many.slice(1), ip(4, 5000n)]]]))
  expect(changes).toEqual(new Map([['eth0', { gone: [ip(4, 0n)], come: [ip(4, 5000n)] }]]))
  expect(mirror.replace(new Map())).toMatchObject(new Map([['eth0', { come: [] }]]))
})
