// CreateOptions, UpdateOptions, PatchOptions and DeleteOptions from the query.
import type { ApiRequest } from '../http/request.ts'
import { managerOf } from '../http/request.ts'
import { type Cause, invalid, unsupportedValue } from '../status.ts'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

export interface WriteOptions {
  readonly dryRun: boolean
  readonly fieldValidation: FieldValidation
  readonly manager: string
}

/** `kind` names the options in a refusal: CreateOptions and so on. Throws 422. */
export function writeOptions(request: ApiRequest, kind: string): WriteOptions {
  const causes: Cause[] = []
  const dryRuns = request.query.getAll('dryRun').filter((value) => value !== '')
  if (dryRuns.some((value) => value !== 'All'))
    causes.push(unsupportedValue('dryRun', goList(dryRuns), ['All']))
  const validation = request.query.get('fieldValidation') ?? ''
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(validation)) {
    causes.push(
      unsupportedValue('fieldValidation', JSON.stringify(validation), ['', 'Ignore', 'Strict', 'Warn']),
    )
  }
  if (causes.length > 0) throw invalid('meta.k8s.io', kind, '', causes)
  return {
    dryRun: dryRuns.length > 0,
    fieldValidation: validation === '' ? 'Warn' : (validation as FieldValidation),
    manager: managerOf(request),
  }
}

export const goList = (values: readonly string[]): string =>
  `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`
