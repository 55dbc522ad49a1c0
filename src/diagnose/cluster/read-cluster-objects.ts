// The objects of the facts, as the rules and the speaker read them.
import type { Json, KubeObject } from '../../config/kube-object.ts'
import { type ReadResult, readObjects } from '../../config/objects/read-objects.ts'
import { nodeFromJson } from '../../config/source/from-json.ts'
import { type ClusterFacts, itemsOf } from './cluster-facts.ts'
import { idOf } from './object-fields.ts'
import { isReadBy } from './stray-objects.ts'

const READ = [
  'configuration',
  'statuses',
  'services',
  'endpointSlices',
  'nodes',
  'secrets',
  'namespaces',
] as const

export const readClusterObjects = (facts: ClusterFacts): ReadResult => readObjects(nodesOf(facts))

/** One after the other, so that the tree of an object is gone before the next one is made. */
function* nodesOf(facts: ClusterFacts) {
  const isInPlace = isReadBy(facts)
  for (const plane of READ)
    for (const object of itemsOf(facts[plane])) if (isRead(object) && isInPlace(object)) yield asNode(object)
}

const asNode = (object: KubeObject) =>
  nodeFromJson(object as unknown as Json, `<${object.kind} ${idOf(object)}>`)

/** FRR's own records are of another group, and read as they are. */
const isRead = ({ apiVersion, kind }: KubeObject): boolean =>
  !apiVersion.includes('/') || /^(metallb\.io|discovery\.k8s\.io)\//.test(apiVersion) || kind === 'Secret'
