import type { Diagnostic } from '../../config/diagnostic.ts'
import { ruleOf } from '../../config/rules/registry.ts'
import type { Node } from '../../config/source/node.ts'
import { sortDiagnostics } from '../../config/validate.ts'
import { report } from '../legacy/readers.ts'
import { checkPlanned, hasError, type Migration } from '../migrate.ts'
import { recognise } from '../recognise.ts'
import { convertAsConfigmaptocrs } from './configmaptocrs.ts'

/** MetalLB's converter takes one configuration, checks what it made by the rules for custom resources, and prints all or nothing. */
export function migrateAsConfigmaptocrs(documents: readonly Node[]): Migration {
  const found = recognise(documents)
  const diagnostics: Diagnostic[] = [...found.diagnostics]
  const [document, second] = found.legacy
  const none = { planned: [], patches: [], proof: undefined, sources: [], complete: true }
  const [first] = documents
  if (document === undefined) {
    if (first !== undefined && !hasError(diagnostics))
      report(
        { diagnostics },
        'M001',
        'error',
        first,
        'There is no legacy configuration here, and nothing else is converted with --compat.',
      )
    return { ...none, diagnostics }
  }
  if (second !== undefined)
    report(
      { diagnostics },
      'M001',
      'error',
      second.payload,
      `MetalLB's converter takes one configuration; this is a second one (${second.origin}).`,
      'Give lbctl one at a time with --compat.',
    )
  const { planned, diagnostics: own } = convertAsConfigmaptocrs(document)
  diagnostics.push(...own)
  if (!hasError(diagnostics)) diagnostics.push(...checkPlanned(planned).map(asConverterSees))
  return { ...none, planned: hasError(diagnostics) ? [] : planned, diagnostics: sortDiagnostics(diagnostics) }
}

/**
 * metallb.md §1.7: the converter checks its result by MetalLB's own rules. What only the API server would refuse (a name with
 * a space in it, a port that is too high) it prints, so that is a warning here.
 */
const asConverterSees = (diagnostic: Diagnostic): Diagnostic =>
  diagnostic.severity === 'error' && ruleOf(diagnostic.code).source === 'api-server'
    ? { ...diagnostic, severity: 'warning' }
    : diagnostic
