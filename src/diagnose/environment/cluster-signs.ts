// How things are found among the objects of a cluster.
import type { KubeObject } from '../../config/kube-object.ts'
import { type ClusterFacts, itemsOf } from '../cluster/cluster-facts.ts'
import { mapAt, textAt } from '../cluster/object-fields.ts'

export const nodesOf = (facts: ClusterFacts): readonly KubeObject[] => itemsOf(facts.nodes)
export const workloads = (facts: ClusterFacts): readonly KubeObject[] => [
  ...itemsOf(facts.daemonSets),
  ...itemsOf(facts.deployments),
  ...itemsOf(facts.pods),
]
export const named = (facts: ClusterFacts, pattern: RegExp): readonly string[] => [
  ...new Set(
    workloads(facts)
      .filter(({ metadata }) => pattern.test(metadata.name))
      .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`),
  ),
]
export const foreign = (facts: ClusterFacts, pattern: RegExp, kind: RegExp): readonly string[] =>
  itemsOf(facts.foreign)
    .filter((each) => pattern.test(each.apiVersion) && kind.test(each.kind))
    .map((each) => `${each.kind} ${each.metadata.name}`)
export const releaseOfNode = (node: KubeObject): string =>
  textAt(node, 'status', 'nodeInfo', 'kubeletVersion') ?? ''

/** A value of kube-proxy's configuration; quotes do not count. */
export function proxySetting(facts: ClusterFacts, key: string): string | undefined {
  const map = itemsOf(facts.configMaps).find(({ metadata }) => metadata.name === 'kube-proxy')
  const text = Object.values(mapAt(map, 'data')).find((each) => each.includes('KubeProxyConfiguration'))
  return text === undefined
    ? undefined
    : (new RegExp(`^\\s*"?${key}"?\\s*:\\s*["']?([A-Za-z]*)`, 'm').exec(text)?.[1] ?? '')
}

export const works = { layer2: 'works', bgp: 'works', reason: '', change: undefined } as const
