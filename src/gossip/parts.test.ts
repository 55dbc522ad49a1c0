// The small parts that the machine is made of.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIp } from '../net/ip.ts'
import { Awareness } from './awareness.ts'
import { BroadcastQueue } from './broadcast-queue.ts'
import { Deadlines } from './deadlines.ts'
import { outbound } from './effects.ts'
import { formatEndpoint, parseEndpoint, reachable } from './endpoint.ts'
import { type MemberRecord, MemberTable } from './member-table.ts'
import { Refusals } from './refusals.ts'
import { pushPullIntervalMs, retransmitLimit, suspicionTimeoutMs } from './scaling.ts'
import { memberlistKey } from './secret-key.ts'
import { SeedWaiters } from './seed-waiters.ts'
import { Suspicion, suspicionMs } from './suspicion.ts'
import { seededRandom } from './testing/simulation.ts'

const ascii = (text: string) => Uint8Array.from(Buffer.from(text))

describe('the key of MetalLB', () => {
  it.each([
    ['A'.repeat(22), 32, `${'41'.repeat(22)}e3b0c44298fc1c149afb`],
    ['abc', 32, '616263e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b78'],
    ['A'.repeat(22), 16, '41'.repeat(16)],
    ['B'.repeat(40), 32, '42'.repeat(32)],
    ['abc\n', 16, '6162630ae3b0c44298fc1c149afbf4c8'],
  ] as const)('of %j with %d bytes', (secret, length, key) => {
    expect(Buffer.from(memberlistKey(ascii(secret), length)).toString('hex')).toBe(key)
  })
})

describe('times and counts grow with the cluster', () => {
  it.each([
    [1, 4_000],
    [10, 4_000],
    [30, 5_908],
    [100, 8_000],
    [1000, 12_000],
  ])('a suspect among %d has at least %d ms', (members, ms) => {
    expect(suspicionTimeoutMs(4, members, 1_000)).toBe(ms)
  })

  it.each([
    [1, 4],
    [9, 4],
    [10, 8],
    [99, 8],
    [100, 12],
    [1000, 16],
  ])('news among %d is sent %d times', (members, times) => {
    expect(retransmitLimit(4, members)).toBe(times)
  })

  it.each([
    [32, 30_000],
    [33, 60_000],
    [64, 60_000],
    [65, 90_000],
    [1000, 180_000],
  ])('states among %d are compared every %d ms', (members, ms) => {
    expect(pushPullIntervalMs(30_000, members)).toBe(ms)
  })
})

describe('suspicion', () => {
  it.each([
    [0, 3, 30_000],
    [1, 3, 16_000],
    [2, 3, 7_810],
    [3, 3, 2_000],
    [4, 3, 2_000],
    [0, 0, 2_000],
  ])('with %d of %d confirmations lasts %d ms', (confirmations, hoped, ms) => {
    expect(suspicionMs(confirmations, hoped, 2_000, 30_000)).toBe(ms)
  })

  it('counts each accuser once, the first one not, and no more than can matter', () => {
    const suspicion = new Suspicion('a', 2, 1_000, 6_000, 100)
    expect(suspicion.deadlineMs).toBe(6_100)
    expect(['a', 'b', 'b', 'c', 'd'].map((accuser) => suspicion.confirm(accuser))).toEqual([
      ...[false, true, false, true, false],
    ])
    expect(suspicion.deadlineMs).toBe(1_100)
  })
})

it('awareness stays between healthy and its worst', () => {
  const awareness = new Awareness(3)
  awareness.apply(-1)
  expect(awareness.scaleMs(1_000)).toBe(1_000)
  awareness.apply(7)
  expect([awareness.score, awareness.scaleMs(1_000)]).toEqual([2, 3_000])
})

describe('the queue of news', () => {
  const news = (bytes: number) => outbound({ kind: 'user', payload: new Uint8Array(bytes - 1) })
  const sizes = (taken: readonly { readonly bytes: Uint8Array }[]) => taken.map(({ bytes }) => bytes.length)

  it('fills a packet with the longest that fit, overhead included', () => {
    const queue = new BroadcastQueue()
    for (const [name, bytes] of Object.entries({ a: 10, b: 40, c: 30, d: 60 })) queue.add(name, news(bytes))
    expect(sizes(queue.take(57, 2, 9, 5))).toEqual([40, 10])
    expect(sizes(queue.take(57, 2, 9, 5))).toEqual([30, 10])
    expect(sizes(queue.take(62, 2, 9, 5))).toEqual([60])
    expect(sizes(queue.take(61, 2, 1, 5))).toEqual([40])
  })

  it('sends each as often as the limit says, the least sent first', () => {
    const queue = new BroadcastQueue()
    queue.add('a', news(10))
    expect([1, 2].flatMap(() => sizes(queue.take(100, 2, 9, 3)))).toEqual([10, 10])
    queue.add('b', news(9))
    expect(sizes(queue.take(12, 2, 9, 3))).toEqual([9])
    expect(sizes(queue.take(12, 2, 9, 3))).toEqual([9])
    expect(sizes(queue.take(12, 2, 9, 3))).toEqual([10])
    expect(queue.has('a')).toBe(false)
    expect(sizes(queue.take(12, 2, 9, 3))).toEqual([9])
    expect(queue.size).toBe(0)
  })

  it('keeps one truth about each member, and that anew', () => {
    const queue = new BroadcastQueue()
    queue.add('a', news(10))
    queue.take(100, 2, 9, 3)
    queue.add('a', news(20))
    expect(queue.size).toBe(1)
    expect([1, 2, 3, 4].map(() => sizes(queue.take(100, 2, 9, 3)))).toEqual([[20], [20], [20], []])
  })

  it('loses nothing and sends nothing too often, whatever is added and taken', () => {
    const step = fc.oneof(
      fc.record({ add: fc.constantFrom('a', 'b', 'c', 'd', 'e'), bytes: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ take: fc.integer({ min: 0, max: 150 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new BroadcastQueue()
        const left = new Map<Uint8Array, { readonly name: string; times: number }>()
        for (const item of steps) {
          if ('take' in item) {
            const taken = queue.take(item.take, 2, 3, 4)
            expect(taken.reduce((sum, { bytes }) => sum + 2 + bytes.length, 0)).toBeLessThanOrEqual(item.take)
            for (const { bytes } of taken) {
              const entry = left.get(bytes)!
              entry.times--
              if (entry.times === 0) left.delete(bytes)
            }
          } else {
            const added = news(item.bytes)
            for (const [bytes, { name }] of left) if (name === item.add) left.delete(bytes)
            left.set(added.bytes, { name: item.add, times: 4 })
            queue.add(item.add, added)
          }
          expect(queue.size).toBe(left.size)
        }
      }),
    )
  })
})

describe('deadlines', () => {
  it('come in order of time, and of setting where that is the same', () => {
    const deadlines = new Deadlines<string>()
    for (const [key, atMs] of Object.entries({ c: 30, a: 10, b: 20, d: 20 })) deadlines.set(key, atMs, key)
    deadlines.set('a', 25, 'a again')
    deadlines.delete('c')
    expect(deadlines.nextMs).toBe(20)
    const taken: (string | undefined)[] = []
    for (let i = 0; i < 3; i++) taken.push(deadlines.take(24))
    expect(taken).toEqual(['b', 'd', undefined])
    expect(deadlines.take(25)).toBe('a again')
    expect([deadlines.take(99), deadlines.nextMs]).toEqual([undefined, Number.POSITIVE_INFINITY])
  })

  it('agree with a sorted list', () => {
    const step = fc.tuple(fc.constantFrom('set', 'delete', 'take'), fc.nat(30), fc.nat(1000))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const deadlines = new Deadlines<number>()
        const plain = new Map<string, readonly [atMs: number, order: number]>()
        for (const [order, [what, key, atMs]] of steps.entries()) {
          if (what === 'set') {
            deadlines.set(`${key}`, atMs, order)
            plain.set(`${key}`, [atMs, order])
          } else if (what === 'delete') {
            deadlines.delete(`${key}`)
            plain.delete(`${key}`)
          } else {
            const [first] = [...plain].sort(([, a], [, b]) => a[0] - b[0] || a[1] - b[1])
            const due = first !== undefined && first[1][0] <= atMs
            expect(deadlines.take(atMs)).toBe(due ? first[1][1] : undefined)
            if (due) plain.delete(first[0])
          }
          expect(deadlines.size).toBe(plain.size)
        }
      }),
    )
  })
})

describe('the table of members', () => {
  const record = (
    name: string,
    state: MemberRecord['state'] = 'alive',
    stateChangedMs = 0,
  ): MemberRecord => ({
    ...{ name, state, stateChangedMs, address: parseIp('10.0.0.1')!, port: 1, incarnation: 1 },
    ...{ meta: new Uint8Array(0), versions: undefined },
  })
  const table = (...members: readonly MemberRecord[]) => {
    const made = new MemberTable(seededRandom(1))
    for (const member of members) made.add(member)
    return made
  }

  it('gives everybody once in a round, in another order each time', () => {
    const members = table(...Array.from({ length: 20 }, (_, i) => record(`${i}`)))
    const round = () => Array.from({ length: 20 }, () => members.nextToProbe(() => true, 0)?.name)
    const [first, second] = [round(), round()]
    expect(new Set(first).size).toBe(20)
    expect(new Set(second).size).toBe(20)
    expect(first).not.toEqual(second)
  })

  it('forgets those that are gone long enough, at the end of a round', () => {
    const members = table(
      record('a'),
      record('old', 'dead', 10),
      record('gone', 'left', 10),
      record('new', 'dead', 99),
    )
    const alive = (member: MemberRecord) => member.state === 'alive'
    expect(members.nextToProbe(alive, 50)?.name).toBe('a')
    expect(members.nextToProbe(alive, 50)?.name).toBe('a')
    expect(['a', 'old', 'gone', 'new'].map((name) => members.get(name) !== undefined)).toEqual([
      ...[true, false, false, true],
    ])
    expect(members.size).toBe(2)
  })

  it('gives nobody when nobody is wanted', () => {
    expect(table().nextToProbe(() => true, 0)).toBeUndefined()
    expect(table(record('a'), record('b')).nextToProbe(() => false, 0)).toBeUndefined()
  })

  it('picks different ones, all there are of few', () => {
    const few = table(record('a'), record('b'), record('c', 'dead'))
    expect(
      few
        .pick(3, ({ state }) => state === 'alive')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['a', 'b'])
    const many = table(...Array.from({ length: 50 }, (_, i) => record(`${i}`)))
    expect(new Set(many.pick(3, () => true)).size).toBe(3)
    expect(many.pick(3, () => false)).toEqual([])
  })
})

describe('endpoints', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1:7946'],
    ['10.0.0.1:80', '10.0.0.1:80'],
    ['2001:db8::1', '[2001:db8::1]:7946'],
    ['[2001:db8::1]', '[2001:db8::1]:7946'],
    ['[2001:db8::1]:80', '[2001:db8::1]:80'],
    ['::ffff:10.0.0.1', '10.0.0.1:7946'],
  ])('%s is %s', (text, endpoint) => {
    const parsed = parseEndpoint(text, 7946)
    expect(parsed && formatEndpoint(parsed)).toBe(endpoint)
  })

  it.each(['', 'node-1', '10.0.0.1:', '10.0.0.1:0', '10.0.0.1:65536', '10.0.0.1:x', '[10.0.0.1', '10.0.0:1'])(
    '%j is none',
    (text) => {
      expect(parseEndpoint(text, 7946)).toBeUndefined()
    },
  )

  it('an IPv4-mapped address is reached over IPv4', () => {
    const mapped = { family: 6, value: 0xffff_0a00_0001n } as const
    expect(formatEndpoint(reachable({ address: mapped, port: 1 }))).toBe('10.0.0.1:1')
  })
})

it('refusals are counted all and logged once in a while', () => {
  const said: string[] = []
  const refusals = new Refusals((reason, text) => said.push(`${reason}: ${text}`))
  for (const nowMs of [0, 1, 2, 9_999, 10_000]) refusals.add('bad', 'It was bad.', nowMs)
  refusals.add('worse', 'It was worse.', 10_001)
  expect(said).toEqual([
    ...['bad: It was bad.', 'bad: It was bad. 3 more like it were not logged.', 'worse: It was worse.'],
  ])
  expect(refusals.counts()).toEqual({ bad: 5, worse: 1 })
  for (let i = 0; i < 100; i++) refusals.add(`reason ${i}`, '', 20_000)
  expect(Object.keys(refusals.counts()).length).toBeLessThanOrEqual(65)
})

it('those who wait for seeds hear of them once all were tried, or when nothing comes any more', async () => {
  const waiters = new SeedWaiters()
  const seed = { address: parseIp('10.0.0.1')!, port: 1 }
  const other = { address: parseIp('10.0.0.2')!, port: 1 }
  const both = waiters.wait([seed, other])
  waiters.tried({ seed, problem: 'no.' })
  waiters.tried({ seed: other, problem: undefined })
  expect(await both).toEqual([
    { seed, problem: 'no.' },
    { seed: other, problem: undefined },
  ])
  const cut = waiters.wait([seed, other])
  waiters.tried({ seed, problem: undefined })
  waiters.finish()
  expect(await cut).toEqual([{ seed, problem: undefined }])
  expect(await waiters.wait([])).toEqual([])
})
