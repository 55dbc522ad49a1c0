// What a user of the cluster lab applies, as short as the scenarios want it. All of it is plain JSON for kubectl.
import { endpointSlice, type KubernetesObject } from '../speaker-lab/speaker-objects.ts'

export interface ServiceWishes {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  /** `[80, 'UDP']`; one of TCP by default */
  readonly ports?: readonly (readonly [port: number, protocol: 'TCP' | 'UDP'])[]
  readonly selector?: Readonly<Record<string, string>>
  /** the rest of the spec: `externalTrafficPolicy`, `ipFamilyPolicy`, `loadBalancerClass` … */
  readonly spec?: Readonly<Record<string, unknown>>
  /** not `shop` */
  readonly namespace?: string
}

/** A Service of type LoadBalancer, without a wish for an address. Nobody announces it until it has endpoints. */
export const loadBalancer = (
  name: string,
  { labels = {}, annotations = {}, ports = [[80, 'TCP']], selector, spec, namespace }: ServiceWishes = {},
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: namespace ?? 'shop', labels, annotations },
  spec: {
    type: 'LoadBalancer',
    selector: selector ?? { app: name },
    ports: ports.map(([port, protocol]) => ({ name: `${protocol.toLowerCase()}-${port}`, port, protocol })),
    ...spec,
  },
})

/** The same with an endpoint on each of the nodes. */
export const exposed = (
  name: string,
  nodes: readonly string[],
  wishes: ServiceWishes = {},
): readonly KubernetesObject[] => [loadBalancer(name, wishes), endpointSlice(name, ...nodes)]

export const NODES = ['node1', 'node2', 'node3'] as const

export const requestedPool = (pool: string) => ({ 'metallb.io/address-pool': pool })
export const requestedAddresses = (...addresses: readonly string[]) => ({
  'metallb.io/loadBalancerIPs': addresses.join(','),
})
export const shared = (key: string) => ({ 'metallb.io/allow-shared-ip': key })
