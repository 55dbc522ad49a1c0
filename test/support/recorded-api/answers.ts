// Status answers, worded as the recordings are.
import type { Map_, ResourceType } from './objects.ts'
import { qualified } from './objects.ts'

export interface Answer {
  status: number
  headers: { [name: string]: string }
  body: unknown
}

/** Thrown inside the server; becomes the answer. */
export class Refusal extends Error {
  readonly answer: Answer

  constructor(answer: Answer) {
    super(`status ${answer.status}`)
    this.answer = answer
  }
}

export const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body,
})

export const pageNotFound = (): Refusal =>
  new Refusal({
    status: 404,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: '404 page not found\n',
  })

export function failure(
  code: number,
  reason: string | undefined,
  message: string,
  details?: Map_,
  metadata: Map_ = {},
): Refusal {
  return new Refusal(
    json(code, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata,
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    }),
  )
}

/** `details` with the plural as kind, as in 404 and 409. */
const details = (type: ResourceType, name: string): Map_ => ({
  name,
  ...(type.group === '' ? {} : { group: type.group }),
  kind: type.resource,
})

export const notFound = (type: ResourceType, name: string): Refusal =>
  failure(404, 'NotFound', `${qualified(type)} "${name}" not found`, details(type, name))

export const alreadyExists = (type: ResourceType, name: string): Refusal =>
  failure(409, 'AlreadyExists', `${qualified(type)} "${name}" already exists`, details(type, name))

export const modified = (type: ResourceType, name: string): Refusal =>
  failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(type)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    details(type, name),
  )

export function preconditionFailed(
  type: ResourceType,
  name: string,
  which: 'UID' | 'ResourceVersion',
  asked: string,
  stored: string,
): Refusal {
  const group = type.group === '' ? {} : { group: type.group }
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`
  const hint = which === 'UID' ? 'deleted and then recreated' : 'modified'
  return failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${kind} "${name}": the ${which} in the precondition (${asked}) does not match the ${which} in record (${stored}). The object might have been ${hint}`,
    { name, ...group, kind: type.kind },
  )
}

export interface Cause {
  reason: string
  message: string
  field: string
}

/** A 422; `kind` is what the message and the details call it: the Kind, or for a missing resourceVersion the plural. */
export function invalid(
  type: ResourceType,
  name: string,
  causes: readonly Cause[],
  kind = type.kind,
): Refusal {
  const group = type.group === '' ? {} : { group: type.group }
  const subject = type.group === '' ? kind : `${kind}.${type.group}`
  const said = causes.map((cause) => `${cause.field}: ${cause.message}`)
  return failure(
    422,
    'Invalid',
    `${subject} "${name}" is invalid: ${said.length === 1 ? said[0] : `[${said.join(', ')}]`}`,
    {
      name,
      ...group,
      kind,
      causes: causes.map((cause) => ({ ...cause })),
    },
  )
}
