// Where the facts of an installation come from: a file of facts, files of objects, or a cluster.
import { hostname } from 'node:os'
import type { KubeObject } from '../config/kube-object.ts'
import { child, type Node } from '../config/source/node.ts'
import { parseYaml } from '../config/source/parse.ts'
import { formatPosition } from '../config/source/source.ts'
import { nodeToJson } from '../config/source/to-json.ts'
import { type ClusterFacts, readPlane } from '../diagnose/cluster/cluster-facts.ts'
import { collectCluster } from '../diagnose/cluster/collect/collect-cluster.ts'
import { factsOfObjects } from '../diagnose/cluster/collect/facts-of-objects.ts'
import { textAt } from '../diagnose/cluster/object-fields.ts'
import { readClusterFacts } from '../diagnose/cluster/read-cluster-facts.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { placeOf } from '../terminal/diagnostics/place.ts'
import { readBundleFile } from './bundle/read-bundle-file.ts'
import { connectCluster } from './cluster.ts'
import { factsOfFile } from './diagnose-facts.ts'
import { readSources } from './files.ts'

export interface ClusterInputRequest {
  readonly file?: readonly string[] | undefined
  readonly facts?: string | undefined
  readonly logs?: readonly string[] | undefined
  readonly 'pod-logs'?: boolean | undefined
  readonly bundle?: string | undefined
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly namespace?: string | undefined
}

export type Step = (name: string, text: string) => void

/** @throws LbctlError for what cannot be read at all */
export async function clusterInput(
  request: ClusterInputRequest,
  podNamespaces: readonly string[],
  step: Step,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const { logs } = request
  const facts = await factsOf(request, podNamespaces, step, signal)
  if (request['pod-logs'] === true) return withPodLogs(request, facts, step, signal)
  if (logs === undefined) return facts
  const { logIncidents } = await import('./log-incidents.ts')
  return { ...facts, logs: readPlane(await logIncidents(logs, signal)) }
}

async function withPodLogs(
  request: ClusterInputRequest,
  facts: ClusterFacts,
  step: Step,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const { podLogFacts } = await import('./pod-logs.ts')
  step('logs', "reading the logs of the load balancer's Pods")
  return { ...facts, logs: await podLogFacts(request, signal) }
}

async function factsOf(
  request: ClusterInputRequest,
  podNamespaces: readonly string[],
  step: Step,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  if (request.facts !== undefined) return factsIn(request.facts)
  if (request.bundle !== undefined) return readBundleFile(request.bundle)
  const takenAt = new Date().toISOString()
  if (request.file !== undefined) return objectsIn(request.file, takenAt, signal)
  const cluster = await connectCluster(request, signal)
  try {
    const question = { namespace: request.namespace, podNamespaces, takenAt, from: `host ${hostname()}` }
    return await collectCluster(cluster.facts, question, { step })
  } finally {
    cluster.close()
  }
}

function factsIn(path: string): ClusterFacts {
  const [facts] = factsOfFile(path, readClusterFacts, 'all --save-facts FILE')
  if (facts === undefined) throw new LbctlError('input', `${path} holds no facts.`)
  return facts
}

async function objectsIn(
  paths: readonly string[],
  takenAt: string,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const { sources, diagnostics } = await readSources(paths, { signal })
  const parsed = sources.map((source) => parseYaml(source))
  const [broken] = [...diagnostics, ...parsed.flatMap((each) => each.diagnostics)].filter(
    ({ severity }) => severity === 'error',
  )
  if (broken !== undefined) {
    const place = broken.at === undefined ? '' : `${formatPosition(placeOf(broken.at).start)}: `
    throw new LbctlError('input', `${place}${broken.message}`, {
      hints: ['`lbctl validate` shows everything that is wrong with the files.'],
    })
  }
  const objects = parsed.flatMap(({ documents }) => documents.flatMap(objectsOf))
  return factsOfObjects(objects, { takenAt, vantage: `files ${paths.join(', ')}, from host ${hostname()}` })
}

function objectsOf(node: Node): KubeObject[] {
  const items = child(node, 'items')
  if (items?.kind === 'list') return items.items.flatMap(objectsOf)
  const json = nodeToJson(node)
  const named =
    textAt(json, 'apiVersion') !== undefined &&
    textAt(json, 'kind') !== undefined &&
    textAt(json, 'metadata', 'name') !== undefined
  return named ? [json as unknown as KubeObject] : []
}
