// preferredNodeSelectors that do not count are told: whoever wrote them expects something of them.
import type { Configuration } from '../configuration/configuration.ts'
import type { LogRecord } from './log-record.ts'

interface Weighing {
  readonly configuration: Configuration | undefined
  readonly weighs: boolean
}

/** Names of the L2Advertisements whose preferences do not count now. */
export function unweighed({ configuration, weighs }: Weighing): readonly string[] {
  const adverts = weighs ? [] : (configuration?.pools ?? []).flatMap(({ l2 }) => l2)
  return [...new Set(adverts.filter(({ preferences }) => preferences.length > 0).map(({ name }) => name))]
}

export const unweighedText = (names: readonly string[]): string =>
  `preferredNodeSelectors do not count (L2Advertisement ${names.join(', ')}): a speaker that does not know them is beside, or --compat-version names a release without them, or --ml-bindaddr is missing, without which nobody knows who is beside.`

/** @param names that do not count now, after others did not */
export function preferenceRecord(names: readonly string[]): LogRecord {
  const ignored = names.length > 0
  const text = ignored ? unweighedText(names) : 'No preferredNodeSelectors are left out any more'
  const fields = { event: 'preferences', msg: text, advertisements: String(names) }
  return { level: ignored ? 'warn' : 'info', caller: 'layer2', fields, text }
}
