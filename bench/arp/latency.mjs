// One question after the other: round trips of the three responders in turns.

import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { pin, processorTime } from './lab.mjs'
import { median, number, ratio, row } from './statistics.mjs'

const REQUESTS = 3000
const IDLE_MS = 5000

export async function latency(lab, all, rounds, sameCpu) {
  if (!sameCpu && cpus().length < 2) return
  for (const each of all) pin(each, sameCpu ? 0 : 1)
  const turns = []
  for (let round = -1; round < rounds * 3; round++) {
    const turn = []
    for (const each of all) turn.push(await lab.ask(each, 0, 'closed', REQUESTS, 0))
    // The first one warms up.
    if (round >= 0) turns.push(turn)
  }
  for (const each of all) pin(each, undefined)
  const where = sameCpu ? 'all on one processor' : 'two processors'
  console.log(`\none question after the other, ${where}: round trip in microseconds`)
  all.forEach(({ name }, i) => {
    const [p50, p99] = ['p50', 'p99'].map((key) => median(turns.map((turn) => turn[i][key] / 1000)))
    const lost = turns.reduce((sum, turn) => sum + turn[i].lost, 0)
    row(name, `median ${number(p50)}   p99 ${number(p99)}${lost > 0 ? `   ${lost} lost` : ''}`)
  })
  const medians = turns.map(([, loop, worker]) => worker.p50 / loop.p50)
  ratio('median, lbctl : C loop', medians, 'target at most 1.40')
}

export async function idle(responders) {
  const before = responders.map(processorTime)
  await sleep(IDLE_MS)
  console.log(`\nprocessor time while nobody asks, ${IDLE_MS / 1000} s`)
  responders.forEach((responder, i) => {
    const percent = ((processorTime(responder) - before[i]) * 100) / IDLE_MS
    row(responder.name, `${percent.toFixed(2)} %${responder.name === 'lbctl' ? '   (target 0)' : ''}`)
  })
}
