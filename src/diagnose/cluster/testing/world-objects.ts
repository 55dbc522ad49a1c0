// Objects as an API server has them, for tests.
import type { KubeObject } from '../../../config/kube-object.ts'

export const PRIVILEGED = {
  'pod-security.kubernetes.io/enforce': 'privileged',
  'pod-security.kubernetes.io/audit': 'privileged',
  'pod-security.kubernetes.io/warn': 'privileged',
}
export const NAMESPACE = 'metallb-system'

export type Spec = Readonly<Record<string, unknown>>

export const namespace = (name: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
})

export const node = (name: string, address: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
  spec: {},
  status: {
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: name },
    ],
    conditions: [
      { type: 'Ready', status: 'True', lastTransitionTime: '2026-02-01T00:00:00Z' },
      { type: 'NetworkUnavailable', status: 'False', lastTransitionTime: '2026-02-01T00:00:00Z' },
    ],
  },
})

export const metal = (
  kind: string,
  name: string,
  spec: Spec,
  apiVersion = 'metallb.io/v1beta1',
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: NAMESPACE },
  spec,
})

export const pool = (name: string, addresses: string[], spec: Spec = {}): KubeObject =>
  metal('IPAddressPool', name, { addresses, ...spec })

export const split = (key: string): { namespace: string; name: string } => {
  const [namespaceOf = '', name = ''] = key.split('/')
  return { namespace: namespaceOf, name }
}

/** The same for the same Service, in every run. */
const clusterIpOf = (key: string): string => {
  const sum = [...key].reduce((all, char) => (all * 31 + char.charCodeAt(0)) % 60_000, 7)
  return `10.96.${sum >> 8}.${sum & 0xff}`
}

export const service = (
  key: string,
  address: string | undefined,
  from = 'lan',
  spec: Spec = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    ...split(key),
    labels: { app: split(key).name },
    annotations: address === undefined ? {} : { 'metallb.io/ip-allocated-from-pool': from },
  },
  spec: {
    type: 'LoadBalancer',
    clusterIP: clusterIpOf(key),
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    externalTrafficPolicy: 'Cluster',
    selector: { app: split(key).name },
    ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }],
    ...spec,
  },
  status: { loadBalancer: address === undefined ? {} : { ingress: [{ ip: address, ipMode: 'VIP' }] } },
})

export const slice = (key: string, nodes: readonly string[], ready = true, port = 8080): KubeObject => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    namespace: split(key).namespace,
    name: `${split(key).name}-x1`,
    labels: { 'kubernetes.io/service-name': split(key).name },
  },
  addressType: 'IPv4',
  endpoints: nodes.map((nodeName, index) => ({
    nodeName,
    addresses: [`10.1.${index}.7`],
    conditions: { ready, serving: ready, terminating: false },
  })),
  ports: [{ name: '', port, protocol: 'TCP' }],
})

export const secret = (name: string, type: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: NAMESPACE },
  type,
  ...(type === 'kubernetes.io/basic-auth' ? { data: { password: '' } } : {}),
})

export const proxyConfig = (mode: string, strictARP: boolean): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'kube-proxy', namespace: 'kube-system' },
  data: {
    'config.conf': `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: "${mode}"\nipvs:\n  scheduler: ""\n  strictARP: ${strictARP}\n`,
  },
})

export const webhook = (): KubeObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'metallb-webhook-configuration' },
  webhooks: [
    {
      name: 'ipaddresspoolvalidationwebhook.metallb.io',
      failurePolicy: 'Fail',
      clientConfig: {
        caBundle: 'LS0tLS1CRUdJTg==',
        service: { name: 'metallb-webhook-service', namespace: NAMESPACE, path: '/validate' },
      },
    },
  ],
})

export const webhookService = (): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: NAMESPACE, name: 'metallb-webhook-service' },
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.96.0.9',
    selector: { app: 'metallb', component: 'controller' },
    ports: [{ port: 443, targetPort: 9443 }],
  },
})

export const event = (about: string, reason: string, message: string, extra: Spec = {}): KubeObject => {
  const [kind = '', key = ''] = about.split(' ')
  const where = key.includes('/') ? split(key) : { name: key }
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { namespace: 'default', name: `${reason}-${key.replace('/', '-')}-${message.length}` },
    involvedObject: { kind, ...where },
    reason,
    message,
    type: 'Warning',
    source: { component: 'metallb-speaker' },
    count: 1,
    lastTimestamp: '2026-03-01T11:55:00Z',
    ...extra,
  }
}
