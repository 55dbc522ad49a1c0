// A cluster in memory, as far as an installation looks at one. Apply merges nothing: an object is as it was applied last.
import type { KubeObject } from '../../config/kube-object.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { refOf, refText } from '../../migrate/apply/plan.ts'
import type {
  ApplyOutcome,
  ClusterWriter,
  FieldConflict,
  LiveObject,
  ObjectRef,
} from '../../migrate/ports.ts'

export class FakeCluster implements Pick<ClusterWriter, 'get' | 'apply' | 'patch' | 'remove'> {
  readonly objects = new Map<string, LiveObject>()
  /** every call that stored something: `apply Namespace lb`, `remove …` */
  readonly writes: string[] = []
  /** fields of others, by `refText` */
  readonly conflicts = new Map<string, readonly FieldConflict[]>()
  /** what a write of an object ends with, by `refText` */
  readonly failures = new Map<string, LbctlError>()
  #version = 0

  /** What is there before anything begins, applied by `manager`. */
  put(object: KubeObject, manager: string): LiveObject {
    const live = this.#live(object, manager)
    this.objects.set(refText(refOf(object)), live)
    return live
  }

  get writer(): ClusterWriter {
    return this as unknown as ClusterWriter
  }

  async get(ref: ObjectRef): Promise<LiveObject | undefined> {
    return this.objects.get(refText(ref))
  }

  async apply(object: KubeObject, options: Parameters<ClusterWriter['apply']>[1]): Promise<ApplyOutcome> {
    const id = refText(refOf(object))
    const { namespace } = object.metadata
    if (namespace !== undefined && !this.objects.has(`Namespace ${namespace}`))
      throw new LbctlError('input', `namespaces "${namespace}" not found`)
    const conflicts = this.conflicts.get(id)
    if (conflicts !== undefined && options.force === undefined) return { ok: false, conflicts }
    const live = this.#live(object, 'lbctl')
    if (options.dryRun) return { ok: true, object: live, warnings: [] }
    const failure = this.failures.get(id)
    if (failure !== undefined) throw failure
    this.writes.push(`apply ${id}`)
    this.objects.set(id, live)
    return { ok: true, object: live, warnings: [] }
  }

  /** One level below the spec, as far as anybody patches anything. */
  async patch(ref: ObjectRef, patch: { readonly [field: string]: unknown }): Promise<LiveObject> {
    const id = refText(ref)
    const before = this.objects.get(id)
    if (before === undefined) throw new LbctlError('input', `${id} is not there`)
    this.writes.push(`patch ${id}`)
    const spec = { ...(before['spec'] as object), ...(patch['spec'] as object) }
    const live = this.#live({ ...before, spec }, 'lbctl')
    this.objects.set(id, live)
    return live
  }

  async remove(ref: ObjectRef): Promise<boolean> {
    const id = refText(ref)
    const failure = this.failures.get(id)
    if (failure !== undefined) throw failure
    this.writes.push(`remove ${id}`)
    return this.objects.delete(id)
  }

  #live(object: KubeObject, manager: string): LiveObject {
    this.#version += 1
    const { metadata } = object
    const uid = this.objects.get(refText(refOf(object)))?.metadata.uid ?? `uid-${this.#version}`
    const resourceVersion = String(this.#version)
    return { ...object, metadata: { ...metadata, uid, resourceVersion, managedFields: [{ manager }] } }
  }
}
