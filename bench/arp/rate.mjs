// The highest rate that is answered with less than 1 % lost: both responders climb the same ladder of rates in turns. The
// processor time of an answer, as the scheduler counts it, does not depend on who else is running: it is printed beside.
import { cpus } from 'node:os'
import { pin, processorTime } from './lab.mjs'
import { median, ratio, row, undisturbed } from './statistics.mjs'

const FIRST_RATE = 30_000
const STEP = 1.12
const SECONDS = 0.15
/** A step that fails is tried again: it may have been somebody else's. */
const TRIES = 3

export async function rates(lab, [loop, worker], rounds) {
  if (cpus().length > 1) for (const each of [loop, worker]) pin(each, 1)
  const turns = []
  for (let round = 0; round < rounds * 2; round++) turns.push(await ladder(lab, [loop, worker]))
  console.log(
    `\nhighest rate with less than 1 % lost, steps of ${STEP} x, ${SECONDS} s each; load on one processor, responders on the other`,
  )
  const usual = median(turns.map(([first]) => first.rate))
  const kept = undisturbed(
    turns,
    ([first]) => first.rate < usual * 0.7,
    'the C loop itself stayed below 0.7 x its median rate',
  )
  ;[loop, worker].forEach(({ name }, i) => {
    const rate = median(kept.map((turn) => turn[i].rate))
    const cost = median(kept.map((turn) => turn[i].microseconds))
    row(
      name,
      `${rate.toFixed(0).padStart(8)} per second   ${cost.toFixed(2)} us of processor time for an answer`,
    )
  })
  ratio(
    'rate, lbctl : C loop',
    kept.map(([c, w]) => w.rate / c.rate),
    'target at least 0.80',
  )
  ratio(
    'answers per processor time',
    kept.map(([c, w]) => c.microseconds / w.microseconds),
    'the same without noise',
  )
  await overload(lab, [loop, worker], rounds)
  for (const each of [loop, worker]) pin(each, undefined)
}

/** More than either can answer: what each gets done then is its capacity, whatever a short wait costs on the ladder. */
const OVERLOAD = 400_000

async function overload(lab, responders, rounds) {
  const turns = []
  for (let round = 0; round < rounds * 4; round++) {
    const turn = []
    for (const each of responders)
      turn.push((await lab.ask(each, 0, 'open', OVERLOAD, SECONDS)).answered / SECONDS)
    turns.push(turn)
  }
  const values = turns.map(([first, second]) => second / first)
  responders.forEach(({ name }, i) => {
    row(
      name,
      `${median(turns.map((turn) => turn[i]))
        .toFixed(0)
        .padStart(8)} answers per second under overload`,
    )
  })
  ratio('answers under overload', values, 'the capacity, by the same target')
}

/** @returns for each responder its highest good rate, and the processor time of an answer over the good steps */
async function ladder(lab, responders) {
  const results = responders.map(() => ({ rate: 0, failed: false, used: 0, answered: 0 }))
  for (let rate = FIRST_RATE; results.some(({ failed }) => !failed) && rate < 2_000_000; rate *= STEP)
    for (const [i, responder] of responders.entries()) {
      const result = results[i]
      if (result.failed) continue
      const step = await bestOf(lab, responder, rate)
      result.failed = !step.good
      if (!step.good) continue
      result.rate = Math.max(result.rate, step.reached)
      result.used += step.used
      result.answered += step.answered
      // A rate that the generator itself does not reach says nothing about the responder.
      if (step.reached < rate * 0.9) result.failed = true
    }
  return results.map(({ rate, used, answered }) => ({ rate, microseconds: (used * 1000) / answered }))
}

async function bestOf(lab, responder, rate) {
  for (let attempt = 1; ; attempt++) {
    const before = processorTime(responder)
    const { sent, answered, rate: reached } = await lab.ask(responder, 0, 'open', rate, SECONDS)
    const used = processorTime(responder) - before
    const good = answered >= sent * 0.99
    if (good || attempt === TRIES) return { good, reached, answered, used }
  }
}
