// From the rename of one Service's file to the packet that tells of its new address.
import { setTimeout as sleep } from 'node:timers/promises'
import { median, quantile, row } from '../arp/statistics.mjs'
import { announces, bytesOf, Capture, gratuitous, wallClock } from './capture.mjs'
import { Files } from './files.mjs'
import { isInstalled } from './lab.mjs'

const CHANGES = Number(process.env.CHANGES ?? 200)
const DEADLINE_MS = 20_000
/** What announces at the start repeats itself for so long. */
const BURST_MS = 6_000

export async function changes(lab, folder) {
  for (const count of [1_000, 10_000]) {
    await layer2(lab, folder(), count)
    await bgp(lab, folder(), count)
  }
}

async function layer2(lab, path, count) {
  const files = new Files(path, 'layer2', count)
  const capture = await Capture.on(lab.neighbour, 'sink0', 'arp')
  const last = bytesOf('10.64.0.0').readUInt32BE() + count - 1
  const running = capture.when('the last Service', (frame) => gratuitous(frame) === last, DEADLINE_MS)
  const speaker = lab.startSpeaker(path)
  await running
  await sleep(BURST_MS)
  const isAbout = (frame, address) => gratuitous(frame) === bytesOf(address).readUInt32BE()
  const subject = { name: 'lbctl', source: files, capture, isAbout, times: [] }
  await inTurns([subject], count)
  report(`a Service of ${count} changed, to gratuitous ARP`, [subject])
  await lab.end(speaker)
  capture.stop()
}

async function bgp(lab, path, count) {
  const files = new Files(path, 'bgp', count)
  const sink = await lab.startSink()
  const filter = 'tcp dst port 179'
  const capture = await Capture.on(lab.neighbour, 'sink0', filter)
  const subjects = [{ name: 'lbctl', source: files, capture, isAbout: announces, times: [] }]
  const running = [sink.counted('10.9.0.1', count)]
  const speaker = lab.startSpeaker(path)
  let bird
  if (isInstalled('bird')) {
    running.push(sink.counted('10.8.0.1', count))
    bird = lab.startBird(count)
    const capture = await Capture.on(lab.neighbour, 'sink1', filter)
    subjects.push({ name: 'bird', source: bird, capture, isAbout: announces, times: [] })
  }
  await Promise.all(running)
  await sleep(1_000)
  await inTurns(subjects, count)
  report(`a Service of ${count} changed, to UPDATE`, subjects)
  await Promise.all([lab.end(speaker), bird?.end(), sink.end()])
  for (const { capture } of subjects) capture.stop()
}

async function inTurns(subjects, count) {
  for (let change = 0; change < CHANGES; change++)
    for (const { source, capture, isAbout, times } of subjects) {
      const { address, inForce } = source.prepare((change * 7919) % count)
      // Not in step with any timer of the program.
      await sleep(20 + Math.random() * 60)
      const seen = capture.when(address, (frame) => isAbout(frame, address), DEADLINE_MS)
      const now = wallClock()
      const start = now()
      inForce()
      times.push((await seen) - start)
    }
}

function report(title, subjects) {
  console.log(title)
  for (const { name, times } of subjects) {
    const [p50, p90, p99] = [0.5, 0.9, 0.99].map((part) => quantile(times, part).toFixed(1))
    const spread = `lowest ${quantile(times, 0).toFixed(1)}, p90 ${p90}, highest ${quantile(times, 1).toFixed(1)}`
    const target = name === 'lbctl' ? '  (target: p99 under 25 ms)' : ''
    row(name, `p50 ${p50} ms, p99 ${p99} ms  [${spread}, ${times.length} changes]${target}`)
  }
  const [ours, theirs] = subjects
  if (theirs !== undefined)
    row('ratio', `${(median(ours.times) / median(theirs.times)).toFixed(2)} × ${theirs.name} at p50`)
}
