// What webhooks need of the cluster.
import type { Json, KubeObject } from '../config/kube-object.ts'
import type { LiveObject, ObjectRef } from '../migrate/ports.ts'

/** All that is known of a cluster's configuration at one moment. */
export interface ClusterConfiguration {
  /** objects of MetalLB's kinds, of the namespace that the components read */
  readonly configuration: readonly KubeObject[]
  readonly nodes: readonly KubeObject[]
  readonly namespaces: readonly KubeObject[]
}

/** Rejects with LbctlError; `conflict` when the object is no longer at the version that was read. */
export interface ObjectStore {
  get(ref: ObjectRef): Promise<LiveObject | undefined>
  /** `false` when there is one of that name already */
  create(object: KubeObject): Promise<boolean>
  replace(object: LiveObject, options: { readonly dryRun: boolean }): Promise<LiveObject>
  /** JSON merge patch (RFC 7396) */
  patch(
    ref: ObjectRef,
    patch: { readonly [field: string]: Json },
    options: { readonly dryRun: boolean; readonly resourceVersion: string },
  ): Promise<LiveObject>
}
