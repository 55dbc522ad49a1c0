// `lbctl diagnose all`: the objects of a cluster, this host where it is one of the nodes, and with --agents or --ssh what several nodes see.
import { nodeMatrix } from '../diagnose/agents/matrix.ts'
import type { ClusterFacts } from '../diagnose/cluster/cluster-facts.ts'
import { ClusterView } from '../diagnose/cluster/cluster-view.ts'
import type { AgentsVoice, OtherNodesRequest } from './agents/other-nodes-request.ts'
import { type ClusterRequest, type ClusterWork, judgedView } from './diagnose-cluster.ts'
import { withHostFacts } from './host-facts/with-host-facts.ts'

export interface AllRequest extends ClusterRequest, OtherNodesRequest {
  readonly 'node-name'?: string | undefined
}

/** All of a usual cluster; of a large one so many, which is enough to see who cannot hear whom. */
const USUAL_NODES = 20

export function allWork(
  request: AllRequest,
  step: (name: string, text: string) => void,
  warn: (text: string) => void,
  signal: AbortSignal,
): ClusterWork {
  const voice: AgentsVoice = { tell: (text) => step('nodes', text), warn }
  const isOfFile = (request.facts ?? request.bundle) !== undefined
  const isWide = request.agents === true || request.ssh !== undefined
  return {
    podNamespaces: [],
    plan:
      isOfFile || request.file !== undefined
        ? []
        : ['on a node of the cluster also: read links, routes, settings, sockets and rules of the kernel'],
    planAfterReading: isWide
      ? async (read) => {
          const { explainOtherNodes } = await import('./agents/explain-other-nodes.ts')
          return explainOtherNodes(request, questionOf(read))
        }
      : undefined,
    judge: async (read) => {
      const host = { nodeName: request['node-name'], netns: undefined, focus: undefined }
      const here = isOfFile ? read : await withHostFacts(read, host, step, signal)
      const facts = isWide ? await fromOtherNodes(here, request, voice, signal) : here
      const { verdict } = judgedView(facts, request)
      return { facts, reports: [{ subject: 'cluster', verdict, matrix: nodeMatrix(facts) }] }
    },
  }
}

export function questionOf(facts: ClusterFacts) {
  const view = new ClusterView(facts)
  return { view, services: view.servicesWithAddress, client: undefined, usualNodes: USUAL_NODES }
}

async function fromOtherNodes(
  facts: ClusterFacts,
  request: AllRequest,
  voice: AgentsVoice,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const { withOtherNodes } = await import('./agents/other-nodes.ts')
  return withOtherNodes(request, questionOf(facts), voice, signal)
}
