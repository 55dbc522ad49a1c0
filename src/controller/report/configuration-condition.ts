// What the controller says of the configuration: one condition of its ConfigurationState, with MetalLB's words.
import type { Diagnostic } from '../../config/diagnostic.ts'

export interface ConfigurationCondition {
  readonly type: 'poolReconcilerValid'
  readonly status: 'True' | 'False'
  readonly reason: 'Reconciled' | 'ConfigurationError'
  readonly message: string
}

export const configurationCondition = (problems: readonly Diagnostic[]): ConfigurationCondition =>
  problems.length === 0
    ? { type: 'poolReconcilerValid', status: 'True', reason: 'Reconciled', message: '' }
    : {
        type: 'poolReconcilerValid',
        status: 'False',
        reason: 'ConfigurationError',
        message: `configuration error: ${problems.map(worded).join('; ')}`,
      }

function worded({ message, subject }: Diagnostic): string {
  if (subject?.name === undefined) return message
  const field = subject.field === undefined ? '' : ` ${subject.field}`
  return `${subject.kind} ${subject.name}${field}: ${message}`
}
