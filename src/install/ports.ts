// What an installation asks of a cluster besides reading and writing its own objects. src/kubernetes implements it.
import type { KubeObject } from '../config/kube-object.ts'

export interface ObjectSource {
  /** Whole lists. Rejects with an LbctlError and nothing else. */
  list(request: {
    /** empty: the core group */
    readonly group: string
    readonly version: string
    /** plural, as in the path */
    readonly resource: string
    readonly kind: string
    readonly namespace: string
    readonly labelSelector?: string
    readonly fieldSelector?: string
  }): Promise<readonly KubeObject[]>
}
