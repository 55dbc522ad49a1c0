// At the start there is no earlier configuration to go on with, so an invalid one ends it.
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { FactChange } from '../../speaker/facts/facts.ts'
import { refusalRecords } from '../../speaker/report/effect-records.ts'

/** @throws LbctlError `input` that names everything that is wrong */
export function refuseInvalid(changes: readonly FactChange[]): void {
  for (const change of changes) {
    if (change.kind !== 'configuration' || change.configuration.ok) continue
    const [first, ...more] = refusalRecords(change.configuration.error).map(({ fields }) =>
      [fields['place'], fields['error']].filter((part) => part !== undefined).join(': '),
    )
    throw new LbctlError('input', `The configuration is not valid: ${first ?? ''}`, {
      hints: [...more, 'lbctl validate shows all that is wrong, with the lines.'],
    })
  }
}
