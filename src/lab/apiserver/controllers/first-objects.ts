// What a cluster has before anybody came: its namespaces, and the Service of the API server itself.
import type { KubeObject } from '../resource-kind.ts'
import { timeText, type World } from '../world.ts'

export const FIRST_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

export function firstObjects(world: World): void {
  for (const name of FIRST_NAMESPACES) {
    if (world.store.get('namespaces', name) === undefined)
      put(world, 'namespaces', name, namespaceObject(name))
  }
  if (world.store.get('services', 'default/kubernetes') === undefined)
    put(world, 'services', 'default/kubernetes', ownService())
}

export const namespaceObject = (name: string): KubeObject => ({
  kind: 'Namespace',
  apiVersion: 'v1',
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
  spec: { finalizers: ['kubernetes'] },
  status: { phase: 'Active' },
})

function ownService(): KubeObject {
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1'],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    },
    status: { loadBalancer: {} },
  }
}

function put(world: World, resource: string, key: string, object: KubeObject): void {
  const metadata = { ...object.metadata, uid: world.uuid(), creationTimestamp: timeText(world.now()) }
  world.store.put(resource, key, { ...object, metadata })
}
