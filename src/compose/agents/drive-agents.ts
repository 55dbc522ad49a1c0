// The driver of the machine of agents: performs its effects through the port, looks at the Pods again and again, and comes back only when
// nothing of this run is left in the cluster, or when it is known what is.
import type { KubeObject } from '../../config/kube-object.ts'
import {
  type AgentOutcome,
  type AgentsEffect,
  type AgentsEvent,
  type AgentsSettings,
  type AgentsState,
  agentsState,
  isFinished,
  type LeftPod,
  outcomesOf,
} from '../../diagnose/agents/agents-state.ts'
import { stepAgents } from '../../diagnose/agents/machine.ts'
import type { AgentPods, Keeper } from '../../diagnose/agents/ports.ts'
import type { Clock } from '../../diagnose/collect/question.ts'

export interface AgentsRun {
  readonly settings: AgentsSettings
  /** the Job that owns the Pods */
  readonly keeper: KubeObject
  podOf(node: string, name: string, keeper: Keeper | undefined): KubeObject
  readonly pods: AgentPods
  readonly clock: Clock
  /** what happens, in plain words */
  readonly tell: (text: string) => void
}

export interface AgentsRunOutcome {
  readonly outcomes: ReadonlyMap<string, AgentOutcome>
  readonly left: readonly LeftPod[]
}

const LOOK_AGAIN_MS = 300
/** A look that takes longer is one without an answer, as far as the machine is concerned. */
const LOOK_MS = 2000
/** For requests whose answers change nothing any more. */
const SETTLE_MS = 1000

/** Never rejects but for bugs; after `signal` it deletes what it made, and comes back. */
export async function driveAgents(run: AgentsRun, signal: AbortSignal): Promise<AgentsRunOutcome> {
  const { pods, settings, tell } = run
  const rights = await pods.allowed()
  if (!rights.ok) {
    const { reason, remedy } = rights.refusal
    return {
      outcomes: new Map(settings.jobs.map(({ node }) => [node, { kind: 'failed', reason, remedy }])),
      left: [],
    }
  }
  if (signal.aborted) return { outcomes: new Map(), left: [] }
  const kept = await pods.keep(run.keeper)
  if (!kept.ok)
    tell(`works without a Job that would delete the Pods if lbctl were killed: ${kept.refusal.reason}`)
  const keeper = kept.ok ? kept.value : undefined
  try {
    return await untilGone(run, keeper, signal)
  } finally {
    // Kubernetes deletes it all the same, a little later.
    if (keeper !== undefined) await atMost(pods.letGo(keeper), run.clock)
  }
}

async function untilGone(
  run: AgentsRun,
  keeper: Keeper | undefined,
  signal: AbortSignal,
): Promise<AgentsRunOutcome> {
  const { clock } = run
  const driver = new Driver(run, keeper)
  const onAbort = (): void => driver.take({ kind: 'stop' })
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  else driver.take({ kind: 'start' })
  while (!isFinished(driver.state)) {
    await clock.sleep(LOOK_AGAIN_MS)
    await driver.look()
  }
  await atMost(driver.settled(), clock)
  signal.removeEventListener('abort', onAbort)
  return { outcomes: outcomesOf(driver.state), left: driver.state.left }
}

async function atMost(work: Promise<unknown>, clock: Clock): Promise<void> {
  await Promise.race([work, clock.sleep(SETTLE_MS)])
}

class Driver {
  readonly #run: AgentsRun
  readonly #keeper: Keeper | undefined
  readonly #underWay = new Set<Promise<void>>()
  #looking: Promise<void> | undefined
  state: AgentsState

  constructor(run: AgentsRun, keeper: Keeper | undefined) {
    this.#run = run
    this.#keeper = keeper
    this.state = agentsState(run.settings)
  }

  take(event: AgentsEvent): void {
    const { state, effects } = stepAgents(this.state, event, this.#run.clock.nowMs())
    this.state = state
    for (const effect of effects) {
      const work = this.#perform(effect).finally(() => this.#underWay.delete(work))
      this.#underWay.add(work)
    }
  }

  /** One look at a time; time passes for the machine all the same. */
  async look(): Promise<void> {
    const { clock } = this.#run
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    await Promise.race([this.#looking, clock.sleep(LOOK_MS)])
    if (this.#looking !== undefined) this.take({ kind: 'unseen', reason: 'the API server does not answer' })
  }

  async #look(): Promise<void> {
    const askedAtMs = this.#run.clock.nowMs()
    const answer = await this.#run.pods.list()
    this.take(
      answer.ok
        ? { kind: 'pods', askedAtMs, pods: answer.value }
        : { kind: 'unseen', reason: answer.refusal.reason },
    )
  }

  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  async #perform(effect: AgentsEffect): Promise<void> {
    const { pods, podOf, tell } = this.#run
    switch (effect.do) {
      case 'create': {
        const { node, pod } = effect
        tell(`creates Pod ${pod} on ${node}`)
        const answer = await pods.create(podOf(node, pod, this.#keeper))
        return this.take(
          answer.ok
            ? { kind: 'created', node, createdAtMs: answer.value }
            : { kind: 'refused', node, refusal: answer.refusal },
        )
      }
      case 'read-log': {
        const { node, pod } = effect
        const answer = await pods.log(pod)
        return this.take(
          answer.ok
            ? { kind: 'log', node, text: answer.value }
            : { kind: 'no-log', node, reason: answer.refusal.reason },
        )
      }
      case 'delete': {
        const { pod, uid, force } = effect
        tell(`deletes Pod ${pod}`)
        const answer = await pods.remove(pod, uid === '' ? undefined : uid, force)
        if (answer.ok) return
        const { reason, uncertain = false } = answer.refusal
        this.take({ kind: 'not-deleted', pod, reason, again: uncertain })
      }
    }
  }
}
