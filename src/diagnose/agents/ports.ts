// What running agents in Pods needs of a cluster. src/kubernetes implements it.
import type { KubeObject } from '../../config/kube-object.ts'

/** A Pod of agents, of this run or of another one. */
export interface AgentPodFact {
  readonly name: string
  readonly uid: string
  /** label of the run that made it */
  readonly run: string
  readonly node: string
  /** `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown` */
  readonly phase: string
  /** why it failed or waits, as the node or the scheduler says: `DeadlineExceeded`, `Unschedulable` */
  readonly reason: string
  readonly message: string
  /** milliseconds since 1970, by the clock of the API server */
  readonly createdAtMs: number
  readonly deadlineSeconds: number
  /** undefined: kubelet has not taken it up */
  readonly container: AgentContainer | undefined
}

export interface AgentContainer {
  readonly state: 'waiting' | 'running' | 'terminated'
  /** `ImagePullBackOff`, `Error` … */
  readonly reason: string
  readonly message: string
  readonly exitCode: number | undefined
}

/** Why something was not done; the remedy is a whole sentence. */
export interface Refusal {
  /** a clause */
  readonly reason: string
  readonly remedy?: string | undefined
  /** of rights: it would be the same for every Pod */
  readonly forAll: boolean
  /** no answer came, so that it may have been done all the same */
  readonly uncertain?: boolean
}

export type Done<T = undefined> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal }

/** The Job that owns the Pods of a run. */
export interface Keeper {
  readonly name: string
  readonly uid: string
}

/** Never rejects, but for bugs. */
export interface AgentPods {
  /** Asks whether this user may do all that is needed, so that nothing is created that could not be deleted. */
  allowed(): Promise<Done>
  /** @returns when it was created, by the clock of the API server; milliseconds since 1970 */
  create(pod: KubeObject): Promise<Done<number>>
  /** Pods of agents in the namespace, of all runs. */
  list(): Promise<Done<readonly AgentPodFact[]>>
  log(name: string): Promise<Done<string>>
  /** A Pod that is gone already is deleted. @param force without waiting for kubelet */
  remove(name: string, uid: string | undefined, force: boolean): Promise<Done>
  /** Creates the Job that takes the Pods away if lbctl cannot. */
  keep(job: KubeObject): Promise<Done<Keeper>>
  /** Deletes it, and with it what it owns. */
  letGo(keeper: Keeper): Promise<Done>
  close(): void
}
