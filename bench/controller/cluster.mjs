// Services that are created all at once, until each has its address: `lbctl controller run` against the laboratory's API server, and in the
// same run a naive controller. Then a start anew, which takes everything back.
import { setTimeout } from 'node:timers/promises'
import { runNaive } from './naive-cluster.mjs'
import { startController } from './running.mjs'

/** It looks at one address after the other, in the process of the server. */
const MOST_NAIVE = 1_000

const timed = async (work) => {
  const start = performance.now()
  await work()
  return performance.now() - start
}
const sum = (writes) => Object.values(writes).reduce((all, each) => all + each, 0)
const named = (writes) =>
  Object.entries(writes)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ') || 'none'

export async function clusterBench(startWorld, count) {
  const names = Array.from({ length: count }, (_, index) => `svc${index}`)
  const world = await startWorld()
  try {
    const first = startController(world)
    await first.until('leading')
    const before = await first.needs()
    world.takeWrites()
    const assignedMs = await timed(() => world.createServices(names))
    const written = await settled(world)
    const needs = await first.needs()
    await first.end('SIGTERM')
    const second = startController(world)
    const restartMs = await timed(() => second.until('leading'))
    // Whatever it wants to write is written by the time that a new Service has its address, and the counters of the pool.
    await world.createServices(['later'])
    const again = await settled(world)
    const anew = await second.needs()
    await second.end('SIGTERM')
    const cpuMs = needs.cpuMs - before.cpuMs
    const naiveMs = count > MOST_NAIVE ? undefined : await naive(startWorld, names)
    return { assignedMs, written, needs, cpuMs, restartMs, again, anew, naiveMs }
  } finally {
    await world.stop()
  }
}

async function naive(startWorld, names) {
  const world = await startWorld()
  try {
    const controller = await runNaive(world)
    const ms = await timed(() => world.createServices(names))
    controller.stop()
    return ms
  } finally {
    await world.stop()
  }
}

/** Events come after the addresses: all is written when nothing came for a second. */
async function settled(world) {
  const all = {}
  for (;;) {
    await setTimeout(1000)
    const more = world.takeWrites()
    if (sum(more) === 0) return all
    for (const [what, count] of Object.entries(more)) all[what] = (all[what] ?? 0) + count
  }
}

export function printCluster(count, { assignedMs, written, needs, cpuMs, restartMs, again, anew, naiveMs }) {
  const perService = (written['services/status'] + (written.events ?? 0)) / count
  const mb = ({ rss, heap }) => `RSS ${rss.toFixed(0)} MB, heap ${heap.toFixed(0)} MB`
  console.log(`${count} Services created at once, against the API server of the laboratory:`)
  console.log(
    `  all assigned          ${assignedMs.toFixed(0)} ms (${((assignedMs * 1000) / count).toFixed(0)} µs each)`,
  )
  console.log(`  CPU of the controller ${((cpuMs * 1000) / count).toFixed(0)} µs each, with the events`)
  if (naiveMs !== undefined)
    console.log(
      `  one after the other   ${naiveMs.toFixed(0)} ms: ${(naiveMs / assignedMs).toFixed(1)} times as long`,
    )
  console.log(`  writes                ${perService.toFixed(2)} each (${named(written)})`)
  console.log(`  memory                ${mb(needs)}`)
  console.log(`  restart, until leading ${restartMs.toFixed(0)} ms, ${mb(anew)}`)
  console.log(`  writes after it       ${named(again)}, with one new Service`)
}
