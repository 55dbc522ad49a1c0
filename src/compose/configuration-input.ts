// Where a configuration comes from: files, stdin, a cluster, or a cluster with files that take the place of what it holds.
import { parseYaml } from '../config/source/parse.ts'
import type { ClusterFlags } from './cluster.ts'
import { type ReadSources, readSources } from './files.ts'

export interface ConfigurationRequest extends ClusterFlags {
  readonly files: readonly string[]
  readonly 'from-cluster': boolean
  /** false: names of Secrets are not asked for, which takes a right of its own; default true */
  readonly secrets?: boolean
}

/** @throws LbctlError for what cannot be read at all */
export async function readConfiguration(
  request: ConfigurationRequest,
  signal: AbortSignal,
): Promise<ReadSources> {
  if (!request['from-cluster']) return readSources(request.files, { signal })
  const files =
    request.files.length === 0
      ? { sources: [], diagnostics: [] }
      : await readSources(request.files, { signal })
  const { clusterSources } = await import('./cluster-sources.ts')
  const replacing = files.sources.flatMap((source) => parseYaml(source).documents)
  const live = await clusterSources(request, replacing, signal)
  return { sources: [...files.sources, ...live], diagnostics: files.diagnostics }
}
