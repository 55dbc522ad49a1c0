// A speaker in which nothing happens: memory and processor time.
import { setTimeout as sleep } from 'node:timers/promises'
import { row } from '../arp/statistics.mjs'
import { bytesOf, Capture, gratuitous } from './capture.mjs'
import { Files } from './files.mjs'
import { memory, processorMs } from './lab.mjs'

const IDLE_MS = 20_000
/** Announcements repeat for five seconds; what is garbage then may be collected. */
const CALM_MS = 15_000
const DEADLINE_MS = 120_000

export async function rest(lab, folder) {
  for (const [count, inOne] of [
    [1, false],
    [1_000, false],
    [10_000, false],
    [10_000, true],
  ]) {
    const path = folder()
    new Files(path, 'layer2', count, inOne)
    const capture = await Capture.on(lab.neighbour, 'sink0', 'arp')
    const last = bytesOf('10.64.0.0').readUInt32BE() + count - 1
    const running = capture.when('the last Service', (frame) => gratuitous(frame) === last, DEADLINE_MS)
    const speaker = lab.startSpeaker(path)
    await running
    await sleep(CALM_MS)
    const before = processorMs(speaker)
    await sleep(IDLE_MS)
    const share = ((processorMs(speaker) - before) / IDLE_MS) * 100
    const { now, peak } = memory(speaker)
    console.log(`at rest with ${count} Services in ${inOne ? 'one file' : 'files of their own'}, layer 2`)
    row(
      'memory',
      `${now.toFixed(0)} MB, peak ${peak.toFixed(0)} MB${count === 10_000 ? '  (target: under 120 MB)' : ''}`,
    )
    row('processor', `${share.toFixed(2)} % of a core over ${IDLE_MS / 1000} s  (target: under 0.5 %)`)
    await lab.end(speaker)
    capture.stop()
  }
}
