// Everything that is found out before the first write: how each object is, and what the server says to the change (dry run).
import type { Json, KubeObject } from '../../config/kube-object.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import {
  type CancelSignal,
  type ClusterWriter,
  FIELD_MANAGER,
  type FieldConflict,
  type LiveObject,
  type ObjectRef,
} from '../ports.ts'
import { contentOf, toSent } from './content.ts'
import { own, sameJson } from './json.ts'
import type { Refusal } from './outcome.ts'
import { type ApplyPlan, inApplyOrder, refOf, refText, type ServicePatch, serviceRef } from './plan.ts'
import type { UndoEntry, ValueChange } from './undo-document.ts'

/** A change that passed its dry run. */
export interface Step {
  readonly ref: ObjectRef
  readonly entry: UndoEntry
  readonly object: KubeObject | undefined
  /** lbctl owns the conflicting fields itself, under another entry (a restore by undo is a plain update) */
  readonly force: boolean
  readonly warnings: readonly string[]
}

export interface Checked {
  readonly steps: readonly Step[]
  readonly unchanged: readonly ObjectRef[]
  readonly refusals: readonly Refusal[]
}

type Verdict = Step | 'unchanged' | Refusal

/** Dry runs do not depend on each other. A few at a time: the server has to answer others as well. */
const AT_A_TIME = 4

/** @throws LbctlError when the cluster is out of reach: then the other objects need not be asked about */
export async function checkPlan(
  writer: ClusterWriter,
  plan: ApplyPlan,
  signal: CancelSignal | undefined,
): Promise<Checked> {
  const tasks: readonly { readonly ref: ObjectRef; readonly check: () => Promise<Verdict> }[] = [
    ...inApplyOrder(plan.objects).map((object) => ({
      ref: refOf(object),
      check: () => checkObject(writer, toSent(object)),
    })),
    ...plan.services.map((patch) => ({ ref: serviceRef(patch), check: () => checkService(writer, patch) })),
  ]
  const verdicts = await inParallel(tasks, AT_A_TIME, signal, async ({ ref, check }): Promise<Verdict> => {
    try {
      return await check()
    } catch (error) {
      if (error instanceof LbctlError && isAboutTheObject(error)) return { ref, error }
      throw error
    }
  })
  const steps: Step[] = []
  const refusals: Refusal[] = []
  const unchanged: ObjectRef[] = []
  for (const [index, verdict] of verdicts.entries()) {
    const ref = tasks[index]?.ref
    if (verdict === 'unchanged') unchanged.push(...(ref === undefined ? [] : [ref]))
    else if ('error' in verdict) refusals.push(verdict)
    else steps.push(verdict)
  }
  return { steps, unchanged, refusals }
}

const isAboutTheObject = (error: LbctlError): boolean =>
  error.kind === 'conflict' || error.kind === 'input' || error.kind === 'permission'

async function checkObject(writer: ClusterWriter, object: KubeObject): Promise<Verdict> {
  const ref = refOf(object)
  const before = await writer.get(ref)
  let outcome = await writer.apply(object, { dryRun: true })
  const force = !outcome.ok && before !== undefined && outcome.conflicts.every(isOwn)
  if (force && before !== undefined)
    outcome = await writer.apply(object, {
      dryRun: true,
      force: { resourceVersion: before.metadata.resourceVersion },
    })
  if (!outcome.ok) return { ref, error: conflictError(ref, outcome.conflicts) }
  const expected = contentOf(outcome.object)
  if (before !== undefined && sameJson(contentOf(before), expected)) return 'unchanged'
  const entry: UndoEntry = { type: 'object', ref, before: before ?? null, expected }
  return { ref, entry, object, force, warnings: outcome.warnings }
}

/** Set by lbctl under another entry. */
export const isOwn = (conflict: FieldConflict): boolean => conflict.manager === FIELD_MANAGER

export const conflictError = (ref: ObjectRef, conflicts: readonly FieldConflict[]): LbctlError =>
  new LbctlError(
    'conflict',
    `${refText(ref)} has fields that others set to something else; it was not changed.`,
    {
      facts: Object.fromEntries(conflicts.map(({ field, manager }) => [field, `set by "${manager}"`])),
      hints: [
        'Change these fields where they come from (a GitOps repository, a Helm release, kubectl apply), or take them out there.',
        'See who owns what: kubectl get --show-managed-fields -o yaml',
      ],
    },
  )

async function checkService(writer: ClusterWriter, patch: ServicePatch): Promise<Verdict> {
  const ref = serviceRef(patch)
  const live = await writer.get(ref)
  if (live === undefined) return { ref, error: new LbctlError('input', `${refText(ref)} does not exist.`) }
  const annotations: Record<string, ValueChange> = {}
  for (const [key, after] of Object.entries(patch.annotations)) {
    const before = annotationOf(live, key)
    if (before !== after) annotations[key] = { before, after }
  }
  const ip = loadBalancerIpOf(live)
  const clears = patch.clearLoadBalancerIp === true && ip !== null
  if (Object.keys(annotations).length === 0 && !clears) return 'unchanged'
  const entry: UndoEntry = {
    type: 'service',
    ref,
    uid: live.metadata.uid,
    annotations,
    ...(clears ? { loadBalancerIp: { before: ip, after: null } } : {}),
  }
  await writer.patch(ref, servicePatchBody(entry, 'after'), {
    dryRun: true,
    resourceVersion: live.metadata.resourceVersion,
  })
  return { ref, entry, object: undefined, force: false, warnings: [] }
}

type ServiceEntry = Extract<UndoEntry, { readonly type: 'service' }>

export const annotationOf = (live: LiveObject, key: string): string | null => {
  const value = own(live.metadata.annotations, key)
  return typeof value === 'string' ? value : null
}

export const loadBalancerIpOf = (live: LiveObject): string | null => {
  const value = own(live['spec'], 'loadBalancerIP')
  return typeof value === 'string' && value !== '' ? value : null
}

/** The merge patch that brings a Service to one side of its entry. */
export function servicePatchBody(
  entry: ServiceEntry,
  side: 'before' | 'after',
): { readonly [field: string]: Json } {
  const annotations = Object.entries(entry.annotations).map(([key, change]) => [key, change[side]] as const)
  const ip = entry.loadBalancerIp
  return {
    metadata: { annotations: Object.fromEntries(annotations) },
    ...(ip === undefined ? {} : { spec: { loadBalancerIP: ip[side] } }),
  }
}

/** Results in the order of the items; the first rejection ends the rest. */
async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  signal: CancelSignal | undefined,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  const queue = items.entries()
  let failed = false
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failed) return
      if (signal?.aborted === true) throw new LbctlError('timeout', 'Stopped before anything was written.')
      try {
        results[index] = await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  return results
}
