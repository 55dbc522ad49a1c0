// Three speakers on one switch and 1,000 Services, while Services, pools, advertisements and speakers change at random. All the time it is
// asked by ARP who answers for what: one owner outside of the time in which a death is noticed, and nobody for what was withdrawn.
// No speaker may end by itself, or go on growing. Prints what it found; exit code 1 when something was violated.
// Needs Linux and root. Usage: node bench/soak.mjs [--minutes 30] [--seed N] [--slack 1], slack: how much slower than an idle machine
import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { afterWarmUp, growth, slope, WARM_UP } from './soak/growth.mjs'
import { Judge } from './soak/judge.mjs'
import { Lab, whyNot } from './soak/lab.mjs'
import { Speakers } from './soak/speakers.mjs'
import { windows } from './soak/windows.mjs'
import { World } from './soak/world.mjs'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    slack: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
})
const SERVICES = 1_000
const SERVICE_MS = 250
const CONFIGURATION_MS = 15_000
const MEMBERSHIP_MS = 45_000
const TURN_MS = 100
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
const hosts = Object.keys(HOSTS).length
const judge = new Judge({
  world,
  windows: windows(hosts, Number(values.slack)),
  ask: (addresses) => ask(addresses),
  shuffled,
})
const ask = await lab.startProber('asker', PROBER, (reply) => judge.heard(reply))
const speakers = new Speakers(lab, HOSTS, (how) => judge.memberChanged(how, performance.now()))
const began = performance.now()
judge.memberChanged('killed', began)
const turns = setInterval(() => judge.turn(performance.now()), TURN_MS)
console.log(
  `${SERVICES} Services, 3 speakers, ${values.minutes} minutes, seed ${values.seed}, slack ${values.slack}, load ${loadavg()[0].toFixed(1)}`,
)

let told = 0
let [services, configuration, members] = [10_000, CONFIGURATION_MS, MEMBERSHIP_MS]
for (let ms = 0; ms < durationMs; ms = performance.now() - began) {
  if (ms >= services) {
    services = ms + SERVICE_MS * 2 * random()
    world.changeService()
  }
  if (ms >= configuration) {
    configuration = ms + CONFIGURATION_MS * 2 * random()
    world.changeConfiguration()
    judge.configurationChanged(performance.now())
  }
  if (ms >= members) {
    members = ms + MEMBERSHIP_MS * (0.5 + random())
    await speakers.change(random)
  }
  told = tell(told)
  await sleep(20)
}
clearInterval(turns)
await speakers.endAll()
const violations = [...judge.violations, ...speakers.violations, ...growth(speakers.samples)]
report()
process.exit(violations.length === 0 ? 0 : 1)

/** What was found since the last look, as it is found. */
function tell(before) {
  const found = [...judge.violations, ...speakers.violations]
  for (const violation of found.slice(before, 20))
    console.log(`VIOLATION ${new Date().toISOString()} ${violation}`)
  return found.length
}

function report() {
  const { asked, owned, free, notJudged, twoOwnersInWindow, stalls } = judge.counts
  console.log(
    `changes: ${world.changes.services} of Services, ${world.changes.pools} of pools, ${world.changes.advertisements} of advertisements`,
  )
  const { started, stopped, killed } = speakers.counts
  console.log(
    `speakers: ${started} started, ${stopped} stopped (the slowest in ${Math.round(speakers.slowestStopMs)} ms), ${killed} killed`,
  )
  console.log(
    `asked ${asked} times: ${owned} answers of an owner and ${free} silences judged, ${notJudged} too close to a change or to one of ${stalls} moments in which the machine stood still; two owners ${twoOwnersInWindow} times while members or configuration changed`,
  )
  const samples = afterWarmUp(speakers.samples)
  const of = (name) => samples.map((sample) => sample[name])
  const range = (name) => `${Math.min(...of(name)).toFixed(0)} to ${Math.max(...of(name)).toFixed(0)}`
  console.log(
    `first speaker, after ${WARM_UP * 100} % of the time: ${range('megabytes')} MB, slope ${slope(samples).toFixed(1)} MB per hour; ${range('files')} open files`,
  )
  console.log(`${violations.length} violations, at a load of ${loadavg()[0].toFixed(1)}`)
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

function shuffled(list) {
  const copy = [...list]
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    const kept = copy[i]
    copy[i] = copy[j]
    copy[j] = kept
  }
  return copy
}
