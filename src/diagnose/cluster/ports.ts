// What the collection of facts asks of a cluster. src/kubernetes implements it.
import type { KubeObject } from '../../config/kube-object.ts'
import type { ServedKindFact } from './cluster-facts.ts'

export interface ListRequest {
  /** empty: the core group */
  readonly group: string
  readonly version: string
  /** plural, as in the path: `services` */
  readonly resource: string
  readonly kind: string
  /** all namespaces without one */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/** A kind that is served, with the word that its path has. */
export interface ServedResource extends ServedKindFact {
  readonly resource: string
}

/** Every method rejects with an LbctlError and nothing else: `permission` for 401 and 403, `unreachable` or `timeout` without an answer. */
export interface ClusterSource {
  /** `cluster "home" at https://192.0.2.1:6443` */
  readonly title: string
  /** `v1.33.1` */
  version(): Promise<string | undefined>
  /** Kinds of a group; none when the group is not there. */
  served(group: string): Promise<readonly ServedResource[]>
  /** Whole lists. Secrets come with names and types only. */
  list(request: ListRequest): Promise<readonly KubeObject[]>
}
