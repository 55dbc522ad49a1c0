// Three speakers on one switch and 1,000 Services, while Services, pools, advertisements and speakers change at random. All the time it is
// asked by ARP who answers for what: one owner outside of the time in which a death is noticed, and nobody for what was withdrawn.
// No speaker may end by itself, or go on growing. Prints what it found; exit code 1 when something was violated.
// Needs Linux and root. Usage: node bench/soak.mjs [--minutes 30] [--seed N]
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Judge } from './soak/judge.mjs'
import { Lab, whyNot } from './soak/lab.mjs'
import { Speakers, slope } from './soak/speakers.mjs'
import { World } from './soak/world.mjs'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
})
const SERVICES = 1_000
const SERVICE_MS = 250
const CONFIGURATION_MS = 15_000
const MEMBERSHIP_MS = 45_000
/** Until the first speaker has been through some of everything, its memory says nothing. */
const WARM_UP = 0.4
const HOSTS = { n1: '10.9.0.11', n2: '10.9.0.12', n3: '10.9.0.13' }
const PROBER = '10.9.0.1'

const missing = whyNot()
if (missing !== undefined) {
  console.log(`bench/soak is left out: ${missing}`)
  process.exit()
}
const durationMs = Number(values.minutes) * 60_000
const random = generator(Number(values.seed))
const lab = new Lab()
for (const [name, address] of Object.entries({ ...HOSTS, asker: PROBER })) lab.host(name, address)
const world = new World(lab.files, HOSTS, SERVICES, random)
const judge = new Judge(world)
const ask = await lab.startProber('asker', PROBER, (reply) => judge.heard(reply))
const speakers = new Speakers(lab, judge, HOSTS)
const began = performance.now()
judge.membersChanged()
judge.begin(ask)
console.log(`${SERVICES} Services, 3 speakers, ${values.minutes} minutes, seed ${values.seed}`)

let [services, configuration, members] = [10_000, CONFIGURATION_MS, MEMBERSHIP_MS]
for (let ms = 0; ms < durationMs; ms = performance.now() - began) {
  if (ms >= services) {
    services = ms + SERVICE_MS * 2 * random()
    world.changeService()
  }
  if (ms >= configuration) {
    configuration = ms + CONFIGURATION_MS * 2 * random()
    world.changeConfiguration()
    judge.configurationChanged()
  }
  if (ms >= members) {
    members = ms + MEMBERSHIP_MS * (0.5 + random())
    await speakers.change(random)
  }
  await sleep(20)
}
judge.end()
await speakers.endAll()
const violations = [...judge.violations, ...speakers.violations]
report()
process.exit(violations.length === 0 ? 0 : 1)

function report() {
  const { asked, owned, free, notJudged, twoOwnersInWindow } = judge.counts
  console.log(
    `changes: ${world.changes.services} of Services, ${world.changes.pools} of pools, ${world.changes.advertisements} of advertisements`,
  )
  const { started, stopped, killed } = speakers.counts
  console.log(
    `speakers: ${started} started, ${stopped} stopped (the slowest in ${Math.round(speakers.slowestStopMs)} ms), ${killed} killed`,
  )
  console.log(
    `asked ${asked} times: ${owned} answers of an owner and ${free} silences judged, ${notJudged} too close to a change; two owners ${twoOwnersInWindow} times while members or configuration changed`,
  )
  const samples = speakers.samples.slice(Math.floor(speakers.samples.length * WARM_UP))
  const of = (name) => samples.map((sample) => sample[name])
  const range = (name) => `${Math.min(...of(name)).toFixed(0)} to ${Math.max(...of(name)).toFixed(0)}`
  console.log(
    `first speaker, after ${WARM_UP * 100} % of the time: ${range('megabytes')} MB, slope ${slope(samples).toFixed(1)} MB per hour; ${range('files')} open files`,
  )
  console.log(`${violations.length} violations`)
  for (const violation of violations.slice(0, 20)) console.log(`  ${violation}`)
}

/** mulberry32: the same changes for the same seed. */
function generator(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
