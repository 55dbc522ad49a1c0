// From the start of the process to the first packet that announces, and to the last.
import { median, quantile, row } from '../arp/statistics.mjs'
import { Capture, gratuitous, wallClock } from './capture.mjs'
import { Files } from './files.mjs'

const TURNS = Number(process.env.TURNS ?? 5)
const DEADLINE_MS = 120_000

export async function starts(lab, folder) {
  for (const count of [1_000, 10_000]) {
    const times = []
    const path = folder()
    new Files(path, 'layer2', count)
    for (let turn = 0; turn < TURNS; turn++) {
      const node = lab.bareNode()
      times.push({ node, ...(await start(lab, path, count)) })
    }
    console.log(`start with ${count} Services in files of their own, layer 2`)
    const target = count === 1_000 ? 'target: under 1.00 s' : undefined
    line('first announcement on the wire', times, ({ first }) => first, target)
    line('all announced', times, ({ all }) => all)
  }
}

function line(name, times, of, target) {
  const ms = times.map(of)
  const ratio = median(times.map((time) => of(time) / time.node)).toFixed(1)
  const spread = `lowest ${seconds(Math.min(...ms))}, highest ${seconds(quantile(ms, 1))}`
  row(name, `${seconds(median(ms))} s  [${spread}], ${ratio} × node -e 0${target ? `  (${target})` : ''}`)
}

const seconds = (ms) => (ms / 1000).toFixed(2)

async function start(lab, path, count) {
  const capture = await Capture.on(lab.neighbour, 'sink0', 'arp')
  const seen = new Set()
  const done = capture.when(
    `${count} announcements`,
    (frame) => {
      const address = gratuitous(frame)
      if (address !== undefined && address >>> 24 === 10) seen.add(address)
      return seen.size === count
    },
    DEADLINE_MS,
  )
  const firstSeen = capture.when('an announcement', (frame) => gratuitous(frame) !== undefined, DEADLINE_MS)
  const now = wallClock()
  const startedMs = now()
  const speaker = lab.startSpeaker(path)
  const [first, all] = await Promise.all([firstSeen, done])
  await lab.end(speaker)
  capture.stop()
  return { first: first - startedMs, all: all - startedMs }
}
