// Writing: by the leader alone, again when it failed, and never over what was not seen.
import { expect, it } from 'vitest'
import type { FactChange } from '../facts/facts.ts'
import type { ControllerOptions } from '../state/controller-state.ts'
import { FakeServer, fakeOutside, settle } from '../testing/fake-outside.ts'
import { poolsChange, serviceOf } from '../testing/service-of.ts'
import { ControllerRunner } from './controller-runner.ts'

const OPTIONS: ControllerOptions = { loadBalancerClass: undefined, coolDownMs: 0, probeBlockMs: undefined }
const START: readonly FactChange[] = [poolsChange({ lan: ['192.0.2.1-192.0.2.4'] }), { kind: 'complete' }]

function controller(server: FakeServer, outside = fakeOutside(server), options = OPTIONS) {
  const runner = new ControllerRunner(options, outside.ports)
  server.watchers.add((changes) => runner.apply(changes))
  runner.apply(START)
  return { ...outside, runner }
}
const addressOf = (server: FakeServer, name: string) => server.services.get(`shop/${name}`)?.ingress[0]

it('writes status, counters and the state of the configuration while it leads, and nothing before', async () => {
  const server = new FakeServer()
  const made = controller(server)
  server.put(serviceOf('shop/a'))
  await settle()
  expect([server.written.length, made.others]).toEqual([0, []])
  made.lease.set(true)
  await settle()
  expect(addressOf(server, 'a')).toBe('192.0.2.1')
  expect(made.others).toEqual(['True', 'lan 1/3'])
  expect(made.runner.numbers).toEqual({ written: 3, failed: 0, queued: 0 })
  // What it wrote it is told, and does nothing about it.
  expect(server.written).toHaveLength(1)
})

it('tries a write again that failed, later and later, no sooner than the server says, and tells the end of it', async () => {
  const server = new FakeServer()
  const made = controller(server)
  made.lease.set(true)
  await settle()
  server.answers.push({ kind: 'failed', message: 'busy', retryAfterMs: 3000 }, ...failures(2))
  server.put(serviceOf('shop/a'))
  await made.clock.advance(2999)
  expect(server.answers).toHaveLength(2)
  await made.clock.advance(1)
  expect(server.answers).toHaveLength(1)
  await made.clock.advance(999)
  expect(server.answers).toHaveLength(1)
  await made.clock.advance(1)
  expect(server.answers).toHaveLength(0)
  await made.clock.advance(2000)
  expect(addressOf(server, 'a')).toBe('192.0.2.1')
  const told = made.reports.flatMap((each) =>
    each.kind === 'write-failed'
      ? `${each.attempts} ${each.nextMs}`
      : each.kind === 'write-recovered'
        ? each.what
        : [],
  )
  expect(told).toEqual(['1 3000', '2 1000', '3 2000', 'service shop/a'])
})

const failures = (count: number) =>
  Array.from({ length: count }, () => ({ kind: 'failed', message: 'down', retryAfterMs: undefined }) as const)

it('a conflict is decided again with what is new', async () => {
  const server = new FakeServer()
  const made = controller(server)
  made.lease.set(true)
  server.watchIsSlow = true
  server.put(serviceOf('shop/a'))
  const first = server.services.get('shop/a')
  if (first === undefined) throw new Error('lost')
  server.put({ ...first, annotations: { 'metallb.io/loadBalancerIPs': '192.0.2.3' } })
  server.tell(first)
  await settle()
  expect(server.written).toEqual([])
  server.watchIsSlow = false
  server.tell(server.services.get('shop/a') ?? first)
  await settle()
  expect(server.written.map(({ status }) => status.ingress)).toEqual([['192.0.2.3']])
  await made.clock.advance(60_000)
  expect(server.written).toHaveLength(1)
})

it('an address that somebody else wrote meanwhile is kept', async () => {
  const server = new FakeServer()
  const made = controller(server)
  made.lease.set(true)
  server.watchIsSlow = true
  server.put(serviceOf('shop/a'))
  const first = server.services.get('shop/a')
  if (first === undefined) throw new Error('lost')
  server.put({
    ...first,
    ingress: ['192.0.2.4'],
    annotations: { 'metallb.io/ip-allocated-from-pool': 'lan' },
  })
  server.tell(first)
  await settle()
  server.tell(server.services.get('shop/a') ?? first)
  await made.clock.advance(60_000)
  expect(server.written).toEqual([])
  expect(addressOf(server, 'a')).toBe('192.0.2.4')
  expect(made.runner.numbers.queued).toBe(0)
})

it('of two controllers, one that slept past its lease writes nothing, and learns what the other did', async () => {
  const server = new FakeServer()
  const sleepy = controller(server)
  const other = controller(server)
  sleepy.lease.set(true)
  server.put(serviceOf('shop/a'))
  await settle()
  sleepy.lease.hasRunOut = true
  other.lease.set(true)
  server.put(serviceOf('shop/b'))
  server.put(serviceOf('shop/c'))
  await settle()
  const users = new Map(other.runner.state?.services.all())
  expect([...users.keys()].sort()).toEqual(['shop/a', 'shop/b', 'shop/c'])
  // Each address was written once, by the one that leads.
  expect(server.written.map(({ status }) => status.ingress[0])).toEqual([
    '192.0.2.1',
    '192.0.2.2',
    '192.0.2.3',
  ])
  expect([sleepy.tried, other.tried]).toEqual([['shop/a'], ['shop/b', 'shop/c']])
  sleepy.lease.set(false)
  expect(sleepy.runner.state).toBeUndefined()
  other.lease.set(false)
  sleepy.lease.set(true)
  server.put(serviceOf('shop/d'))
  await settle()
  expect(addressOf(server, 'd')).toBe('192.0.2.4')
  expect(server.written).toHaveLength(4)
})

it('what was on its way when the lease ended has no consequences, and begins anew with the next', async () => {
  const server = new FakeServer()
  const made = controller(server)
  made.lease.set(true)
  await settle()
  server.answers.push(...failures(1))
  server.put(serviceOf('shop/a'))
  await settle()
  made.lease.set(false)
  await made.clock.advance(60_000)
  expect(server.written).toEqual([])
  expect(made.clock.pending).toBe(0)
  made.lease.set(true)
  await settle()
  expect(addressOf(server, 'a')).toBe('192.0.2.1')
})

it('leads twice within the delay of the watch and still knows what it wrote', async () => {
  const server = new FakeServer()
  const made = controller(server)
  server.put(serviceOf('shop/a'))
  server.watchIsSlow = true
  made.lease.set(true)
  await settle()
  made.lease.set(false)
  made.lease.set(true)
  await settle()
  expect(server.written).toHaveLength(1)
})

it('asks on the link, and wakes up when what was held back is free again', async () => {
  const server = new FakeServer()
  const asked: string[] = []
  let inUse = true
  const outside = fakeOutside(server, undefined, async ([address]) => {
    asked.push(String(address?.value))
    if (inUse && address !== undefined) return { kind: 'in-use', address, by: undefined }
    return { kind: 'free' }
  })
  const made = controller(server, outside, {
    ...OPTIONS,
    probeBlockMs: 10_000,
    loadBalancerClass: undefined,
  } as never)
  made.lease.set(true)
  server.put(serviceOf('shop/a', { loadBalancerIP: '192.0.2.2' }))
  await made.clock.advance(9_999)
  expect([asked.length, server.written.length]).toEqual([1, 0])
  inUse = false
  await made.clock.advance(1)
  expect(addressOf(server, 'a')).toBe('192.0.2.2')
  expect(made.clock.pending).toBe(0)
})
