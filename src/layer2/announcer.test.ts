import { afterEach, describe, expect, it } from 'vitest'
import { formatIp, parseIp } from '../net/ip.ts'
import { parseMac } from '../net/mac.ts'
import type { Announcement } from './announcement.ts'
import { Layer2Announcer } from './announcer.ts'
import type { Layer2Report } from './events.ts'
import { FakeClock, FakeInterfaces, FakeResponder, link, settle } from './testing/fakes.ts'

const announcement = (text: string): Announcement => ({ address: parseIp(text)!, interfaces: 'all' })

let announcer: Layer2Announcer | undefined
afterEach(() => announcer?.stop())

async function start(interfaces = [link('eth0')]) {
  const clock = new FakeClock()
  const responder = new FakeResponder()
  const links = new FakeInterfaces(interfaces)
  const reports: Layer2Report[] = []
  announcer = await Layer2Announcer.start({
    responder,
    interfaces: links,
    clock,
    excludes: (name) => name === 'lo',
    repeatMs: undefined,
    onReport: (report) => reports.push(report),
  })
  return { announcer, clock, responder, links, reports }
}

/** Whether a promise is settled by now. */
async function isDone(promise: Promise<unknown>): Promise<boolean> {
  let done = false
  void promise.then(() => {
    done = true
  })
  await settle()
  return done
}

describe('set', () => {
  it('resolves when the set is in force, and not before', async () => {
    const { announcer, responder } = await start()
    responder.slow = true
    const first = announcer.set([announcement('192.0.2.1')])
    expect(await isDone(first)).toBe(false)
    responder.release()
    expect(await isDone(first)).toBe(true)
    expect(responder.said).toEqual(['eth0: 192.0.2.1'])
  })

  it('hands over together what waits', async () => {
    const { announcer, responder } = await start()
    responder.slow = true
    const sets = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((text) => announcer.set([announcement(text)]))
    await settle()
    expect(responder.changes).toHaveLength(1)
    responder.release()
    await settle()
    expect(await isDone(sets[0]!)).toBe(true)
    expect(await isDone(sets[1]!)).toBe(false)
    responder.release()
    await Promise.all(sets)
    expect(responder.changes).toHaveLength(2)
    expect(responder.said).toEqual(['eth0: 192.0.2.3'])
  })

  it('with nothing new waits for what is under way, and asks for nothing', async () => {
    const { announcer, responder } = await start()
    responder.slow = true
    void announcer.set([announcement('192.0.2.1')])
    const same = announcer.set([announcement('192.0.2.1')])
    expect(await isDone(same)).toBe(false)
    responder.release()
    expect(await isDone(same)).toBe(true)
    await announcer.set([announcement('192.0.2.1')])
    expect(responder.changes).toHaveLength(1)
  })
})

it('announces by the clock, and stops with the address', async () => {
  const { announcer, clock, responder } = await start()
  await announcer.set([announcement('192.0.2.1')])
  await settle()
  expect(responder.frames).toHaveLength(2)
  await clock.forward(2_500)
  expect(responder.frames).toHaveLength(6)
  await announcer.set([])
  await clock.forward(60_000)
  expect(responder.frames).toHaveLength(6)
  expect(clock.waiting).toBe(0)
})

it('takes new interfaces as they come, and tells their names', async () => {
  const { announcer, links, responder, reports } = await start([link('eth0'), link('lo')])
  await announcer.set([announcement('192.0.2.1')])
  expect([...announcer.interfaceNames]).toEqual(['eth0'])
  await links.become([link('eth0'), link('eth1')])
  expect(responder.said).toEqual(['eth0: 192.0.2.1', 'eth1: 192.0.2.1'])
  const names = reports.flatMap((each) => (each.kind === 'interfaces' ? [[...each.names]] : []))
  expect(names).toEqual([['eth0'], ['eth0', 'eth1']])
})

it('has one timer, however much happens', async () => {
  const { announcer, clock } = await start()
  for (const text of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) await announcer.set([announcement(text)])
  await settle()
  expect(clock.waiting).toBe(1)
})

it('reads the interfaces once more when they change while they are read', async () => {
  const { announcer, links, responder } = await start()
  await announcer.set([announcement('192.0.2.1')])
  const stale = links.current
  let answer: (list: typeof stale) => void = () => undefined
  links.list = () =>
    new Promise((resolve) => {
      answer = resolve
    })
  links.onChange()
  links.onChange()
  answer(stale)
  await settle()
  answer([link('eth0'), link('eth1')])
  await settle()
  expect(responder.said).toEqual(['eth0: 192.0.2.1', 'eth1: 192.0.2.1'])
})

it('keeps the interfaces that it knows while they cannot be read, and reads them again', async () => {
  const { announcer, clock, links, responder, reports } = await start()
  await announcer.set([announcement('192.0.2.1')])
  links.failure = new Error('ENOBUFS')
  await links.become([link('eth1')])
  expect(responder.said).toEqual(['eth0: 192.0.2.1'])
  expect(reports.at(-1)).toMatchObject({ kind: 'interfaces-unknown', retryMs: 1_000 })
  links.failure = undefined
  await clock.forward(1_000)
  expect(responder.said).toEqual(['eth1: 192.0.2.1'])
})

it('starts a responder that died anew, with all that it had', async () => {
  const { announcer, clock, responder, reports } = await start()
  await announcer.set([announcement('192.0.2.1')])
  responder.slow = true
  const pending = announcer.set([announcement('192.0.2.1'), announcement('192.0.2.2')])
  await responder.die()
  // Whoever waits for silence has it.
  expect(await isDone(pending)).toBe(true)
  expect(reports.at(-1)).toMatchObject({ kind: 'responder-died', retryMs: 1_000 })
  expect((await announcer.status()).answering).toBe(false)
  responder.slow = false
  await clock.forward(1_000)
  expect(responder.starts).toBe(2)
  expect(responder.said).toEqual(['eth0: 192.0.2.1 192.0.2.2'])
})

it('says what it does', async () => {
  const { announcer, clock, responder } = await start([link('eth0'), link('eth1', { up: false })])
  await announcer.set([announcement('192.0.2.1')])
  await clock.forward(10_000)
  responder.events?.onForeignClaim({
    interfaceName: 'eth0',
    address: parseIp('192.0.2.1')!,
    mac: parseMac('02:ff:00:00:00:01')!,
    kind: 'arp-reply',
    count: 1,
  })
  const status = await announcer.status()
  expect(status.answering).toBe(true)
  expect(status.interfaces).toEqual([
    { name: 'eth0', unsuitable: undefined, error: undefined, addresses: 1 },
    { name: 'eth1', unsuitable: 'down', error: undefined, addresses: 0 },
  ])
  expect(status.addresses.map((each) => ({ ...each, address: formatIp(each.address) }))).toEqual([
    { address: '192.0.2.1', interfaceName: 'eth0', requests: 3, answers: 2, refreshes: 1, gratuitous: 10 },
  ])
  expect(status.conflicts).toHaveLength(1)
})

it('stops everything', async () => {
  const { announcer, clock, links, responder } = await start()
  await announcer.set([announcement('192.0.2.1')])
  await announcer.stop()
  expect(responder.stopped).toBe(true)
  expect(links.watched).toBe(false)
  expect(clock.waiting).toBe(0)
  await announcer.set([announcement('192.0.2.2')])
  expect(responder.changes).toHaveLength(1)
})
