// POST: decode, default, admit, validate, store.
import { clone, isObject, textAt } from '../json-value.ts'
import { keyOf } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import { alreadyExists, badRequest, failure, forbidden, internalError, invalid, notFound } from '../status.ts'
import { ruleContext, timeText } from '../world.ts'
import { trackManagedFields } from './managed-fields.ts'
import { allCauses, MAX_OBJECT_BYTES, storedBytes } from './object-causes.ts'
import { toStored, type WriteContext } from './write-context.ts'

const NAME_LETTERS = 'bcdfghjklmnpqrstvwxz2456789'
const NAMESPACES = { group: '', plural: 'namespaces' }

/** Stores a decoded object, or pretends to. Answers it as the requested version shows it. Throws every refusal of POST. */
export async function createObject(
  context: WriteContext,
  decoded: KubeObject,
  tracked = false,
): Promise<KubeObject> {
  const { served, world, target, options } = context
  const object = decoded
  const { metadata } = object
  settleNamespace(context, object)
  if (served.custom?.terminating === true) throw terminatingCrd(context)
  if (textAt(metadata, 'resourceVersion') !== '') {
    throw internalError('resourceVersion should not be set on objects to be created')
  }
  checkNamespace(context, textAt(metadata, 'name'))
  prepareMetadata(context, object)
  const rules = ruleContext(world, target.subresource, (text) => context.warnings.push(text))
  if (served.resource.statusSubresource === true) delete object['status']
  served.custom?.schema?.applyDefaults(object)
  served.rules.defaults?.(object, rules)
  served.rules.prepareCreate?.(object, rules)
  const admitted = await world.admission.mutate(context, object, undefined, 'CREATE')
  if (served.custom !== undefined || served.rules.generation === true) admitted.metadata['generation'] = 1
  const causes = allCauses(context, admitted, undefined, rules)
  const kind = served.resource
  if (causes.length > 0)
    throw invalid(
      served.rules.refusalGroup ?? kind.group,
      kind.kind,
      textAt(admitted.metadata, 'name'),
      causes,
    )
  await world.admission.validate(context, admitted, undefined, 'CREATE')
  const key = keyOf(textAt(metadata, 'namespace'), textAt(metadata, 'name'))
  const present = world.store.get(served.storage, key)
  if (present !== undefined) {
    throw alreadyExists(kind, textAt(metadata, 'name'), present.metadata['deletionTimestamp'] !== undefined)
  }
  const refused = served.rules.allocate?.(admitted, undefined, rules) ?? []
  if (refused.length > 0)
    throw invalid(served.rules.refusalGroup ?? kind.group, kind.kind, textAt(metadata, 'name'), refused)
  if (!tracked) trackManagedFields(context, undefined, admitted, options.manager)
  const stored = await toStored(context, admitted)
  if (storedBytes(stored) > MAX_OBJECT_BYTES) throw internalError('etcdserver: request is too large')
  if (options.dryRun) return admitted
  const kept = world.store.put(served.storage, key, clone(stored))
  await world.presenter.prepare(served, [kept])
  return world.presenter.show(served, kept)
}

function settleNamespace({ served, target }: WriteContext, object: KubeObject): void {
  const given = textAt(object.metadata, 'namespace')
  if (!served.resource.namespaced) {
    delete object.metadata['namespace']
    return
  }
  if (given !== '' && given !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  object.metadata['namespace'] = target.namespace
}

/** Nothing new in a namespace that is not there (404) or that is going (403). */
function checkNamespace({ served, world, target }: WriteContext, name: string): void {
  if (!served.resource.namespaced) return
  const namespace = world.store.get('namespaces', target.namespace)
  if (namespace === undefined) throw notFound(NAMESPACES, target.namespace)
  if (namespace.metadata['deletionTimestamp'] === undefined) return
  const message = `namespace ${target.namespace} is being terminated`
  throw forbidden(
    served.resource,
    name,
    `unable to create new content in namespace ${target.namespace} because it is being terminated`,
    [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }],
  )
}

function prepareMetadata(context: WriteContext, object: KubeObject): void {
  const { world } = context
  const { metadata } = object
  const prefix = textAt(metadata, 'generateName')
  if (textAt(metadata, 'name') === '' && prefix !== '') {
    const letters = Array.from({ length: 5 }, () => NAME_LETTERS[world.random(NAME_LETTERS.length)])
    metadata['name'] = `${prefix}${letters.join('')}`
  }
  metadata['uid'] = world.uuid()
  metadata['creationTimestamp'] = timeText(world.now())
  delete metadata['deletionTimestamp']
  delete metadata['deletionGracePeriodSeconds']
  delete metadata['selfLink']
  delete metadata['generation']
  for (const field of ['labels', 'annotations'])
    if (isObject(metadata[field]) && isEmpty(metadata[field])) delete metadata[field]
  for (const field of ['finalizers', 'ownerReferences'])
    if (Array.isArray(metadata[field]) && metadata[field].length === 0) delete metadata[field]
}

const isEmpty = (value: Record<string, unknown>): boolean => Object.keys(value).length === 0

function terminatingCrd({ served }: WriteContext) {
  return failure(
    405,
    'MethodNotAllowed',
    'create not allowed while custom resource definition is terminating',
    {
      group: served.resource.group,
      kind: served.resource.plural,
    },
  )
}
