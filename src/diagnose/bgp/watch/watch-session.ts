// `--watch`: the kernel's table of sockets at a bounded rate. Nothing is sent while this host has a session or makes one; without
// one, a connection is made and closed without a byte, so that one sees when the peer comes back.
import { SILENT_PROGRESS } from '../../collect/question.ts'
import { type BgpQuestion, type BgpSurroundings, takeTurns } from '../collect/bgp-question.ts'
import { attempt } from '../collect/connection-attempts.ts'
import { hostSessions } from '../collect/host-sessions.ts'
import { attemptEvidence } from '../peer-text.ts'
import { type SessionEvent, type SessionSummary, SessionTimeline } from './session-timeline.ts'

export interface WatchOptions {
  readonly intervalMs: number
  readonly onEvent: (event: SessionEvent) => void
}

/** Connections are made no more often than this, whatever the interval is. */
const LEAST_MS = 1000

/** Goes on until the signal. */
export async function watchSession(
  question: BgpQuestion,
  around: BgpSurroundings,
  { intervalMs, onEvent }: WatchOptions,
  signal: AbortSignal,
): Promise<SessionSummary> {
  const { clock } = around
  const timeline = new SessionTimeline(question.expected.holdTimeSeconds)
  const startedMs = clock.nowMs()
  const nowMs = () => Math.round(clock.nowMs() - startedMs)
  const turn = takeTurns()
  let triedAtMs = Number.NEGATIVE_INFINITY
  while (!signal.aborted) {
    const { sessions } = await hostSessions(question, around)
    const session = sessions.find(({ state }) => state === 'established') ?? sessions[0]
    let reach: string | undefined
    if (session === undefined && nowMs() - triedAtMs >= LEAST_MS) {
      triedAtMs = nowMs()
      const context = { question, around, own: [], turn, progress: SILENT_PROGRESS, signal }
      // The end of the watch may come while we wait for an answer.
      const attempted = await attempt({ purpose: 'unsigned' }, context).catch((error: unknown) => {
        if (signal.aborted) return undefined
        throw error
      })
      if (attempted === undefined) break
      const { facts, connection } = attempted
      connection?.close()
      reach = attemptEvidence({ ...facts, elapsedMs: 0 }).replace(/ (after|within) .*/, '')
    }
    for (const event of timeline.look({ atMs: nowMs(), session, reach })) onEvent(event)
    await clock.sleep(intervalMs, signal)
  }
  return timeline.summary(nowMs())
}
