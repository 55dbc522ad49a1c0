// `lbctl diagnose all`: the objects of a cluster, and this host where it is one of the nodes.
import { type ClusterRequest, type ClusterWork, judgedView } from './diagnose-cluster.ts'
import { withHostFacts } from './host-facts/with-host-facts.ts'

export interface AllRequest extends ClusterRequest {
  readonly 'node-name'?: string | undefined
}

export function allWork(
  request: AllRequest,
  step: (name: string, text: string) => void,
  signal: AbortSignal,
): ClusterWork {
  const isOfFile = (request.facts ?? request.bundle) !== undefined
  return {
    podNamespaces: [],
    plan:
      isOfFile || request.file !== undefined
        ? []
        : ['on a node of the cluster also: read links, routes, settings, sockets and rules of the kernel'],
    judge: async (read) => {
      const host = { nodeName: request['node-name'], netns: undefined, focus: undefined }
      const facts = isOfFile ? read : await withHostFacts(read, host, step, signal)
      return { facts, reports: [{ subject: 'cluster', verdict: judgedView(facts, request).verdict }] }
    },
  }
}
