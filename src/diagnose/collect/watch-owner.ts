// `--watch`: one probe per interval until stopped, each answer put into the timeline as it comes.
import type { WatchEvent, WatchSummary } from '../watch/owner-timeline.ts'
import { OwnerTimeline } from '../watch/owner-timeline.ts'
import { claimIn, type ProbeSpec, probeFrame } from './probe-frame.ts'
import type { Surroundings } from './question.ts'

export interface WatchOptions {
  readonly intervalMs: number
  /** after the last probe, when `count` ends the watch */
  readonly timeoutMs: number
  /** undefined: until `signal` aborts */
  readonly count: number | undefined
  readonly onEvent: (event: WatchEvent) => void
}

/** An answer that is older than these is put to the oldest of them or dropped; a watch may run for days. */
const REMEMBERED_PROBES = 4096

/** Resolves when stopped: the signal is how a watch ends, so it is no error. */
export async function watchOwner(
  spec: ProbeSpec,
  options: WatchOptions,
  { probes, clock }: Pick<Surroundings, 'probes' | 'clock'>,
  signal: AbortSignal,
): Promise<WatchSummary> {
  const { intervalMs, count = Number.POSITIVE_INFINITY, onEvent } = options
  const timeline = new OwnerTimeline(clock.nowMs())
  const sentNs: bigint[] = []
  let forgotten = 0
  const socket = await probes.openFrames({
    interfaceName: spec.interfaceName,
    selection: { ...(spec.address.family === 4 ? { arp: true } : { ndp: true }), addresses: [spec.address] },
    onFrame: ({ bytes, atNs, direction }) => {
      const claim = direction === 'out' ? undefined : claimIn(bytes, spec)
      const probe = sentNs.findLastIndex((sent) => sent <= atNs)
      const sent = sentNs[probe]
      if (claim === undefined || claim.kind !== 'answer' || sent === undefined) return
      const event = timeline.answer(forgotten + probe, claim.mac, Number(atNs - sent) / 1000, clock.nowMs())
      if (event !== undefined) onEvent(event)
    },
  })
  try {
    const frame = probeFrame(spec)
    const startMs = clock.nowMs()
    for (let probe = 0; probe < count && !signal.aborted; probe++) {
      timeline.sent()
      sentNs.push(socket.send(frame).sentAtNs)
      if (sentNs.length > REMEMBERED_PROBES) forgotten += sentNs.splice(0, REMEMBERED_PROBES / 2).length
      // From the start and not from the last probe, so that the interval does not grow by what sending takes.
      const nextMs = startMs + (probe + 1) * intervalMs
      const isLast = probe + 1 === count
      await clock.sleep(isLast ? options.timeoutMs : Math.max(0, nextMs - clock.nowMs()), signal)
    }
  } finally {
    await socket.close()
  }
  return timeline.summary(clock.nowMs())
}
