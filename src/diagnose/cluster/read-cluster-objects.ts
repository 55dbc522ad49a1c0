// The objects of the facts, as the rules and the speaker read them.
import type { Json, KubeObject } from '../../config/kube-object.ts'
import { type ReadResult, readObjects } from '../../config/objects/read-objects.ts'
import { nodeFromJson } from '../../config/source/from-json.ts'
import { type ClusterFacts, itemsOf } from './cluster-facts.ts'
import { idOf } from './object-fields.ts'

const READ = [
  'configuration',
  'statuses',
  'services',
  'endpointSlices',
  'nodes',
  'secrets',
  'namespaces',
] as const

export const readClusterObjects = (facts: ClusterFacts): ReadResult =>
  readObjects(READ.flatMap((plane) => itemsOf(facts[plane]).filter(isRead).map(asNode)))

const asNode = (object: KubeObject) =>
  nodeFromJson(object as unknown as Json, `<${object.kind} ${idOf(object)}>`)

/** FRR's own records are of another group, and read as they are. */
const isRead = ({ apiVersion, kind }: KubeObject): boolean =>
  !apiVersion.includes('/') || /^(metallb\.io|discovery\.k8s\.io)\//.test(apiVersion) || kind === 'Secret'
