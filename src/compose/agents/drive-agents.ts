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
  outcomesOf,
} from '../../diagnose/agents/agents-state.ts'
import { stepAgents } from '../../diagnose/agents/machine.ts'
import type { AgentPods } from '../../diagnose/agents/ports.ts'
import type { Clock } from '../../diagnose/collect/question.ts'

export interface AgentsRun {
  readonly settings: AgentsSettings
  podOf(node: string, name: string): KubeObject
  readonly pods: AgentPods
  readonly clock: Clock
  /** what happens, in plain words */
  readonly tell: (text: string) => void
}

export interface AgentsRunOutcome {
  readonly outcomes: ReadonlyMap<string, AgentOutcome>
  /** Pods that are still there, and why; clauses */
  readonly left: readonly string[]
}

const LOOK_AGAIN_MS = 300

/** Never rejects but for bugs; after `signal` it deletes what it made, and comes back. */
export async function driveAgents(run: AgentsRun, signal: AbortSignal): Promise<AgentsRunOutcome> {
  const { pods, clock, settings } = run
  const rights = await pods.allowed()
  if (!rights.ok) {
    const { reason, remedy } = rights.refusal
    return {
      outcomes: new Map(settings.jobs.map(({ node }) => [node, { kind: 'failed', reason, remedy }])),
      left: [],
    }
  }
  const driver = new Driver(run)
  const onAbort = (): void => driver.take({ kind: 'stop' })
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  else driver.take({ kind: 'start' })
  while (!isFinished(driver.state)) {
    await clock.sleep(LOOK_AGAIN_MS)
    await driver.look()
  }
  await driver.settled()
  signal.removeEventListener('abort', onAbort)
  return { outcomes: outcomesOf(driver.state), left: driver.state.left }
}

class Driver {
  readonly #run: AgentsRun
  readonly #underWay = new Set<Promise<void>>()
  state: AgentsState

  constructor(run: AgentsRun) {
    this.#run = run
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

  async look(): Promise<void> {
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
        const answer = await pods.create(podOf(node, pod))
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
        if (!answer.ok) this.take({ kind: 'not-deleted', pod, reason: answer.refusal.reason })
      }
    }
  }
}
