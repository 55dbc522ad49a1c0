// What migrate and validate ask of a cluster. src/kubernetes implements these ports; tests also bring their own.
//
// Every method rejects with an LbctlError and nothing else, unless lbctl has a bug: `unreachable` and `timeout` when there was
// no usable answer, `permission` for 401 and 403, `conflict` for 409, `input` when the server refused the content. No error,
// no fact and no hint holds a secret, a token or a password.
import type { Json, KubeObject, ObjectMeta } from '../config/kube-object.ts'

/** The part of AbortSignal that is needed here, so that the pure rooms do not need the platform's type. */
export interface CancelSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Which cluster this is, for messages and for the undo file. */
export interface ClusterIdentity {
  /** path of the kubeconfig, or what stands for one; undefined: not known */
  readonly kubeconfig?: string
  /** the kubeconfig context, or `inCluster` */
  readonly context: string
  /** scheme, host and port; never credentials */
  readonly server: string
  /** the namespace that the context names, `default` where it names none */
  readonly namespace: string
}

export interface ObjectRef {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly name: string
}

/** An entry of `metadata.managedFields`: who owns which fields. */
export interface ManagedFields {
  readonly manager?: string
  readonly operation?: string
  readonly apiVersion?: string
  readonly subresource?: string
  readonly fieldsV1?: Json
}

/** An object as the server holds it. Lists of built-in kinds come without kind and apiVersion; the reader fills them in. */
export interface LiveObject extends KubeObject {
  readonly metadata: ObjectMeta & {
    readonly name: string
    readonly uid: string
    readonly resourceVersion: string
    readonly managedFields?: readonly ManagedFields[]
  }
}

/** A kind of the group metallb.io that the cluster serves. */
export interface ServedKind {
  readonly kind: string
  /** plural, as in the path */
  readonly resource: string
  /** every served version, the server's preferred one first */
  readonly versions: readonly string[]
}

export interface MetallbObjects {
  /** What discovery listed; empty when the group is not there at all. */
  readonly served: readonly ServedKind[]
  /** Configuration kinds of today's MetalLB that this cluster does not serve. Not an error: an old or absent MetalLB. */
  readonly missingKinds: readonly string[]
  /**
   * Objects of every served configuration kind (status kinds are left out), each once, in the newest served version; a kind
   * that is stored in one version and served in several is not listed twice.
   */
  readonly objects: readonly LiveObject[]
}

/** Name and type only: the values of Secrets are not asked for, so they do not travel. */
export interface SecretEntry {
  readonly namespace: string
  readonly name: string
  readonly type: string
}

export type MetallbMode = 'native' | 'frr' | 'frr-k8s'

/** A MetalLB (or something that carries its labels) found running; metallb.md §7.6 has the names. */
export interface MetallbInstallation {
  readonly namespace: string
  readonly controller: WorkloadImage | undefined
  readonly speaker: WorkloadImage | undefined
  /** `undefined`: cannot be told from the workloads */
  readonly mode: MetallbMode | undefined
  /** why `mode` is what it is, for the report: `METALLB_BGP_TYPE=frr of DaemonSet speaker` */
  readonly modeEvidence: string | undefined
}

export interface WorkloadImage {
  /** `Deployment controller` */
  readonly workload: string
  readonly image: string
  /** the tag, `undefined` for a digest or no tag */
  readonly version: string | undefined
}

/**
 * Read access. Lists are complete: paged, and when the server forgets the version of the first page (410) the list starts anew
 * once, then goes on at the present state. A list is consistent in itself, but two lists are not of the same moment. Order is
 * the server's (by namespace and name). A namespace that does not exist is an empty list, as the server sees it.
 */
export interface ClusterReader {
  readonly identity: ClusterIdentity
  /** `namespace` left out: all of them. */
  configMaps(namespace?: string): Promise<readonly LiveObject[]>
  metallbObjects(namespace?: string): Promise<MetallbObjects>
  services(namespace?: string): Promise<readonly LiveObject[]>
  nodes(): Promise<readonly LiveObject[]>
  namespaces(): Promise<readonly LiveObject[]>
  secrets(namespace?: string): Promise<readonly SecretEntry[]>
  /** Every MetalLB found by its labels or names; empty when there is none. */
  installations(namespace?: string): Promise<readonly MetallbInstallation[]>
}

/** The field manager of everything that lbctl writes. */
export const FIELD_MANAGER = 'lbctl'

/** A field that somebody else owns, from a 409. */
export interface FieldConflict {
  /** as the server writes it: `.spec.addresses` */
  readonly field: string
  readonly manager: string
}

export interface WriteOptions {
  /** ask the server what would happen; nothing is stored */
  readonly dryRun: boolean
}

/** An apply that was refused because other managers own fields is an expected outcome, hence a value. */
export type ApplyOutcome =
  | { readonly ok: true; readonly object: LiveObject; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly conflicts: readonly FieldConflict[] }

/**
 * Write access. Each call is retried only where a second try does no harm, so after an `unreachable` or `timeout` error it is not
 * known whether the write took place.
 */
export interface ClusterWriter {
  readonly identity: ClusterIdentity
  /** The object with all its values (a Secret's too), or `undefined` when there is none or its kind is not served. */
  get(ref: ObjectRef): Promise<LiveObject | undefined>
  /**
   * Server-side apply as `lbctl`. `force` takes fields over from other managers: only to be used for fields that lbctl itself
   * owns under another entry, and guarded by `resourceVersion`.
   */
  apply(
    object: KubeObject,
    options: WriteOptions & { readonly force?: { readonly resourceVersion: string } },
  ): Promise<ApplyOutcome>
  /**
   * JSON merge patch (RFC 7396: null removes). Rejects with `conflict` when the object is no longer at `resourceVersion`.
   * The answer is the object as it is (or, dry, would be) then.
   */
  patch(
    ref: ObjectRef,
    patch: { readonly [field: string]: Json },
    options: WriteOptions & { readonly resourceVersion: string },
  ): Promise<LiveObject>
  /** Puts the whole object back. `conflict` when what is stored is no longer at the object's own resourceVersion. */
  replace(object: LiveObject, options: WriteOptions): Promise<LiveObject>
  /** `conflict` when uid or resourceVersion differ; `false` when it is gone already. */
  remove(
    ref: ObjectRef,
    precondition: { readonly uid: string; readonly resourceVersion: string },
    options: WriteOptions,
  ): Promise<boolean>
}

/**
 * Where the way back is kept. `create` refuses a file that exists, makes it readable by its owner only (it may hold Secrets)
 * and resolves when the bytes are on the disk.
 */
export interface UndoStore {
  /** how the file is called on the command line */
  readonly path: string
  create(text: string): Promise<void>
}
