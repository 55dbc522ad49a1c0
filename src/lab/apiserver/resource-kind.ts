/** JSON as it comes over the wire. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** An object of the API: metadata is there, the rest is the affair of its kind. */
export interface KubeObject {
  apiVersion?: string
  kind?: string
  metadata: Record<string, unknown>
  [field: string]: unknown
}

/** A kind as one version of its group serves it: what discovery, OpenAPI and routing all read. */
export interface ResourceKind {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  /** The word in the path. */
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly namespaced: boolean
  /** What a client may do: get, list, watch, create, update, patch, delete, deletecollection. */
  readonly verbs: readonly string[]
  /** The openAPIV3Schema of a custom resource; built-in kinds have none. */
  readonly schema?: unknown
  readonly categories?: readonly string[]
  /** Whether `/status` is a resource of its own. */
  readonly statusSubresource?: boolean
}

/** `v1` or `group/version`. */
export function apiVersionOf(kind: { readonly group: string; readonly version: string }): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
}
