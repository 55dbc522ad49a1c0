// What the server refuses with: the Status object of meta/v1, thrown by whoever refuses and written by the HTTP edge.
// The wording is that of kube-apiserver 1.33, because clients and people search for it.
import { quoted } from './json-value.ts'

export interface Cause {
  readonly reason?: string
  readonly message: string
  readonly field?: string
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly Cause[]
  readonly retryAfterSeconds?: number
}

export interface StatusBody {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: Record<string, unknown>
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  readonly code?: number
}

/** An answer that ends a request early. It never leaves this folder: the edge turns it into HTTP. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal'
  readonly status: StatusBody
  constructor(status: StatusBody) {
    super(status.message)
    this.status = status
  }
}

/** `404 page not found` as plain text: what Go's mux says where no handler is. */
export class PageNotFound extends Error {
  override readonly name = 'PageNotFound'
}

export function failure(
  code: number,
  reason: string | undefined,
  message: string,
  details?: StatusDetails,
  metadata: Record<string, unknown> = {},
): ApiRefusal {
  return new ApiRefusal({
    kind: 'Status',
    apiVersion: 'v1',
    metadata,
    status: 'Failure',
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  })
}

export interface ResourceName {
  readonly group: string
  readonly plural: string
}

const inGroup = (word: string, group: string): string => (group === '' ? word : `${word}.${group}`)
const groupOf = (group: string): { group?: string } => (group === '' ? {} : { group })
const about = (resource: ResourceName, name: string): StatusDetails => ({
  ...(name === '' ? {} : { name }),
  ...groupOf(resource.group),
  kind: resource.plural,
})
/** `Service`, `IPAddressPool.metallb.io`. */
export const quotedKind = (group: string, kind: string): string => inGroup(kind, group)
export const resourceWord = (resource: ResourceName): string => inGroup(resource.plural, resource.group)

export const notFound = (resource: ResourceName, name: string): ApiRefusal =>
  failure(404, 'NotFound', `${resourceWord(resource)} ${quoted(name)} not found`, about(resource, name))

export const noSuchResource = (): ApiRefusal =>
  failure(404, 'NotFound', 'the server could not find the requested resource', {})

export const alreadyExists = (resource: ResourceName, name: string, beingDeleted = false): ApiRefusal =>
  failure(
    409,
    'AlreadyExists',
    `${beingDeleted ? 'object is being deleted: ' : ''}${resourceWord(resource)} ${quoted(name)} already exists`,
    about(resource, name),
  )

export const conflict = (resource: ResourceName, name: string, why: string): ApiRefusal =>
  failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resourceWord(resource)} ${quoted(name)}: ${why}`,
    about(resource, name),
  )

export const STALE =
  'the object has been modified; please apply your changes to the latest version and try again'

export const badRequest = (message: string): ApiRefusal => failure(400, 'BadRequest', message)

export const internalError = (message: string): ApiRefusal => failure(500, undefined, message)

export const methodNotAllowed = (): ApiRefusal =>
  failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

export const notSupportedOn = (verb: string, resource: ResourceName): ApiRefusal =>
  failure(
    405,
    'MethodNotAllowed',
    `${verb} is not supported on resources of kind ${quoted(resourceWord(resource))}`,
    {
      ...groupOf(resource.group),
      kind: resource.plural,
    },
  )

export const forbidden = (
  resource: ResourceName,
  name: string,
  why: string,
  causes?: readonly Cause[],
): ApiRefusal =>
  failure(
    403,
    'Forbidden',
    `${resourceWord(resource)}${name === '' ? '' : ` ${quoted(name)}`} is forbidden: ${why}`,
    { ...about(resource, name), ...(causes === undefined ? {} : { causes }) },
  )

/** 422. `kind` is the Kind, not the plural, and its group. */
export function invalid(group: string, kind: string, name: string, causes: readonly Cause[]): ApiRefusal {
  const lines = causes.map((cause) => `${cause.field}: ${cause.message}`)
  const unique = [...new Set(lines)]
  const text = unique.length === 1 ? unique[0] : `[${unique.join(', ')}]`
  return failure(422, 'Invalid', `${inGroup(kind, group)} ${quoted(name)} is invalid: ${text}`, {
    ...(name === '' ? {} : { name }),
    ...groupOf(group),
    ...(kind === '' ? {} : { kind }),
    causes,
  })
}

export const invalidValue = (field: string, value: string, why: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${value}: ${why}`,
  field,
})
export const requiredValue = (field: string, why = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: `Required value${why === '' ? '' : `: ${why}`}`,
  field,
})
export const forbiddenValue = (field: string, why: string): Cause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${why}`,
  field,
})
export const unsupportedValue = (field: string, value: string, supported: readonly string[]): Cause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${value}: supported values: ${supported.map(quoted).join(', ')}`,
  field,
})
export const duplicateValue = (field: string, value: string): Cause => ({
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${value}`,
  field,
})
