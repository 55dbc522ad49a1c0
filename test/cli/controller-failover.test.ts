// One of two controllers ends in the middle of its work: the other goes on where it was, no address twice and none lost.
import { afterEach, expect, it } from 'vitest'
import { ControllerLab } from '../support/controller-lab/controller-lab.ts'
import { DEADLINE_MS, type RunningController } from '../support/controller-lab/running-controller.ts'
import { eventually } from '../support/namespaces.ts'

const TEST_MS = 120_000
const names = Array.from({ length: 60 }, (_, i) => `web${i}`)
const labs: ControllerLab[] = []
afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.remove()))
})

interface Pair {
  readonly cluster: ControllerLab
  readonly leader: RunningController
  readonly follower: RunningController
}

async function pair(lease: string): Promise<Pair> {
  const args = ['--lease-duration', lease]
  const cluster = await ControllerLab.create('192.0.2.0/24')
  labs.push(cluster)
  const leader = cluster.controller('--pod-name', 'first', ...args)
  await leader.until('leading')
  const follower = cluster.controller('--pod-name', 'second', ...args)
  await follower.until('stateSynced')
  return { cluster, leader, follower }
}

/** Ends the one that leads while it writes, and waits until every Service has its address all the same. */
async function endWhileWriting({ cluster, leader }: Pair, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  // The server is in this process: between two looks it answers eight writes at most.
  cluster.server.faults.latencyMs = 50
  const creating = cluster.createServices(...names)
  await eventually('some are written', () => cluster.writes.size >= 10, DEADLINE_MS)
  const before = cluster.writes.size
  leader.signal(signal)
  cluster.server.faults.latencyMs = 0
  await Promise.all([creating, leader.exited])
  // Else it was no end in the middle of its work.
  expect(before).toBeLessThan(names.length)
  const addresses = await cluster.untilAssigned(...names)
  expect(new Set(Object.values(addresses)).size).toBe(names.length)
  expect(cluster.doubles).toEqual([])
  expect(Math.max(...cluster.writes.values())).toBe(1)
}

it(
  'a leader that is killed is followed, and every Service has one address that nobody else has',
  async () => {
    // Long enough that a leader does not lose it on a busy machine before it is killed.
    const made = await pair('6s')
    await endWhileWriting(made, 'SIGKILL')
    expect(made.follower.count('leading')).toBeGreaterThan(0)
  },
  TEST_MS,
)

it(
  'a leader that ends in order is followed though the lease would last for an hour',
  async () => {
    const made = await pair('1h')
    await endWhileWriting(made, 'SIGTERM')
    expect(await made.leader.exited).toBe(143)
    expect(made.follower.count('leading')).toBe(1)
  },
  TEST_MS,
)
