// Answers while the main thread of lbctl is busy: calm and busy in turns. The C loop is measured beside the same burning
// process, in the same turns: what happens to it is what the machine itself does.
import { cpus } from 'node:os'
import { pin, pinThread, threadTimes } from './lab.mjs'
import { median, number, ratio, row, undisturbed } from './statistics.mjs'

const REQUESTS = 1000
const PACE_US = 200
const TASKS = ['calm', 'busy', 'garbage']

/**
 * @param apart the answering thread and the load on one processor, the main thread of lbctl on the other: what is seen then is
 *   what the threads of one process do to each other, and not how two processors are shared by three threads
 */
export async function underLoad(lab, [loop, worker], rounds, apart) {
  if (apart && cpus().length < 2) return
  if (apart) await separate(lab, loop, worker)
  const load = apart ? 0 : undefined
  const turns = []
  for (let round = 0; round < rounds * (apart ? 8 : 3); round++) {
    const turn = {}
    for (const task of TASKS) {
      await worker.say(task)
      const answers = {}
      for (const [key, each] of [
        ['worker', worker],
        ['loop', loop],
      ])
        answers[key] = await lab.ask(each, load, 'closed', REQUESTS, PACE_US)
      turn[task] = answers
    }
    turns.push(turn)
  }
  await worker.say('calm')
  for (const each of [loop, worker]) pin(each, undefined)
  const how = apart
    ? 'its answering thread and the load on one processor, its main thread on the other'
    : 'placed by the scheduler'
  console.log(
    `\na question every ${PACE_US} us while the main thread of lbctl is ${TASKS.join(', ')}; ${how}: microseconds`,
  )
  for (const [name, key] of [
    ['C loop', 'loop'],
    ['lbctl', 'worker'],
  ]) {
    const figures = (which) =>
      TASKS.map((task) => number(median(turns.map((turn) => turn[task][key][which] / 1000)))).join('')
    row(name, `median ${figures('p50')}   p99 ${figures('p99')}`)
  }
  const kept = undisturbed(
    turns,
    (turn) => tail(turn, 'busy', 'loop') > 1.5 || tail(turn, 'busy', 'loop') < 1 / 1.5,
    'p99 of the C loop itself changed by more than half',
  )
  for (const task of TASKS.slice(1)) {
    ratio(
      `p99 ${task} : calm, lbctl`,
      kept.map((turn) => tail(turn, task, 'worker')),
      'target 0.80 to 1.20',
    )
    ratio(
      `p99 ${task} : calm, C loop`,
      kept.map((turn) => tail(turn, task, 'loop')),
      'what the machine itself does',
    )
  }
}

const tail = (turn, task, key) => turn[task][key].p99 / turn.calm[key].p99

async function separate(lab, loop, worker) {
  pin(loop, 0)
  pin(worker, 1)
  const before = threadTimes(worker)
  await lab.ask(worker, 0, 'closed', 3000, 0)
  const after = threadTimes(worker)
  const ran = [...after].map(([thread, time]) => [thread, time - (before.get(thread) ?? 0)])
  const [answering] = ran.sort((a, b) => b[1] - a[1])[0]
  pinThread(answering, 0)
}
