// What only the speakers look at: EndpointSlices, and which MetalLB runs.
import { printDocuments, printYaml } from '../config/print.ts'
import { parseRelease, type Release } from '../config/schema/release.ts'
import { Source } from '../config/source/source.ts'
import { type ClusterFlags, connectCluster } from './cluster.ts'
import { ignoreExcludeLabel } from './pool-speakers.ts'

export interface SpeakersOfCluster {
  readonly slices: readonly Source[]
  /** undefined: no MetalLB was found, or its image says no release */
  readonly release: Release | undefined
  readonly ignoreExcludeLabel: boolean
}

const SLICES = {
  group: 'discovery.k8s.io',
  version: 'v1',
  resource: 'endpointslices',
  kind: 'EndpointSlice',
} as const

const DAEMON_SETS = { group: 'apps', version: 'v1', resource: 'daemonsets', kind: 'DaemonSet' } as const

/** @throws LbctlError */
export async function speakersOfCluster(
  flags: ClusterFlags,
  signal: AbortSignal,
): Promise<SpeakersOfCluster> {
  const cluster = await connectCluster(flags, signal)
  try {
    const slices = await cluster.facts.list(SLICES)
    const installations = await cluster.reader.installations()
    const daemonSets = await cluster.facts.list(DAEMON_SETS)
    const versions = installations.flatMap(({ speaker }) => speaker?.version ?? [])
    const text = printDocuments(slices.map((slice) => printYaml(slice)))
    return {
      slices: slices.length === 0 ? [] : [new Source('<cluster: endpointslices>', text)],
      release: versions[0] === undefined ? undefined : parseRelease(versions[0]),
      ignoreExcludeLabel: ignoreExcludeLabel(daemonSets),
    }
  } finally {
    cluster.close()
  }
}
