// Files of logs → the incidents in them, as the facts of an installation keep them.
import type { LogIncident } from '../diagnose/cluster/cluster-facts.ts'
import { LogScanner, type LogSummary } from '../diagnose/logs/log-scanner.ts'
import { readLogBytes } from './log-files.ts'
import { logPlaces } from './log-places.ts'

/** Worst first. @param paths of files or directories @throws LbctlError for one that cannot be read */
export async function logIncidents(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly LogIncident[]> {
  const scanner = new LogScanner({ year: new Date().getUTCFullYear() })
  for (const { path, origin } of (await Promise.all(paths.map(logPlaces))).flat()) {
    scanner.from(origin)
    await readLogBytes(path, (bytes) => scanner.push(bytes), signal)
  }
  return incidentFacts(scanner.finish())
}

export const incidentFacts = ({ incidents }: LogSummary): readonly LogIncident[] =>
  incidents.map(({ code, signature, first, last, count, example, node, component }) => ({
    ...(code === undefined ? {} : { code }),
    ...{ signature, first, last, count, example },
    ...(node === undefined ? {} : { node }),
    component,
  }))
