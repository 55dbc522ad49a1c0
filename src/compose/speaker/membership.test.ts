// On loopback addresses of this machine, with the sockets that the speaker has.
import { createServer } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { Membership } from './membership.ts'
import { NodeAddresses } from './node-addresses.ts'

const [HERE, THERE] = [parseIp('127.0.0.1')!, parseIp('127.0.0.2')!]
const SOON = { timeout: 20_000, interval: 20 }
const running: Membership[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.leave()))
})

/** A port that nobody has now. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

async function member(
  nodeName: string,
  address: typeof HERE,
  port: number,
  seeds: (typeof HERE)[],
  weighs = true,
) {
  const membership = new Membership({
    settings: {
      nodeName,
      gossip: {
        bind: { address, port },
        join: seeds.map((seed) => ({ address: seed, port })),
        ...{ secretKeyPath: undefined, wan: false, overridesFile: undefined },
      },
    },
    nodes: new NodeAddresses(nodeName),
    ...{ answers: true, weighs, withoutCluster: false },
    log: () => undefined,
    onChange: () => undefined,
  })
  await membership.start()
  running.push(membership)
  return membership
}

it('two that are started at one moment know of each other before either announces', async () => {
  const port = await freePort()
  const first = await member('first', HERE, port, [THERE])
  // Nobody listens there yet, so the first attempt is refused.
  const joined = first.join()
  const second = await member('second', THERE, port, [HERE])
  await Promise.all([joined, second.join()])
  expect(first.current).toEqual(new Set(['first', 'second']))
  expect(second.current).toEqual(new Set(['first', 'second']))
})

it('one that finds nobody goes on alone', async () => {
  const port = await freePort()
  const alone = await member('alone', HERE, port, [THERE])
  await alone.join()
  expect(alone.current).toEqual(new Set(['alone']))
})

it('one without others to look for waits for nobody', async () => {
  const alone = await member('alone', HERE, await freePort(), [])
  // The time of the wait does not come.
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  try {
    await alone.join()
  } finally {
    vi.useRealTimers()
  }
  expect(alone.current).toEqual(new Set(['alone']))
})

it('preferences count for all or for none: a speaker that cannot weigh them takes them away while it lives', async () => {
  const port = await freePort()
  const one = await member('one', HERE, port, [])
  await one.join()
  expect(one.fact.weighing).toBe(true)
  const two = await member('two', THERE, port, [HERE])
  await two.join()
  for (const each of [one, two])
    await vi.waitFor(() => expect([each.fact.members?.size, each.fact.weighing]).toEqual([2, true]), SOON)
  const other = await member('other', parseIp('127.0.0.3')!, port, [HERE], false)
  await other.join()
  for (const each of [one, two, other])
    await vi.waitFor(() => expect([each.fact.members?.size, each.fact.weighing]).toEqual([3, false]), SOON)
  await other.leave()
  for (const each of [one, two])
    await vi.waitFor(() => expect([each.fact.members?.size, each.fact.weighing]).toEqual([2, true]), SOON)
})
