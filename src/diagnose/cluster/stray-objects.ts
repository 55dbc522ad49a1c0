// Objects of MetalLB in a namespace where none of its programs look. Its webhook refuses them; where it was not there yet, or does not
// answer, they get in, and are read by nobody.
import type { KubeObject } from '../../config/kube-object.ts'
import { type ClusterFacts, itemsOf } from './cluster-facts.ts'
import { installationsOf } from './installations.ts'

/** Whether an installation reads the object; true for all where none is known. */
export function isReadBy(facts: ClusterFacts): (object: KubeObject) => boolean {
  const namespaces = new Set(installationsOf(facts).map(({ namespace }) => namespace))
  return ({ apiVersion, metadata: { namespace } }) =>
    namespaces.size === 0 ||
    namespace === undefined ||
    !apiVersion.startsWith('metallb.io/') ||
    namespaces.has(namespace)
}

export function strayObjects(facts: ClusterFacts): readonly KubeObject[] {
  const isRead = isReadBy(facts)
  return itemsOf(facts.configuration).filter((object) => !isRead(object))
}
