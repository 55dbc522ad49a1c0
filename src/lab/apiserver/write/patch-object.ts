// PATCH in its four forms: merge, JSON, strategic merge and server-side apply.

import { ApplyShapeError } from '../apply/list-items.ts'
import { serverSideApply } from '../apply/server-side-apply.ts'
import { strategicMerge } from '../apply/strategic-merge.ts'
import { demandRight } from '../auth/audit.ts'
import { mediaTypeOf, unsupportedMediaType, yamlValue } from '../http/media-types.ts'
import { type ApiRequest, isTrue, textOf } from '../http/request.ts'
import { clone, isObject, type JsonObject, objectAt, textAt } from '../json-value.ts'
import { jsonPatch, type PatchOperation } from '../patch/json-patch.ts'
import { mergePatch } from '../patch/merge-patch.ts'
import { keyOf } from '../registry/served-kind.ts'
import { jsonWord } from '../registry/shape.ts'
import type { KubeObject } from '../resource-kind.ts'
import {
  badRequest,
  failure,
  forbiddenValue,
  internalError,
  invalid,
  invalidValue,
  notFound,
  requiredValue,
} from '../status.ts'
import { createObject } from './create-object.ts'
import { type DecodedObject, fitObject } from './decode-object.ts'
import { jsonError } from './json-error.ts'
import { writeOf } from './managed-fields.ts'
import { changeObject, checkName, type Written } from './update-object.ts'
import { judgeFields, type WriteContext } from './write-context.ts'

const MERGE = 'application/merge-patch+json'
const JSON_PATCH = 'application/json-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const APPLY = 'application/apply-patch+yaml'
const MAX_OPERATIONS = 10_000

/** Throws every refusal of PATCH. */
export async function patchObject(context: WriteContext, request: ApiRequest): Promise<Written> {
  const type = mediaTypeOf(request.headers['content-type'])
  const builtin = context.served.custom === undefined
  if (type === '' && builtin) throw failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
  const accepted = [JSON_PATCH, MERGE, ...(builtin ? [STRATEGIC] : []), APPLY]
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted)
  if (type === APPLY) return applyObject(context, textOf(request.body))
  if (request.query.has('force')) {
    const cause = forbiddenValue('force', 'may not be specified for non-apply patch')
    throw invalid('meta.k8s.io', 'PatchOptions', '', [cause])
  }
  const patch = readPatch(type, textOf(request.body))
  const { served, target, world } = context
  const stored = world.store.get(served.storage, keyOf(target.namespace, target.name))
  if (stored === undefined) throw notFound(served.resource, target.name)
  await world.presenter.prepare(served, [stored])
  // What a patch leaves alone would be the stored object's own, and it is put into shape below.
  const shown = clone(world.presenter.show(served, stored))
  const patched = patchedValue(context, shown, type, patch)
  const decoded = fitObject(served, patched)
  judgePatched(context, decoded, patched)
  checkName(context, decoded.object)
  if (patch instanceof Object && !touchesVersion(type, patch))
    delete decoded.object.metadata['resourceVersion']
  return { object: await changeObject(context, stored, decoded.object), created: false }
}

/** A patch is guarded by a version only if it carries one. */
const touchesVersion = (type: string, patch: object): boolean =>
  type === JSON_PATCH
    ? (patch as PatchOperation[]).some(
        ({ op, path }) => op !== 'test' && path === '/metadata/resourceVersion',
      )
    : objectAt(patch, 'metadata')['resourceVersion'] !== undefined

function readPatch(type: string, text: string): unknown {
  let patch: unknown
  try {
    patch = JSON.parse(text)
  } catch {
    throw badRequest(`error decoding patch: ${jsonError(text)}`)
  }
  if (type === JSON_PATCH) {
    if (!Array.isArray(patch)) {
      throw badRequest(
        `error decoding patch: json: cannot unmarshal ${jsonWord(patch)} into Go value of type []handlers.jsonPatchOp`,
      )
    }
    if (patch.length > MAX_OPERATIONS) {
      const message = `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`
      throw failure(413, 'RequestEntityTooLarge', message)
    }
  } else if (!isObject(patch)) {
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${jsonWord(patch)} into Go value of type map[string]interface {}`,
    )
  }
  return patch
}

function patchedValue(context: WriteContext, shown: KubeObject, type: string, patch: unknown): JsonObject {
  // What the patch does not touch is still the store's: it is fitted and changed below.
  if (type === MERGE) return clone(mergePatch(shown, patch) as JsonObject)
  if (type === STRATEGIC) return strategic(context, shown, patch as JsonObject)
  const patched = jsonPatch(shown, patch as PatchOperation[])
  if (patched === undefined || !isObject(patched.value)) {
    throw failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
  }
  return patched.value
}

function strategic({ served }: WriteContext, shown: KubeObject, patch: JsonObject): JsonObject {
  try {
    return strategicMerge(shown, patch, served.resource) as JsonObject
  } catch (error) {
    throw error instanceof Error && !('status' in error) ? internalError(error.message) : error
  }
}

/** In a patched object a wrong type, and any unknown field under Strict, is a 422 that quotes the whole object. */
function judgePatched(context: WriteContext, decoded: DecodedObject, value: JsonObject): void {
  const strict = context.options.fieldValidation === 'Strict' && decoded.complaints.length > 0
  if (decoded.wrongType === undefined && !strict) {
    judgeFields(context, decoded)
    return
  }
  const why = decoded.wrongType ?? `strict decoding error: ${decoded.complaints.join(', ')}`
  throw invalid('', '', '', [invalidValue('patch', JSON.stringify(JSON.stringify(value)), why)])
}

async function applyObject(context: WriteContext, text: string): Promise<Written> {
  const { served, target, world, options } = context
  const manager = context.query.get('fieldManager') ?? ''
  if (manager === '') {
    const cause = requiredValue('fieldManager', 'is required for apply patch')
    throw invalid('meta.k8s.io', 'PatchOptions', '', [cause])
  }
  const { object: applied, namespace } = readApplied(context, text)
  const stored = world.store.get(served.storage, keyOf(target.namespace, target.name))
  if (stored === undefined && target.subresource !== '') throw notFound(served.resource, target.name)
  if (stored !== undefined) await world.presenter.prepare(served, [stored])
  const live = stored === undefined ? undefined : world.presenter.show(served, stored)
  const outcome = ownershipOutcome(context, live, { applied, namespace }, manager)
  if (!outcome.ok) throw applyConflict(outcome.conflicts)
  const object = clone(outcome.object) as KubeObject
  if (stored === undefined) {
    // Who may patch may not create by that: what an apply makes wants the right of a POST besides.
    demandRight(world, context.user, { kind: 'resource', target: { ...target, verb: 'create' } })
    delete object.metadata['resourceVersion']
    return {
      object: await createObject({ ...context, options: { ...options, manager } }, object, true),
      created: true,
    }
  }
  const version = textAt(applied.metadata, 'resourceVersion')
  if (version === '') delete object.metadata['resourceVersion']
  else object.metadata['resourceVersion'] = version
  return { object: await changeObject(context, stored, object, true), created: false }
}

function ownershipOutcome(
  context: WriteContext,
  live: KubeObject | undefined,
  { applied, namespace }: AppliedObject,
  manager: string,
) {
  try {
    const force = isTrue(context.query.get('force'))
    return serverSideApply({ live, applied, force, ...writeOf(context, manager) })
  } catch (error) {
    if (!(error instanceof ApplyShapeError)) throw error
    throw untyped(context, namespace, error.message)
  }
}

/** What a real server says of an applied object that does not fit its schema. */
function untyped({ target, served }: WriteContext, namespace: string, why: string) {
  const { group, version, kind } = served.resource
  return internalError(
    `failed to create typed patch object (${namespace}/${target.name}; ${group}/${version}, Kind=${kind}): ${why}`,
  )
}

interface AppliedObject {
  readonly applied: KubeObject
  /** As the client wrote it: refusals quote that. */
  readonly namespace: string
}

function readApplied(context: WriteContext, text: string): { object: KubeObject; namespace: string } {
  const value = yamlValue(text)
  if (!isObject(value)) throw badRequest('error decoding YAML: the body is not an object')
  const namespace = textAt(value, 'metadata', 'namespace')
  if (objectAt(value, 'metadata')['managedFields'] !== undefined) {
    throw badRequest('metadata.managedFields must be nil')
  }
  const decoded = fitObject(context.served, value)
  if (decoded.wrongType !== undefined)
    throw internalError(`failed to create typed patch object: ${decoded.wrongType}`)
  if (decoded.complaints.length > 0) {
    const field = /"(.*)"/.exec(decoded.complaints[0] ?? '')?.[1] ?? ''
    throw untyped(context, namespace, `.${field}: field not declared in schema`)
  }
  checkName(context, decoded.object)
  return { object: decoded.object, namespace }
}

function applyConflict(conflicts: readonly { manager: string; field: string; message: string }[]) {
  const causes = conflicts.map(({ message, field }) => ({ reason: 'FieldManagerConflict', message, field }))
  const [first] = conflicts
  if (conflicts.length === 1 && first !== undefined) {
    return failure(409, 'Conflict', `Apply failed with 1 conflict: ${first.message}: ${first.field}`, {
      causes,
    })
  }
  const groups = [...new Set(conflicts.map(({ message }) => message))].map((message) => {
    const fields = conflicts.filter((one) => one.message === message).map(({ field }) => `- ${field}`)
    return `${message.replace(/^conflict /, 'conflicts ')}:\n${fields.join('\n')}`
  })
  const text = `Apply failed with ${conflicts.length} conflicts: ${groups.join('\n')}`
  return failure(409, 'Conflict', text, { causes })
}
