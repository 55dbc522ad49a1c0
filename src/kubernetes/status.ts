// What the server says when it refuses: the Status object, read without trust in its shape.
import type { FieldConflict } from '../migrate/ports.ts'

export interface StatusCause {
  readonly reason: string
  readonly field: string
  readonly message: string
}

export interface Status {
  readonly reason: string
  readonly message: string
  readonly code: number | undefined
  readonly retryAfterSeconds: number | undefined
  readonly causes: readonly StatusCause[]
  /** of a 410: where the list can go on at the present state */
  readonly continueToken: string | undefined
}

/** The Status in a body; 404s of unknown kinds and 429s of fairness are plain text and give their text as the message. */
export function readStatus(body: unknown): Status {
  if (typeof body === 'string')
    return {
      reason: '',
      message: oneLine(body),
      code: undefined,
      retryAfterSeconds: undefined,
      causes: [],
      continueToken: undefined,
    }
  const status = asRecord(body)
  const metadata = asRecord(status['metadata'])
  const details = asRecord(status['details'])
  const causes = Array.isArray(details['causes']) ? details['causes'] : []
  const token = metadata['continue']
  return {
    reason: asText(status['reason']),
    message: oneLine(asText(status['message'])),
    code: asNumber(status['code']),
    retryAfterSeconds: asNumber(details['retryAfterSeconds']),
    causes: causes.map(asRecord).map((cause) => ({
      reason: asText(cause['reason']),
      field: asText(cause['field']),
      message: oneLine(asText(cause['message'])),
    })),
    continueToken: typeof token === 'string' && token !== '' ? token : undefined,
  }
}

/** The fields of a failed apply and who owns them; empty for the other kinds of 409. */
export const fieldConflicts = (status: Status): readonly FieldConflict[] =>
  status.causes
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map((cause) => ({
      field: cause.field,
      // `conflict with "kubectl" using metallb.io/v1beta1 at …`: the name is a Go-quoted string.
      manager: /"((?:[^"\\]|\\.)*)"/.exec(cause.message)?.[1] ?? cause.message,
    }))

export const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}

export const asText = (value: unknown): string => (typeof value === 'string' ? value : '')

export const asNumber = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined

const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, ' ')
