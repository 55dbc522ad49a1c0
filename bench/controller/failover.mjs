// Two controllers with the lease of an installation, while a Service is created twenty times a second; the one that leads is ended. How long
// until a Service that was created after that has its address.
import { setTimeout } from 'node:timers/promises'
import { startController } from './running.mjs'

const EVERY_MS = 50

/** Milliseconds of each run. */
export async function failoverBench(startWorld, signal, runs) {
  const world = await startWorld()
  const took = []
  try {
    let leader = startController(world, 'pod0')
    await leader.until('leading')
    for (let run = 1; run <= runs; run++) {
      const follower = startController(world, `pod${run}`)
      await follower.until('stateSynced')
      // Anywhere between two renewals.
      await setTimeout(2000 + Math.random() * 1500)
      took.push(await oneEnd(world, leader, signal, `run${run}`))
      leader = follower
    }
    await leader.end('SIGKILL')
  } finally {
    await world.stop()
  }
  return took
}

async function oneEnd(world, leader, signal, name) {
  const ended = leader.end(signal)
  const start = performance.now()
  let assignedAt
  const creating = []
  for (let index = 0; assignedAt === undefined; index++) {
    creating.push(
      world.createServices([`${name}-${index}`]).then(() => {
        assignedAt ??= performance.now()
      }),
    )
    await setTimeout(EVERY_MS)
  }
  await Promise.all([ended, ...creating])
  return assignedAt - start
}
