// DELETE: preconditions, finalizers, and who is told what.
import { CRD_FINALIZER, terminatingCondition } from '../builtins/extension-kinds.ts'
import { clone, isObject, type JsonObject, listAt, objectAt, textAt } from '../json-value.ts'
import { keyOf } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import {
  badRequest,
  failure,
  invalid,
  notFound,
  quotedKind,
  type StatusBody,
  unsupportedValue,
} from '../status.ts'
import { timeText, type World } from '../world.ts'
import { jsonError } from './json-error.ts'
import type { WriteContext } from './write-context.ts'

export interface DeleteOptions {
  readonly uid: string
  readonly resourceVersion: string
  /** Background where nothing is said. */
  readonly propagation: string
  readonly gracePeriodSeconds: number | undefined
  /** as it stands in the body, where kubectl says it */
  readonly dryRun: boolean
}

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io'
const PROPAGATIONS = ['Foreground', 'Background', 'Orphan', 'nil']

/** From the body, or from the query where there is none. Throws 400 and 422. */
export function deleteOptions(text: string, query: URLSearchParams): DeleteOptions {
  const body = text.trim() === '' ? {} : parsed(text)
  const grace = body['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds') ?? undefined
  const given = textAt(body, 'propagationPolicy')
  const propagation = given === '' ? (query.get('propagationPolicy') ?? '') : given
  if (propagation !== '' && !PROPAGATIONS.includes(propagation)) {
    const cause = unsupportedValue('propagationPolicy', JSON.stringify(propagation), PROPAGATIONS)
    throw invalid('meta.k8s.io', 'DeleteOptions', '', [cause])
  }
  const dryRuns = listAt(body, 'dryRun')
  if (dryRuns.some((value) => value !== 'All')) {
    const cause = unsupportedValue('dryRun', JSON.stringify(dryRuns), ['All'])
    throw invalid('meta.k8s.io', 'DeleteOptions', '', [cause])
  }
  return {
    dryRun: dryRuns.length > 0,
    uid: textAt(body, 'preconditions', 'uid'),
    resourceVersion: textAt(body, 'preconditions', 'resourceVersion'),
    propagation,
    gracePeriodSeconds: grace === undefined ? undefined : Number(grace),
  }
}

function parsed(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    throw badRequest(`couldn't get version/kind; json parse error: ${jsonError(text)}`)
  }
}

/** A Status, or the object where it is held or its kind answers so. Throws every refusal of DELETE. */
export async function deleteObject(
  context: WriteContext,
  options: DeleteOptions,
): Promise<KubeObject | StatusBody> {
  const { served, world, target } = context
  const key = keyOf(target.namespace, target.name)
  const stored = world.store.get(served.storage, key)
  if (stored === undefined) throw notFound(served.resource, target.name)
  checkPreconditions(context, stored, options)
  await world.presenter.prepare(served, [stored])
  await world.admission.validate(context, undefined, world.presenter.show(served, stored), 'DELETE')
  const held = heldBy(context, stored, options)
  const dryRun = options.dryRun || context.options.dryRun
  if (held === undefined) {
    const last = dryRun ? stored : (world.store.remove(served.storage, key) ?? stored)
    if (served.rules.deleteAnswersObject !== true) return deleted(context, stored)
    return world.presenter.show(served, last)
  }
  if (held === stored || dryRun) return world.presenter.show(served, held)
  const kept = world.store.put(served.storage, key, clone(held))
  await world.presenter.prepare(served, [kept])
  return world.presenter.show(served, kept)
}

function checkPreconditions(
  { served, target }: WriteContext,
  stored: KubeObject,
  options: DeleteOptions,
): void {
  const own = textAt(stored, 'metadata', 'uid')
  const version = textAt(stored, 'metadata', 'resourceVersion')
  const refuse = (why: string) => {
    const { group, kind } = served.resource
    const details = { name: target.name, ...(group === '' ? {} : { group }), kind }
    const message = `Operation cannot be fulfilled on ${quotedKind(group, kind)} ${JSON.stringify(target.name)}: ${why}`
    return failure(409, 'Conflict', message, details)
  }
  if (options.uid !== '' && options.uid !== own) {
    throw refuse(
      `the UID in the precondition (${options.uid}) does not match the UID in record (${own}). The object might have been deleted and then recreated`,
    )
  }
  if (options.resourceVersion !== '' && options.resourceVersion !== version) {
    throw refuse(
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${version}). The object might have been modified`,
    )
  }
}

/** The state of an object that stays for now; the same object where nothing changes; undefined where it goes at once. */
function heldBy(context: WriteContext, stored: KubeObject, options: DeleteOptions): KubeObject | undefined {
  const { served, world } = context
  const definition = served.storage === DEFINITIONS
  const asked = { Foreground: 'foregroundDeletion', Orphan: 'orphan' }[options.propagation]
  // A definition stays until its objects are gone.
  const extra = definition ? CRD_FINALIZER : asked
  const finalizers = listAt(stored, 'metadata', 'finalizers')
  const wanted = extra === undefined || finalizers.includes(extra) ? finalizers : [...finalizers, extra]
  const grace = graceOf(served.storage, stored, options)
  const namespace = served.storage === 'namespaces' && listAt(stored, 'spec', 'finalizers').length > 0
  if (wanted.length === 0 && grace === 0 && !namespace) return undefined
  const going = stored.metadata['deletionTimestamp'] !== undefined
  const shorter = going && grace < Number(stored.metadata['deletionGracePeriodSeconds'] ?? 0)
  if (going && !shorter && wanted.length === finalizers.length) return stored
  return terminating(
    world,
    !definition && (served.custom !== undefined || served.rules.generation === true),
    stored,
    {
      finalizers: wanted,
      grace,
      graceless: namespace || definition,
    },
  )
}

/** Pods end in their own time; everything else at once. */
function graceOf(storage: string, stored: KubeObject, options: DeleteOptions): number {
  if (storage !== 'pods' || textAt(stored, 'spec', 'nodeName') === '') return 0
  const own = objectAt(stored, 'spec')['terminationGracePeriodSeconds']
  return options.gracePeriodSeconds ?? (typeof own === 'number' ? own : 30)
}

function terminating(
  world: World,
  counted: boolean,
  stored: KubeObject,
  { finalizers, grace, graceless }: { finalizers: readonly unknown[]; grace: number; graceless: boolean },
): KubeObject {
  const object = clone(stored)
  const { metadata } = object
  metadata['deletionTimestamp'] ??= timeText(new Date(world.now().getTime() + grace * 1_000))
  if (!graceless) metadata['deletionGracePeriodSeconds'] = grace
  if (finalizers.length > 0) metadata['finalizers'] = finalizers
  if (counted) metadata['generation'] = Number(metadata['generation'] ?? 0) + 1
  if (object.kind === 'Namespace') object['status'] = { ...objectAt(object, 'status'), phase: 'Terminating' }
  if (object.kind === 'CustomResourceDefinition') {
    const conditions = [
      ...listAt(object, 'status', 'conditions'),
      terminatingCondition(timeText(world.now())),
    ]
    object['status'] = { ...objectAt(object, 'status'), conditions }
  }
  return object
}

function deleted({ served, target }: WriteContext, stored: KubeObject): StatusBody {
  const { group, plural } = served.resource
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: target.name,
      ...(group === '' ? {} : { group }),
      kind: plural,
      uid: textAt(stored, 'metadata', 'uid'),
    },
  }
}
