// What the machine of agents knows, what can happen, and what it wants done.
import type { AgentPodFact, Refusal } from './ports.ts'

export interface AgentJob {
  readonly node: string
  readonly pod: string
}

export interface AgentsSettings {
  readonly run: string
  readonly jobs: readonly AgentJob[]
  /** Pods at a time */
  readonly atOnce: number
  /** from the creation of a Pod to its result */
  readonly timeoutMs: number
}

/** What a node gave in the end. */
export type AgentOutcome =
  | { readonly kind: 'answered'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly reason: string; readonly remedy: string | undefined }

export type Phase =
  | { readonly kind: 'queued' }
  | { readonly kind: 'creating' }
  | { readonly kind: 'running'; readonly sinceMs: number; readonly logsRead: number }
  | { readonly kind: 'reading'; readonly sinceMs: number; readonly logsRead: number }
  | {
      readonly kind: 'deleting'
      readonly fromMs: number
      /** of the deletion that the API server was told last */
      readonly sinceMs: number
      readonly forced: boolean
      /** why the API server may not know of it; a clause */
      readonly undelivered: string | undefined
    }
  | { readonly kind: 'gone' }

export interface Job extends AgentJob {
  readonly phase: Phase
  readonly outcome: AgentOutcome | undefined
  /** kubelet's last word about it */
  readonly seen: AgentPodFact | undefined
}

export interface AgentsState {
  readonly settings: AgentsSettings
  readonly jobs: readonly Job[]
  readonly stopped: boolean
  /** the newest time that the API server has stamped on a Pod of this run; 0 before there was one */
  readonly clockMs: number
  /** names of other runs' Pods that are being deleted */
  readonly swept: readonly string[]
  readonly left: readonly LeftPod[]
}

/** A Pod that is, or may be, still there. */
export interface LeftPod {
  /** undefined: of another run */
  readonly node: string | undefined
  readonly pod: string
  /** a clause */
  readonly reason: string
}

export type AgentsEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'created'; readonly node: string; readonly createdAtMs: number }
  | { readonly kind: 'refused'; readonly node: string; readonly refusal: Refusal }
  /** @param askedAtMs what was created or deleted later may be missing or still there */
  | { readonly kind: 'pods'; readonly askedAtMs: number; readonly pods: readonly AgentPodFact[] }
  /** the cluster did not say which Pods there are */
  | { readonly kind: 'unseen'; readonly reason: string }
  | { readonly kind: 'log'; readonly node: string; readonly text: string }
  | { readonly kind: 'no-log'; readonly node: string; readonly reason: string }
  | {
      readonly kind: 'not-deleted'
      readonly pod: string
      readonly reason: string
      /** it may be there all the same, or can be deleted later */
      readonly again: boolean
    }
  | { readonly kind: 'stop' }

export type AgentsEffect =
  | { readonly do: 'create'; readonly node: string; readonly pod: string }
  | { readonly do: 'read-log'; readonly node: string; readonly pod: string }
  | { readonly do: 'delete'; readonly pod: string; readonly uid: string | undefined; readonly force: boolean }

export interface AgentsStep {
  readonly state: AgentsState
  readonly effects: readonly AgentsEffect[]
}

export const agentsState = (settings: AgentsSettings): AgentsState => ({
  settings,
  jobs: settings.jobs.map((job) => ({
    ...job,
    phase: { kind: 'queued' },
    outcome: undefined,
    seen: undefined,
  })),
  stopped: false,
  clockMs: 0,
  swept: [],
  left: [],
})

export const isFinished = ({ jobs }: AgentsState): boolean => jobs.every(({ phase }) => phase.kind === 'gone')

export const outcomesOf = ({ jobs }: AgentsState): ReadonlyMap<string, AgentOutcome> =>
  new Map(jobs.flatMap(({ node, outcome }) => (outcome === undefined ? [] : [[node, outcome]])))
