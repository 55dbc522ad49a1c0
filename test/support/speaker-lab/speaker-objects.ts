// Objects for the files of a speaker, as short as the scenarios want them. JSON is YAML, so they are written as they are.
export type KubernetesObject = Readonly<Record<string, unknown>> & {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Labels
    readonly annotations?: Labels
  }
}

type Labels = Readonly<Record<string, string>>
type Spec = Readonly<Record<string, unknown>>

const metallb = (kind: string, version: string, name: string, spec: Spec): KubernetesObject => ({
  apiVersion: `metallb.io/${version}`,
  kind,
  metadata: { name, namespace: 'metallb-system' },
  spec,
})

export const pool = (name: string, ...addresses: readonly string[]): KubernetesObject =>
  metallb('IPAddressPool', 'v1beta1', name, { addresses })

export const layer2Advertisement = (name: string, spec: Spec = {}): KubernetesObject =>
  metallb('L2Advertisement', 'v1beta1', name, spec)

export const bgpAdvertisement = (name: string, spec: Spec = {}): KubernetesObject =>
  metallb('BGPAdvertisement', 'v1beta1', name, spec)

export const bgpPeerObject = (name: string, spec: Spec): KubernetesObject =>
  metallb('BGPPeer', 'v1beta2', name, spec)

export interface ServiceOptions {
  readonly policy?: 'Cluster' | 'Local'
  /** key of a shared address */
  readonly sharing?: string
  readonly port?: number
  readonly labels?: Labels
}

export const service = (
  name: string,
  addresses: string | readonly string[],
  { policy = 'Cluster', sharing, port = 80, labels = {} }: ServiceOptions = {},
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name,
    namespace: 'shop',
    labels,
    annotations: {
      'metallb.io/loadBalancerIPs': [addresses].flat().join(','),
      ...(sharing === undefined ? {} : { 'metallb.io/allow-shared-ip': sharing }),
    },
  },
  spec: { type: 'LoadBalancer', externalTrafficPolicy: policy, ports: [{ port, protocol: 'TCP' }] },
})

/** One endpoint, ready, on each of the named nodes. */
export const endpointSlice = (of: string, ...nodes: readonly string[]): KubernetesObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${of}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': of } },
  addressType: 'IPv4',
  endpoints: nodes.map((nodeName, i) => ({
    addresses: [`10.0.0.${i + 1}`],
    nodeName,
    conditions: { ready: true, serving: true },
  })),
  ports: [{ port: 8080 }],
})

export const secret = (name: string, password: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/basic-auth',
  metadata: { name, namespace: 'metallb-system' },
  stringData: { password },
})

export const node = (name: string, addresses: readonly string[], labels: Labels = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
  status: { addresses: addresses.map((address) => ({ type: 'InternalIP', address })) },
})

export const yamlText = (objects: readonly KubernetesObject[]): string =>
  objects.map((object) => `${JSON.stringify(object, undefined, 2)}\n`).join('---\n')
