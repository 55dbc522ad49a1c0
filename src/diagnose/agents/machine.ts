// Running agents in Pods: what is known of the Pods in, what to do out. A Pod is deleted as soon as its result is there, as soon as it
// can give none, and when the user stops; Pods that an earlier run had to leave behind are deleted on the way.
import { unframed } from './agent-log.ts'
import type { AgentOutcome, AgentsEvent, AgentsState, AgentsStep, Job } from './agents-state.ts'
import { leftOverPods } from './left-over-pods.ts'
import { deleted, endUnseen, type JobStep, notDeleted, stay, waitForEnd } from './pod-end.ts'
import { failureOf } from './pod-failure.ts'
import type { AgentPodFact, Refusal } from './ports.ts'

const MOST_LOGS_READ = 3

/** @param nowMs monotonic */
export function stepAgents(state: AgentsState, event: AgentsEvent, nowMs: number): AgentsStep {
  const happened = happen(state, event, nowMs)
  const begun = begin(happened.state)
  return { state: begun.state, effects: [...happened.effects, ...begun.effects] }
}

function happen(state: AgentsState, event: AgentsEvent, nowMs: number): AgentsStep {
  switch (event.kind) {
    case 'start':
      return { state, effects: [] }
    case 'created':
      return onJob(withClock(state, event.createdAtMs), event.node, (job) =>
        state.stopped || job.outcome !== undefined
          ? deleted(job, nowMs)
          : { job: { ...job, phase: { kind: 'running', sinceMs: nowMs, logsRead: 0 } }, effects: [] },
      )
    case 'refused':
      return refused(state, event.node, event.refusal, nowMs)
    case 'pods':
      return seen(state, event, nowMs)
    case 'unseen':
      return each(state, (job) => unseen(job, event.reason, state, nowMs))
    case 'log':
      return onJob(state, event.node, (job) => logged(job, event.text, state, nowMs))
    case 'no-log':
      return onJob(state, event.node, (job) => unreadable(job, event.reason, nowMs))
    case 'not-deleted':
      return undeleted(state, event)
    case 'stop':
      return each({ ...state, stopped: true }, (job) => stopped(job, nowMs))
  }
}

function each(state: AgentsState, change: (job: Job) => JobStep): AgentsStep {
  const steps = state.jobs.map(change)
  const left = steps.flatMap(({ job: { node, pod }, left: reason }) =>
    reason === undefined ? [] : { node, pod, reason },
  )
  return {
    state: { ...state, jobs: steps.map(({ job }) => job), left: [...state.left, ...left] },
    effects: steps.flatMap(({ effects }) => effects),
  }
}

const onJob = (state: AgentsState, node: string, change: (job: Job) => JobStep): AgentsStep =>
  each(state, (job) => (job.node === node ? change(job) : stay(job)))

/** As many Pods as may be there at a time. */
function begin(state: AgentsState): AgentsStep {
  const busy = state.jobs.filter(({ phase }) => phase.kind !== 'queued' && phase.kind !== 'gone').length
  const next = state.jobs
    .filter(({ phase }) => phase.kind === 'queued')
    .slice(0, Math.max(0, state.settings.atOnce - busy))
  return each(state, (job) =>
    next.includes(job)
      ? {
          job: { ...job, phase: { kind: 'creating' } },
          effects: [{ do: 'create', node: job.node, pod: job.pod }],
        }
      : stay(job),
  )
}

function refused(state: AgentsState, node: string, refusal: Refusal, nowMs: number): AgentsStep {
  const { reason, remedy, forAll, uncertain } = refusal
  const outcome: AgentOutcome = { kind: 'failed', reason, remedy }
  return each(state, (job) => {
    if (job.node === node && uncertain === true) return deleted(job, nowMs, outcome)
    return job.node === node || (forAll && job.phase.kind === 'queued')
      ? stay({ ...job, phase: { kind: 'gone' }, outcome })
      : stay(job)
  })
}

const failed = (
  job: Job,
  nowMs: number,
  { reason, remedy }: { readonly reason: string; readonly remedy?: string | undefined },
): JobStep => deleted(job, nowMs, { kind: 'failed', reason, remedy })

function stopped(job: Job, nowMs: number): JobStep {
  const { kind } = job.phase
  if (kind === 'queued') return stay({ ...job, phase: { kind: 'gone' } })
  // Whether it is there is known when the answer comes; then it is deleted.
  if (kind === 'creating' || kind === 'deleting' || kind === 'gone') return stay(job)
  return deleted(job, nowMs)
}

function seen(
  state: AgentsState,
  { pods, askedAtMs }: Extract<AgentsEvent, { kind: 'pods' }>,
  nowMs: number,
): AgentsStep {
  const found = new Map(pods.map((pod) => [pod.name, pod]))
  const step = each(state, (job) =>
    look({ ...job, seen: found.get(job.pod) ?? job.seen }, found, askedAtMs, state, nowMs),
  )
  const leftOver = leftOverPods(state, pods)
  return {
    state: { ...step.state, swept: [...state.swept, ...leftOver.map(({ name }) => name)] },
    effects: [
      ...step.effects,
      ...leftOver.map(({ name, uid }) => ({ do: 'delete' as const, pod: name, uid, force: true })),
    ],
  }
}

const withClock = (state: AgentsState, createdAtMs: number): AgentsState => ({
  ...state,
  clockMs: Math.max(state.clockMs, createdAtMs),
})

function look(
  job: Job,
  found: ReadonlyMap<string, AgentPodFact>,
  askedAtMs: number,
  state: AgentsState,
  nowMs: number,
): JobStep {
  const { phase } = job
  const pod = found.get(job.pod)
  if (phase.kind === 'deleting') return waitForEnd(job, phase, pod !== undefined, askedAtMs, nowMs)
  if (phase.kind !== 'running') return stay(job)
  if (pod === undefined)
    return askedAtMs > phase.sinceMs
      ? failed(job, nowMs, { reason: 'its Pod was deleted by somebody else' })
      : stay(job)
  const hasEnded = pod.phase === 'Succeeded' || pod.phase === 'Failed'
  if (hasEnded && pod.container?.state === 'terminated')
    return {
      job: { ...job, phase: { ...phase, kind: 'reading', logsRead: phase.logsRead + 1 } },
      effects: [{ do: 'read-log', node: job.node, pod: job.pod }],
    }
  const failure = failureOf(pod)
  if (failure !== undefined) return failed(job, nowMs, failure)
  return unseen(job, undefined, state, nowMs)
}

/** Time passes, whatever is seen. */
function unseen(job: Job, why: string | undefined, state: AgentsState, nowMs: number): JobStep {
  const { phase } = job
  const { settings } = state
  if (phase.kind === 'deleting') return endUnseen(job, phase, why ?? 'it was not seen', state, nowMs)
  if (phase.kind !== 'running' || nowMs - phase.sinceMs <= settings.timeoutMs) return stay(job)
  return failed(job, nowMs, {
    reason: `there was no result within ${settings.timeoutMs / 1000} s: ${why ?? waitText(job.seen)}`,
    remedy: 'Give it more time with --agent-timeout, or see what kubelet on that node says.',
  })
}

function waitText(pod: AgentPodFact | undefined): string {
  if (pod === undefined) return 'the Pod was not seen'
  const { container, phase, message } = pod
  if (container === undefined)
    return message === '' ? `kubelet has not taken up the Pod, which is ${phase}` : message
  return container.reason === ''
    ? `its container is ${container.state}`
    : `its container is ${container.state}, ${container.reason}`
}

function logged(job: Job, text: string, { settings }: AgentsState, nowMs: number): JobStep {
  if (job.phase.kind !== 'reading') return stay(job)
  const read = unframed(settings.run, text)
  if (read.ok) return deleted(job, nowMs, { kind: 'answered', value: read.value })
  const exit = job.seen?.container?.exitCode
  const last = text.trimEnd().split('\n').at(-1)?.slice(0, 200) ?? ''
  const said = last === '' || /^lbctl-agent /.test(last) ? '' : `, whose last line is: ${last}`
  const failure = job.seen === undefined ? undefined : failureOf(job.seen)
  return unreadable(
    job,
    `${failure?.reason ?? (exit === undefined || exit === 0 ? read.reason : `it ended with exit code ${exit}`)}${said}`,
    nowMs,
  )
}

/** kubelet may be late with the end of a log; it is asked again at the next look. */
function unreadable(job: Job, reason: string, nowMs: number): JobStep {
  const { phase } = job
  if (phase.kind !== 'reading') return stay(job)
  return phase.logsRead < MOST_LOGS_READ
    ? stay({ ...job, phase: { ...phase, kind: 'running' } })
    : failed(job, nowMs, { reason })
}

function undeleted(
  state: AgentsState,
  { pod, reason, again }: Extract<AgentsEvent, { kind: 'not-deleted' }>,
): AgentsStep {
  const isOwn = state.jobs.some((job) => job.pod === pod)
  if (isOwn) return each(state, (job) => (job.pod === pod ? notDeleted(job, reason, again) : stay(job)))
  // A next run sweeps it.
  return again
    ? { state: { ...state, swept: state.swept.filter((name) => name !== pod) }, effects: [] }
    : { state: { ...state, left: [...state.left, { node: undefined, pod, reason }] }, effects: [] }
}
