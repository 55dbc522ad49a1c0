// PUT, and what PATCH ends in: the same rules on an object that is there.
import { clone, isObject, listAt, sameJson, textAt } from '../json-value.ts'
import { keyOf } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import { badRequest, conflict, internalError, invalid, invalidValue, notFound, STALE } from '../status.ts'
import { ruleContext } from '../world.ts'
import { createObject } from './create-object.ts'
import { trackManagedFields } from './managed-fields.ts'
import { allCauses, MAX_OBJECT_BYTES, storedBytes } from './object-causes.ts'
import { toStored, type WriteContext } from './write-context.ts'

export interface Written {
  readonly object: KubeObject
  readonly created: boolean
}

/** PUT of a decoded object. Throws every refusal of PUT. */
export async function putObject(context: WriteContext, object: KubeObject): Promise<Written> {
  const { served, world, target } = context
  checkName(context, object)
  const key = keyOf(target.namespace, target.name)
  const stored = world.store.get(served.storage, key)
  if (stored === undefined) return putMissing(context, object)
  const version = textAt(object.metadata, 'resourceVersion')
  if (version === '' && (served.custom !== undefined || served.rules.versionRequired === true)) {
    const cause = invalidValue('metadata.resourceVersion', '0x0', 'must be specified for an update')
    throw invalid(served.resource.group, served.resource.plural, target.name, [cause])
  }
  const uid = textAt(object.metadata, 'uid')
  if (uid !== '' && uid !== textAt(stored, 'metadata', 'uid')) {
    throw wrongUid(context, uid, textAt(stored, 'metadata', 'uid'))
  }
  return { object: await changeObject(context, stored, object), created: false }
}

async function putMissing(context: WriteContext, object: KubeObject): Promise<Written> {
  const { served, target } = context
  if (served.rules.createOnUpdate !== true) throw notFound(served.resource, target.name)
  const uid = textAt(object.metadata, 'uid')
  if (uid !== '') throw wrongUid(context, uid, '')
  delete object.metadata['resourceVersion']
  return { object: await createObject(context, object), created: true }
}

function wrongUid({ served, target }: WriteContext, given: string, own: string) {
  const { group, plural } = served.resource
  const folder = group === '' ? (plural === 'services' ? 'services/specs' : plural) : `${group}/${plural}`
  const key = `/registry/${folder}/${keyOf(target.namespace, target.name)}`
  return conflict(
    served.resource,
    target.name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${given}, UID in object meta: ${own}`,
  )
}

export function checkName({ served, target }: WriteContext, object: KubeObject): void {
  const name = textAt(object.metadata, 'name')
  if (name !== '' && name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`)
  }
  const namespace = textAt(object.metadata, 'namespace')
  if (served.resource.namespaced && namespace !== '' && namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  object.metadata['name'] = target.name
  if (served.resource.namespaced) object.metadata['namespace'] = target.namespace
}

/**
 * Replaces a stored object by another state of it and answers that as the requested version shows it. A state that equals
 * the stored one is not written: the old version is answered, and no event made.
 */
export async function changeObject(
  context: WriteContext,
  stored: KubeObject,
  wanted: KubeObject,
  tracked = false,
): Promise<KubeObject> {
  const { served, world, target, options } = context
  await world.presenter.prepare(served, [stored])
  const old = world.presenter.show(served, stored)
  const version = textAt(wanted.metadata, 'resourceVersion')
  if (version !== '' && version !== textAt(stored, 'metadata', 'resourceVersion')) {
    throw conflict(served.resource, target.name, STALE)
  }
  const object = settle(context, wanted, old)
  const rules = ruleContext(world, target.subresource, (text) => context.warnings.push(text))
  served.custom?.schema?.applyDefaults(object)
  served.rules.defaults?.(object, rules)
  served.rules.prepareUpdate?.(object, old, rules)
  const admitted = await world.admission.mutate(context, object, old, 'UPDATE')
  const kind = served.resource
  const causes = allCauses(context, admitted, old, rules)
  if (causes.length > 0)
    throw invalid(served.rules.refusalGroup ?? kind.group, kind.kind, target.name, causes)
  // Webhooks see the object as it will be.
  countGeneration(context, admitted, old)
  await world.admission.validate(context, admitted, old, 'UPDATE')
  const refused = served.rules.allocate?.(admitted, old, rules) ?? []
  if (refused.length > 0)
    throw invalid(served.rules.refusalGroup ?? kind.group, kind.kind, target.name, refused)
  if (!tracked) trackManagedFields(context, old, admitted, options.manager)
  countGeneration(context, admitted, old)
  const now = world.store.get(served.storage, keyOf(target.namespace, target.name))
  // Webhooks take time; whoever wrote meanwhile was first.
  if (now !== stored) throw conflict(served.resource, target.name, STALE)
  if (sameJson(admitted, old)) return old
  if (options.dryRun) return admitted
  return keep(context, admitted, old)
}

async function keep(context: WriteContext, admitted: KubeObject, old: KubeObject): Promise<KubeObject> {
  const { served, world, target } = context
  const state = await toStored(context, admitted)
  if (storedBytes(state) > MAX_OBJECT_BYTES) throw internalError('etcdserver: request is too large')
  const key = keyOf(target.namespace, target.name)
  const gone =
    state.metadata['deletionTimestamp'] !== undefined && listAt(state, 'metadata', 'finalizers').length === 0
  if (gone && !isHeld(context, state)) {
    // The last finalizer goes: the answer has the version of before, the DELETED event a newer one.
    admitted.metadata['resourceVersion'] = old.metadata['resourceVersion']
    world.store.remove(served.storage, key)
    return admitted
  }
  const kept = world.store.put(served.storage, key, clone(state))
  await world.presenter.prepare(served, [kept])
  return world.presenter.show(served, kept)
}

/** A Namespace has finalizers in its spec, a Pod its time to end. */
function isHeld({ served }: WriteContext, object: KubeObject): boolean {
  if (served.storage === 'namespaces') return listAt(object, 'spec', 'finalizers').length > 0
  return served.storage === 'pods' && Number(object.metadata['deletionGracePeriodSeconds'] ?? 0) > 0
}

const SERVER_OWNED = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'resourceVersion',
]

/** What the client may not change stays as it is: the server's part of metadata, and the other side of /status. */
function settle({ served, target }: WriteContext, wanted: KubeObject, old: KubeObject): KubeObject {
  const status = target.subresource === 'status'
  const object: KubeObject = status && served.custom !== undefined ? clone(old) : clone(wanted)
  if (status && served.custom !== undefined) {
    replaceField(object, 'status', wanted['status'])
    if (wanted.metadata['managedFields'] !== undefined)
      object.metadata['managedFields'] = wanted.metadata['managedFields']
    object.metadata['uid'] = wanted.metadata['uid'] ?? old.metadata['uid']
    return object
  }
  const uid = object.metadata['uid'] ?? old.metadata['uid']
  for (const field of SERVER_OWNED) replaceField(object.metadata, field, old.metadata[field])
  object.metadata['uid'] = uid
  for (const field of ['labels', 'annotations', 'finalizers', 'ownerReferences']) {
    const value = object.metadata[field]
    if (
      (Array.isArray(value) && value.length === 0) ||
      (isObject(value) && Object.keys(value).length === 0)
    ) {
      delete object.metadata[field]
    }
  }
  if (served.resource.statusSubresource !== true) return object
  if (!status) replaceField(object, 'status', old['status'])
  else {
    for (const field of Object.keys(object)) if (!KEPT_BY_STATUS.has(field)) delete object[field]
    for (const [field, value] of Object.entries(old))
      if (!KEPT_BY_STATUS.has(field)) object[field] = clone(value)
  }
  return object
}

const KEPT_BY_STATUS = new Set(['metadata', 'status', 'kind', 'apiVersion'])

function replaceField(holder: Record<string, unknown>, field: string, value: unknown): void {
  if (value === undefined) delete holder[field]
  else holder[field] = clone(value)
}

/** metadata.generation counts the changes of what a user wants, not those of metadata and status. */
function countGeneration({ served, target }: WriteContext, object: KubeObject, old: KubeObject): void {
  if (served.custom === undefined && served.rules.generation !== true) return
  const before = Number(old.metadata['generation'] ?? 0)
  const ignored = new Set(['metadata', 'kind', 'apiVersion'])
  if (served.resource.statusSubresource === true) ignored.add('status')
  const wanted = (one: KubeObject) =>
    Object.fromEntries(Object.entries(one).filter(([field]) => !ignored.has(field)))
  const changed = target.subresource !== 'status' && !sameJson(wanted(object), wanted(old))
  if (before > 0 || changed) object.metadata['generation'] = before + (changed ? 1 : 0)
}
