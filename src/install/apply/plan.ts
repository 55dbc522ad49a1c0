// What an installation would change in a cluster: everything is looked at, and tried without being stored where that is possible,
// before the first write.
import type { KubeObject } from '../../config/kube-object.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { conflictError, isOwn } from '../../migrate/apply/check.ts'
import { contentOf } from '../../migrate/apply/content.ts'
import { sameJson } from '../../migrate/apply/json.ts'
import type { Refusal } from '../../migrate/apply/outcome.ts'
import { refOf, refText } from '../../migrate/apply/plan.ts'
import {
  type CancelSignal,
  type ClusterWriter,
  FIELD_MANAGER,
  type LiveObject,
  type ObjectRef,
} from '../../migrate/ports.ts'
import { isConverted, withConversionOf } from './conversion.ts'

export interface InstallStep {
  readonly ref: ObjectRef
  readonly object: KubeObject
  readonly action: 'created' | 'changed'
  /** the CRD sends its objects through the controller no longer, and is told so before it is applied */
  readonly detach?: LiveObject
  /** take fields over from others, as long as the object is at this version */
  readonly force?: { readonly resourceVersion: string }
}

export interface InstallPlan {
  readonly steps: readonly InstallStep[]
  readonly unchanged: readonly ObjectRef[]
  /** CRDs of others, which serve what is needed and stay as they are */
  readonly kept: readonly ObjectRef[]
  readonly refusals: readonly Refusal[]
}

export interface PlanOptions {
  /** also take over what others applied */
  readonly takeOver: boolean
  /** what is installed has no controller, and one of another installation goes on converting the objects of CRDs */
  readonly keepsConversion: boolean
  readonly signal?: CancelSignal
}

type Verdict = InstallStep | Refusal | 'unchanged' | 'kept'

/** @throws LbctlError when the cluster is out of reach */
export async function planInstall(
  writer: ClusterWriter,
  objects: readonly KubeObject[],
  options: PlanOptions,
): Promise<InstallPlan> {
  const steps: InstallStep[] = []
  const refusals: Refusal[] = []
  const unchanged: ObjectRef[] = []
  const kept: ObjectRef[] = []
  const missing = new Set<string>()
  for (const object of objects) {
    if (options.signal?.aborted === true)
      throw new LbctlError('timeout', 'Stopped before anything was written.')
    const verdict = await verdictOn(writer, object, missing, options)
    if (verdict === 'unchanged') unchanged.push(refOf(object))
    else if (verdict === 'kept') kept.push(refOf(object))
    else if ('error' in verdict) refusals.push(verdict)
    else {
      if (object.kind === 'Namespace' && verdict.action === 'created') missing.add(object.metadata.name)
      steps.push(verdict)
    }
  }
  return { steps, unchanged, kept, refusals }
}

async function verdictOn(
  writer: ClusterWriter,
  object: KubeObject,
  missingNamespaces: ReadonlySet<string>,
  options: PlanOptions,
): Promise<Verdict> {
  const ref = refOf(object)
  // Into a namespace that will be made first, nothing can be tried: the server would say that there is none.
  if (missingNamespaces.has(ref.namespace ?? '')) return { ref, object, action: 'created' }
  try {
    const before = await writer.get(ref)
    if (before !== undefined && isCrdOfOthers(before) && !options.takeOver) return keptOr(before, object, ref)
    return await tried(writer, { ref, object, before }, options)
  } catch (error) {
    if (error instanceof LbctlError && ABOUT_THE_OBJECT.has(error.kind)) return { ref, error }
    throw error
  }
}

const ABOUT_THE_OBJECT: ReadonlySet<string> = new Set(['conflict', 'input', 'permission'])

async function tried(
  writer: ClusterWriter,
  asked: { ref: ObjectRef; object: KubeObject; before: LiveObject | undefined },
  { takeOver, keepsConversion }: PlanOptions,
): Promise<Verdict> {
  const { ref, before } = asked
  const converts = before !== undefined && isConverted(before) && !isConverted(asked.object)
  // What the controller wrote into the webhook is no part of what is applied, so it would stay behind, and be refused.
  if (converts && !keepsConversion) return { ref, object: asked.object, action: 'changed', detach: before }
  const object = converts ? withConversionOf(before, asked.object) : asked.object
  let outcome = await writer.apply(object, { dryRun: true })
  // What lbctl itself wrote otherwise than by apply, such as an uninstall, is its own.
  const force =
    !outcome.ok && before !== undefined && (takeOver || outcome.conflicts.every(isOwn))
      ? { resourceVersion: before.metadata.resourceVersion }
      : undefined
  if (force !== undefined) outcome = await writer.apply(object, { dryRun: true, force })
  if (!outcome.ok) return { ref, error: conflictError(ref, outcome.conflicts) }
  if (before === undefined) return { ref, object, action: 'created' }
  if (sameJson(contentOf(before), contentOf(outcome.object))) return 'unchanged'
  return { ref, object, action: 'changed', ...(force === undefined ? {} : { force }) }
}

function isCrdOfOthers(live: LiveObject): boolean {
  const managers = live.metadata.managedFields ?? []
  return (
    live.kind === 'CustomResourceDefinition' && !managers.some(({ manager }) => manager === FIELD_MANAGER)
  )
}

/** A CRD of an old MetalLB lacks versions that the components ask for. */
function keptOr(before: LiveObject, wanted: KubeObject, ref: ObjectRef): 'kept' | Refusal {
  const served = new Set(servedVersions(before))
  const lacking = servedVersions(wanted).filter((version) => !served.has(version))
  if (lacking.length === 0) return 'kept'
  const error = new LbctlError(
    'conflict',
    `${refText(ref)} was applied by somebody else and does not serve ${lacking.join(' and ')}.`,
    { hints: ['Update MetalLB’s CRDs where they come from, or run with --take-over to replace them.'] },
  )
  return { ref, error }
}

function servedVersions(crd: KubeObject): readonly string[] {
  const spec = crd['spec'] as {
    readonly versions?: readonly { readonly name: string; readonly served: boolean }[]
  }
  return (spec.versions ?? []).filter(({ served }) => served).map(({ name }) => name)
}
