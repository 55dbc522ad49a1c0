// What a node of the cluster can find out beside who answers on the link: the routers, the way back to a client.
import type { ServiceObject } from '../config/objects/read-object.ts'
import { takeTurns } from '../diagnose/bgp/collect/bgp-question.ts'
import type { ProbeFacts } from '../diagnose/cluster/cluster-facts.ts'
import type { ClusterView } from '../diagnose/cluster/cluster-view.ts'
import { addressesOf } from '../diagnose/cluster/object-keys.ts'
import type { Progress, Surroundings } from '../diagnose/collect/question.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { formatIp, type Ip } from '../net/ip.ts'

export interface HostProbesRequest {
  readonly services: readonly ServiceObject[]
  /** name of the Node that this host is */
  readonly node: string
  readonly client: Ip | undefined
  readonly netns: string | undefined
}

const TIMEOUT_MS = 3000

/** Reads, and connects to the routers that this node should have a session with and has none; sends no OPEN. */
export async function hostProbes(
  request: HostProbesRequest,
  view: ClusterView,
  around: Surroundings,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly ProbeFacts[]> {
  return [
    ...(await routerProbes(request, view, progress, signal)),
    ...(await returnProbes(request, around, progress)),
  ]
}

async function routerProbes(
  { services, node, netns }: HostProbesRequest,
  view: ClusterView,
  progress: Progress,
  signal: AbortSignal,
): Promise<ProbeFacts[]> {
  if (!services.some((service) => (view.poolOf(service)?.bgp.length ?? 0) > 0)) return []
  const questions = await routerQuestions(view, node)
  if (questions.length === 0) return []
  const [{ collectBgp }, { openKernelForBgp }] = await Promise.all([
    import('../diagnose/bgp/collect-bgp.ts'),
    import('./linux.ts'),
  ])
  // The process is in the network namespace already.
  const around = { ...(await openKernelForBgp(undefined)), netns }
  const turn = takeTurns()
  const probes: ProbeFacts[] = []
  // One after the other: two connections to one router at once would get into each other's way.
  for (const question of questions)
    try {
      const facts = await collectBgp(question, around, turn, progress, signal)
      signal.throwIfAborted()
      probes.push({ kind: 'bgp', vantage: `node ${node}`, node, facts })
    } catch (error) {
      // An interface or a source that this host has not: `diagnose bgp` says so.
      if (!(error instanceof LbctlError) || error.kind !== 'usage') throw error
    }
  return probes
}

/** None when no BGPPeer selects the node, or none of them can be understood. */
async function routerQuestions(view: ClusterView, node: string) {
  const { peersOfConfiguration } = await import('./diagnose-bgp-peers.ts')
  const words = {
    peers: [],
    port: 179,
    timeout: `${TIMEOUT_MS / 1000}s`,
    handshake: false,
    'show-routes': false,
    force: false,
    'from-cluster': false,
    'node-name': node,
  }
  try {
    return peersOfConfiguration(view.objects, words, undefined).questions
  } catch (error) {
    if (error instanceof LbctlError && error.kind === 'input') return []
    throw error
  }
}

async function returnProbes(
  { services, node, client }: HostProbesRequest,
  around: Surroundings,
  progress: Progress,
): Promise<ProbeFacts[]> {
  if (client === undefined) return []
  const { collectRoute } = await import('../diagnose/route/collect-route.ts')
  const targets = services.flatMap(addressesOf).filter(({ family }) => family === client.family)
  const probes: ProbeFacts[] = []
  for (const target of targets) {
    const question = {
      asked: formatIp(target),
      target,
      source: undefined,
      client,
      interfaceName: undefined,
      port: undefined,
      timeoutMs: TIMEOUT_MS,
    }
    const facts = await collectRoute(question, around, progress)
    probes.push({ kind: 'route', vantage: `node ${node}`, node, facts })
  }
  return probes
}
