// The end of a Pod: deleted, looked for, deleted by force, asked for again where the API server was away; and named when it stays.
import type { AgentOutcome, AgentsEffect, AgentsState, Job, Phase } from './agents-state.ts'

export interface JobStep {
  readonly job: Job
  readonly effects: readonly AgentsEffect[]
  /** why the Pod is still there; a clause */
  readonly left?: string
}

type Deleting = Extract<Phase, { kind: 'deleting' }>

/** kubelet has had its time to end the container; then the Pod goes without it, as on a node that is dead. */
const FORCE_AFTER_MS = 4000
const GIVE_UP_AFTER_MS = 8000
/** An API server that restarts is back by then. */
const AWAY_AT_MOST_MS = 30_000
/** After Ctrl-C nobody waits for it. */
const AWAY_WHEN_STOPPED_MS = 3000

export const stay = (job: Job): JobStep => ({ job, effects: [] })

export function deleted(job: Job, nowMs: number, outcome: AgentOutcome | undefined = job.outcome): JobStep {
  return {
    job: {
      ...job,
      outcome,
      phase: { kind: 'deleting', fromMs: nowMs, sinceMs: nowMs, forced: false, undelivered: undefined },
    },
    effects: [{ do: 'delete', pod: job.pod, uid: job.seen?.uid, force: false }],
  }
}

/** The API server has told which Pods there are. */
export function waitForEnd(
  job: Job,
  phase: Deleting,
  isThere: boolean,
  askedAtMs: number,
  nowMs: number,
): JobStep {
  const { sinceMs, forced, undelivered } = phase
  if (!isThere) return stay(askedAtMs > sinceMs ? { ...job, phase: { kind: 'gone' } } : job)
  const again = (force: boolean, from: number): JobStep => ({
    job: { ...job, phase: { ...phase, sinceMs: from, forced: force, undelivered: undefined } },
    effects: [{ do: 'delete', pod: job.pod, uid: job.seen?.uid, force }],
  })
  if (undelivered !== undefined) {
    if (nowMs - phase.fromMs > AWAY_AT_MOST_MS) return leave(job, undelivered)
    return again(forced, nowMs)
  }
  if (nowMs - sinceMs > GIVE_UP_AFTER_MS)
    return leave(job, 'it is still there, also after it was deleted by force')
  return forced || nowMs - sinceMs < FORCE_AFTER_MS ? stay(job) : again(true, sinceMs)
}

/** The API server has told nothing. */
export function endUnseen(
  job: Job,
  { fromMs, undelivered }: Deleting,
  why: string,
  { stopped }: AgentsState,
  nowMs: number,
): JobStep {
  const patienceMs = stopped ? AWAY_WHEN_STOPPED_MS : AWAY_AT_MOST_MS
  return nowMs - fromMs > patienceMs ? leave(job, undelivered ?? why) : stay(job)
}

/** @param again no answer came, or none that is the last word: it is deleted again when the API server is there */
export function notDeleted(job: Job, reason: string, again: boolean): JobStep {
  const { phase } = job
  if (phase.kind !== 'deleting') return stay(job)
  return again ? stay({ ...job, phase: { ...phase, undelivered: reason } }) : leave(job, reason)
}

const leave = (job: Job, left: string): JobStep => ({
  job: { ...job, phase: { kind: 'gone' } },
  effects: [],
  left,
})
