// Whatever is asked for in whatever order, the allocator and a naive one answer the same, and no address is lost or given twice.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatIp, type Ip, parseIp } from '../net/ip.ts'
import type { Result } from '../net/result.ts'
import { Allocator } from './allocator.ts'
import { compilePools, type PoolDefinition } from './pool.ts'
import type { Refusal } from './refusal.ts'
import { metallbWords } from './refusal.ts'
import type { AddressRequest, Assignment, Families } from './request.ts'
import { NaiveAllocator, type NaiveOutcome } from './testing/naive-allocator.ts'
import { type NaivePool, poolAddresses } from './testing/naive-pools.ts'

const NAMESPACES = ['red', 'blue', 'green']
const SERVICES = ['red/a', 'red/b', 'blue/c', 'blue/d', 'green/e', 'green/f', 'red/g', 'blue/h']
/** Each entry belongs to one pool only, so that pools never overlap. */
const ENTRIES = [
  ['192.0.2.0-192.0.2.2', '2001:db8::1-2001:db8::2', '192.0.2.9-192.0.2.9'],
  ['192.0.2.254-192.0.2.255', '198.51.100.0-198.51.100.1', '2001:db8:1::a-2001:db8:1::c'],
  ['203.0.113.5-203.0.113.8', '203.0.113.1-203.0.113.2'],
]
const ADDRESSES = [
  ...ENTRIES.flat().flatMap((entry) => entry.split('-')),
  '192.0.2.1',
  '203.0.113.6',
  '10.0.0.1',
]

const some = <T>(items: readonly T[]) => fc.subarray([...items])
const selector = fc.constantFrom(['team', 'x'], ['team', 'y'], ['tier', 'x']) as fc.Arbitrary<
  [string, string]
>
const labels = fc.dictionary(fc.constantFrom('team', 'tier'), fc.constantFrom('x', 'y'), { maxKeys: 2 })

const pool = (index: number): fc.Arbitrary<NaivePool> =>
  fc.record({
    name: fc.constant(`pool-${'bac'[index]}`),
    entries: fc.shuffledSubarray([...(ENTRIES[index] ?? [])], { minLength: 1 }),
    autoAssign: fc.boolean(),
    avoidBuggyIPs: fc.boolean(),
    allocation: fc.option(
      fc.record({
        priority: fc.integer({ min: 0, max: 2 }),
        namespaces: some(NAMESPACES),
        namespaceSelectors: fc.array(selector, { maxLength: 1 }),
        serviceSelectors: fc.array(selector, { maxLength: 1 }),
      }),
      { nil: undefined },
    ),
  })
const pools = fc
  .tuple(pool(0), pool(1), pool(2))
  .chain((all) => fc.shuffledSubarray([...all], { minLength: 0 }))
const namespaces = fc
  .tuple(labels, labels, labels)
  .map((all) => new Map(NAMESPACES.map((n, i) => [n, all[i] ?? {}])))

const definitions = (all: readonly NaivePool[]): readonly PoolDefinition[] => {
  const selectors = (tests: readonly (readonly [string, string])[]) =>
    tests.map(([key, value]) => ({ matchLabels: { [key]: value } }))
  const compiled = compilePools(
    all.map(({ name, entries, autoAssign, avoidBuggyIPs, allocation }) => ({
      kind: 'IPAddressPool',
      name,
      namespace: undefined,
      spec: {
        addresses: [...entries],
        autoAssign,
        avoidBuggyIPs,
        ...(allocation === undefined
          ? {}
          : {
              serviceAllocation: {
                priority: allocation.priority,
                namespaces: [...allocation.namespaces],
                namespaceSelectors: selectors(allocation.namespaceSelectors),
                serviceSelectors: selectors(allocation.serviceSelectors),
              },
            }),
      },
    })),
  )
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error))
  return compiled.value
}

const request = fc
  .record({
    service: fc.constantFrom(...SERVICES),
    labels,
    ports: some(['TCP/80', 'TCP/443', 'UDP/53']),
    sharing: fc.constantFrom('', '', 'k1', 'k2'),
    backend: fc.constantFrom('', '', 'app=web'),
  })
  .map((each): AddressRequest => ({ ...each, namespace: each.service.split('/')[0] ?? '' }))
const families: fc.Arbitrary<Families> = fc.constantFrom(
  { kind: 'single', family: 4 },
  { kind: 'single', family: 6 },
  { kind: 'dual', fallback: undefined },
  { kind: 'dual', fallback: 4 },
  { kind: 'dual', fallback: 6 },
)
const wishesOf = (each: Families): (4 | 6)[][] =>
  each.kind === 'single'
    ? [[each.family]]
    : each.fallback === undefined
      ? [[4, 6]]
      : [[4, 6], [each.fallback], [each.fallback === 4 ? 6 : 4]]

interface Model {
  readonly naive: NaiveAllocator
  now: number
}
const outcome = (result: Result<Assignment, Refusal>): NaiveOutcome =>
  result.ok
    ? { addresses: result.value.addresses.map(formatIp), pool: result.value.pool }
    : metallbWords(result.error)
const ip = (text: string): Ip => {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

function checkAll({ naive }: Model, real: Allocator): void {
  for (const service of SERVICES) {
    const addresses = real.assignmentOf(service)?.addresses.map(formatIp)
    expect(addresses, service).toEqual(naive.holdings.get(service)?.addresses)
  }
  for (const each of naive.pools)
    for (const family of [4, 6] as const) {
      const space = real.pools.get(each.name)?.spaces[family]
      const all = poolAddresses(each).filter((address) => address.includes(':') === (family === 6))
      const held = all.filter((address) => naive.heldBack.has(address)).length
      const used = new Set([...naive.holdings.values()].flatMap(({ addresses }) => addresses))
      expect(space?.capacity).toBe(BigInt(all.length))
      expect(space?.inUse).toBe(all.filter((address) => used.has(address)).length)
      // What is neither in use nor held back is free: no address is lost.
      expect(space?.freeCount).toBe(BigInt(all.length - (space?.inUse ?? 0) - held))
      expect(space?.heldBackCount).toBe(held)
    }
}

const act = (name: string, run: (model: Model, real: Allocator) => void): fc.Command<Model, Allocator> => ({
  check: () => true,
  run: (model, real) => {
    run(model, real)
    checkAll(model, real)
  },
  toString: () => name,
})
const show = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (each instanceof Map ? [...each] : (each as unknown)))

const commands = [
  fc.tuple(pools, namespaces).map(([all, labelled]) =>
    act(`setPools ${show([all, labelled])}`, ({ naive }, real) => {
      const dropped = real.setPools(definitions(all), labelled)
      expect([...dropped].sort()).toEqual(naive.setPools(all, labelled).sort())
    }),
  ),
  fc
    .tuple(request, fc.uniqueArray(fc.constantFrom(...ADDRESSES), { minLength: 1, maxLength: 2 }))
    .map(([each, texts]) =>
      act(`assign ${show([each, texts])}`, ({ naive }, real) => {
        expect(outcome(real.assign(each, texts.map(ip)))).toEqual(naive.assign(each, texts))
      }),
    ),
  fc.tuple(request, families).map(([each, wanted]) =>
    act(`allocate ${show([each, wanted])}`, ({ naive }, real) => {
      real.release(each.service)
      naive.release(each.service, undefined)
      expect(outcome(real.allocate(each, wanted))).toEqual(naive.allocate(each, wishesOf(wanted)))
    }),
  ),
  fc
    .tuple(fc.constantFrom('pool-a', 'pool-b', 'pool-c', 'pool-x'), request, families)
    .map(([name, each, wanted]) =>
      act(`allocateFrom ${show([name, each, wanted])}`, ({ naive }, real) => {
        real.release(each.service)
        naive.release(each.service, undefined)
        expect(outcome(real.allocateFrom(name, each, wanted))).toEqual(
          naive.allocateFrom(name, each, wishesOf(wanted)),
        )
      }),
    ),
  request.map((each) =>
    act(`addFamily ${show(each)}`, ({ naive }, real) => {
      const [have, ...more] = real.assignmentOf(each.service)?.addresses ?? []
      if (have === undefined || more.length > 0) return
      // As the controller does: what it has is confirmed with what it asks for now.
      const confirmed = outcome(real.assign(each, [have]))
      expect(confirmed).toEqual(naive.assign(each, [formatIp(have)]))
      if (typeof confirmed === 'string') return
      const added = real.addFamily(each)
      const expected = naive.addFamily(each)
      expect(added.ok ? formatIp(added.value) : metallbWords(added.error)).toBe(
        typeof expected === 'string' ? expected : expected.addresses[1],
      )
    }),
  ),
  fc
    .tuple(fc.constantFrom(...SERVICES), fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }))
    .map(([service, ms]) =>
      act(`release ${service} ${ms}`, (model, real) => {
        const until = ms === undefined ? undefined : model.now + ms
        real.release(service, until)
        model.naive.release(service, until)
      }),
    ),
  fc.tuple(fc.constantFrom(...ADDRESSES), fc.integer({ min: 1, max: 20 })).map(([text, ms]) =>
    act(`block ${text} ${ms}`, (model, real) => {
      real.block(ip(text), model.now + ms)
      model.naive.block(text, model.now + ms)
    }),
  ),
  fc.integer({ min: 0, max: 15 }).map((ms) =>
    act(`wait ${ms}`, (model, real) => {
      model.now += ms
      real.expire(model.now)
      model.naive.expire(model.now)
    }),
  ),
]

it('answers as a naive allocator does, loses no address and gives none twice', () => {
  fc.assert(
    fc.property(
      pools,
      namespaces,
      fc.commands(commands, { maxCommands: 60, size: 'max' }),
      (all, labelled, list) => {
        const real = new Allocator()
        const naive = new NaiveAllocator()
        real.setPools(definitions(all), labelled)
        naive.setPools(all, labelled)
        fc.modelRun(() => ({ model: { naive, now: 0 }, real }), list)
      },
    ),
    { numRuns: 300 },
  )
}, 120_000)
