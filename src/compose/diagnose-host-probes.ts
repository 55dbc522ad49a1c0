// What a node of the cluster can find out beside who answers on the link: the routers, the way back to a client.
import type { ServiceObject } from '../config/objects/read-object.ts'
import { type BgpQuestion, takeTurns } from '../diagnose/bgp/collect/bgp-question.ts'
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
  const { services, node, client, netns } = request
  const isBgp = services.some((service) => (view.poolOf(service)?.bgp.length ?? 0) > 0)
  const questions = isBgp ? (await routerQuestions(view))(node) : []
  return [
    ...(await routerProbes({ questions, node, netns }, progress, signal)),
    ...(client === undefined
      ? []
      : await returnProbes(returnsTo(client, services.flatMap(addressesOf)), node, around, progress)),
  ]
}

export interface RouterProbes {
  readonly questions: readonly BgpQuestion[]
  readonly node: string
  readonly netns: string | undefined
}

export async function routerProbes(
  { questions, node, netns }: RouterProbes,
  progress: Progress,
  signal: AbortSignal,
): Promise<ProbeFacts[]> {
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

/** What to ask the routers of a node; none when no BGPPeer selects it, or none of them can be understood. */
export async function routerQuestions(view: ClusterView): Promise<(node: string) => readonly BgpQuestion[]> {
  const { peersOfConfiguration } = await import('./diagnose-bgp-peers.ts')
  const words = {
    peers: [],
    port: 179,
    timeout: `${TIMEOUT_MS / 1000}s`,
    handshake: false,
    'show-routes': false,
    force: false,
    'from-cluster': false,
  }
  return (node) => {
    try {
      return peersOfConfiguration(view.objects, { ...words, 'node-name': node }, undefined).questions
    } catch (error) {
      if (error instanceof LbctlError && error.kind === 'input') return []
      throw error
    }
  }
}

export interface ReturnTarget {
  readonly target: Ip
  readonly client: Ip
}

export const returnsTo = (client: Ip, targets: readonly Ip[]): readonly ReturnTarget[] =>
  targets.filter(({ family }) => family === client.family).map((target) => ({ target, client }))

export async function returnProbes(
  targets: readonly ReturnTarget[],
  node: string,
  around: Surroundings,
  progress: Progress,
): Promise<ProbeFacts[]> {
  if (targets.length === 0) return []
  const { collectRoute } = await import('../diagnose/route/collect-route.ts')
  const probes: ProbeFacts[] = []
  for (const { target, client } of targets) {
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
