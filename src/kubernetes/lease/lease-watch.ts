// Hears when the Lease changes. What it tells is a reason to look, and never a reason to lead: it may be late, and without it (an
// installation that does not grant it yet) the Lease is looked at now and then.
import type { Connection } from '../connection.ts'
import { pathOf } from '../resources.ts'
import { asRecord, asText } from '../status.ts'
import { ResourceWatch } from '../watch/resource-watch.ts'
import { LEASES } from './lease-object.ts'

/** @param onVersion what it is since; empty: it is gone, or there is none yet */
export function leaseWatch(
  connection: Connection,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  onVersion: (version: string) => void,
): ResourceWatch<string> {
  return new ResourceWatch<string>({
    connection,
    path: pathOf(LEASES, { namespace }),
    query: { fieldSelector: `metadata.name=${name}` },
    project: ({ metadata }) => asText(asRecord(metadata)['resourceVersion']),
    same: (a, b) => a === b,
    onChanges: (changes) => {
      const last = changes.at(-1)
      onVersion(last?.kind === 'set' ? last.value : '')
    },
    // Whoever cannot watch asks all the same, and tells then what is wrong.
    onReport: () => undefined,
  })
}
