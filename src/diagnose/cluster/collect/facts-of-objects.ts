// Objects of files → facts. A kind that no file holds was not asked about: its absence says nothing.
import type { KubeObject } from '../../../config/kube-object.ts'
import {
  type ClusterFacts,
  clusterFacts,
  notAsked,
  OBJECT_PLANES,
  type ObjectPlane,
  type ObjectPlanes,
  readPlane,
} from '../cluster-facts.ts'
import { DISCOVERED_GROUPS } from './plan.ts'
import { trimmed } from './trimmed.ts'

const CORE: Readonly<Record<string, ObjectPlane>> = {
  Service: 'services',
  EndpointSlice: 'endpointSlices',
  Node: 'nodes',
  Namespace: 'namespaces',
  Pod: 'pods',
  DaemonSet: 'daemonSets',
  Deployment: 'deployments',
  ConfigMap: 'configMaps',
  Secret: 'secrets',
  ValidatingWebhookConfiguration: 'webhooks',
  Event: 'events',
  Lease: 'leases',
}

/** The plane of an object; undefined for a kind that no check looks at. */
export function planeOf({ apiVersion, kind }: KubeObject): ObjectPlane | undefined {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''
  const custom = DISCOVERED_GROUPS.find((each) => each.group === group)
  return custom === undefined ? CORE[kind] : custom.kinds[kind]
}

export function factsOfObjects(
  objects: readonly KubeObject[],
  where: { readonly takenAt: string; readonly vantage: string },
): ClusterFacts {
  const planes = Object.fromEntries(
    OBJECT_PLANES.map((name) => {
      const own = objects.filter((object) => planeOf(object) === name).map(trimmed)
      // MetalLB writes its statuses only where it has something to say.
      const empty = notAsked(
        'none of the files holds any',
        'Add them to the files, or leave out -f and ask the cluster.',
      )
      return [name, own.length > 0 || name === 'statuses' || name === 'foreign' ? readPlane(own) : empty]
    }),
  ) as unknown as ObjectPlanes
  return clusterFacts({ ...where, origin: 'files', ...planes })
}
