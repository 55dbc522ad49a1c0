import { goQuote, goSyntax } from './json-values.ts'

/** One of details.causes of a 422, worded as k8s.io/apimachinery's field errors are. */
export interface SchemaCause {
  readonly reason: string
  readonly message: string
  /** `spec.addresses[0]`; `<nil>` for what has no place. */
  readonly field: string
}

const WORDS = {
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueTypeInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
} as const

export type CauseReason = keyof typeof WORDS

/** These three say nothing of the value (field.Error.ErrorBody). */
const WITHOUT_VALUE: ReadonlySet<CauseReason> = new Set([
  'FieldValueRequired',
  'FieldValueForbidden',
  'FieldValueTooLong',
])

/** A cause. The value is quoted as Go quotes it; `detail` may be empty. */
export function cause(reason: CauseReason, field: string, value: unknown, detail: string): SchemaCause {
  const place = field === '' ? '<nil>' : field
  const subject = WITHOUT_VALUE.has(reason) ? '' : `: ${quoted(value)}`
  return { reason, field: place, message: `${WORDS[reason]}${subject}${detail === '' ? '' : `: ${detail}`}` }
}

export const required = (field: string, detail = ''): SchemaCause =>
  cause('FieldValueRequired', field, '', detail)

export const invalid = (field: string, value: unknown, detail: string): SchemaCause =>
  cause('FieldValueInvalid', field, value, detail)

/** `field.NotSupported`: strings are quoted, everything else is JSON. */
export function notSupported(field: string, value: unknown, supported: readonly unknown[]): SchemaCause {
  const values = supported.map((entry) => goQuote(typeof entry === 'string' ? entry : JSON.stringify(entry)))
  return cause('FieldValueNotSupported', field, value, `supported values: ${values.join(', ')}`)
}

export function tooMany(field: string, actual: number, most: number): SchemaCause {
  return cause(
    'FieldValueTooMany',
    field,
    actual,
    `must have at most ${most} ${most === 1 ? 'item' : 'items'}`,
  )
}

function quoted(value: unknown): string {
  if (value === null || value === undefined) return '"null"'
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return goSyntax(value)
}

/** These errors keep the server from evaluating CEL rules: the values may not be what the rules expect. */
const BLOCKING: ReadonlySet<string> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

export const blocksRules = (causes: readonly SchemaCause[]): boolean =>
  causes.some((entry) => BLOCKING.has(entry.reason))

export const RULES_NOT_CHECKED: SchemaCause = invalid(
  '',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
)
