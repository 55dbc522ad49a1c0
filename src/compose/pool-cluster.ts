// What only the speakers look at: EndpointSlices, and which MetalLB runs.
import { printDocuments, printYaml } from '../config/print.ts'
import { Source } from '../config/source/source.ts'
import { readPlane } from '../diagnose/cluster/cluster-facts.ts'
import { type ClusterFlags, connectCluster } from './cluster.ts'
import { type Speakers, speakersOf } from './pool-speakers.ts'

export interface SpeakersOfCluster extends Speakers {
  readonly slices: readonly Source[]
}

const SLICES = {
  group: 'discovery.k8s.io',
  version: 'v1',
  resource: 'endpointslices',
  kind: 'EndpointSlice',
} as const

const DAEMON_SETS = { group: 'apps', version: 'v1', resource: 'daemonsets', kind: 'DaemonSet' } as const
const DEPLOYMENTS = { group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment' } as const

/**
 * @param configured namespaces that hold configuration
 * @throws LbctlError
 */
export async function speakersOfCluster(
  flags: ClusterFlags,
  configured: ReadonlySet<string | undefined>,
  loadBalancerClass: string | undefined,
  signal: AbortSignal,
): Promise<SpeakersOfCluster> {
  const cluster = await connectCluster(flags, signal)
  try {
    const slices = await cluster.facts.list(SLICES)
    const workloads = {
      daemonSets: readPlane(await cluster.facts.list(DAEMON_SETS)),
      deployments: readPlane(await cluster.facts.list(DEPLOYMENTS)),
    }
    const text = printDocuments(slices.map((slice) => printYaml(slice)))
    return {
      slices: slices.length === 0 ? [] : [new Source('<cluster: endpointslices>', text)],
      ...speakersOf(workloads, configured, loadBalancerClass),
    }
  } finally {
    cluster.close()
  }
}
