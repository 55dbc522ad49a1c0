// Services and EndpointSlices as they lie in a cluster of today: with managedFields, labels of a chart, and last-applied-configuration.
const CHART = 'Helm owns this; edit the values instead. '.repeat(4)

const managed = (manager, fields) => ({
  ...{ manager, operation: 'Update', apiVersion: 'v1', time: '2026-01-02T03:04:05Z', fieldsType: 'FieldsV1' },
  fieldsV1: Object.fromEntries(fields.map((field) => [`f:${field}`, { '.': {}, 'f:value': {} }])),
})

const metadataOf = (index, kind, annotations, labels) => ({
  namespace: `ns${index % 100}`,
  name: `${kind}${index}`,
  uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  creationTimestamp: '2026-01-02T03:04:05Z',
  labels: {
    'app.kubernetes.io/name': `app${index % 50}`,
    'app.kubernetes.io/instance': `release${index}`,
    'app.kubernetes.io/managed-by': 'Helm',
    'helm.sh/chart': 'web-1.2.3',
    ...labels,
  },
  annotations: { 'meta.helm.sh/release-name': `release${index}`, note: CHART, ...annotations },
  managedFields: [
    managed('helm', ['metadata', 'labels', 'annotations', 'spec', 'ports', 'selector', 'type']),
    managed('kube-controller-manager', ['status', 'endpoints', 'addressType', 'conditions']),
  ],
})

export function serviceOf(index, port = 80) {
  const spec = {
    type: 'LoadBalancer',
    clusterIP: `10.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
    clusterIPs: [`10.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`],
    ...{ ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', externalTrafficPolicy: 'Cluster' },
    selector: { 'app.kubernetes.io/instance': `release${index}` },
    ports: [
      { name: 'http', protocol: 'TCP', port, targetPort: 8080, nodePort: 30_000 + (index % 2_700) },
      { name: 'https', protocol: 'TCP', port: 443, targetPort: 8443 },
    ],
  }
  return {
    ...{ apiVersion: 'v1', kind: 'Service' },
    metadata: metadataOf(index, 'svc', {
      'metallb.io/ip-allocated-from-pool': 'lan',
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ kind: 'Service', spec }),
    }),
    spec,
    status: { loadBalancer: { ingress: [{ ip: addressOf(index), ipMode: 'VIP' }] } },
  }
}

export const addressOf = (index) => `172.${16 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`

export const sliceOf = (index) => ({
  ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
  metadata: metadataOf(index, 'slice', {}, { 'kubernetes.io/service-name': `svc${index}` }),
  endpoints: [0, 1, 2].map((replica) => ({
    ...{ addresses: [`10.244.${index % 250}.${replica + 1}`], nodeName: `node${(index + replica) % 100}` },
    conditions: { ready: true, serving: true, terminating: false },
    targetRef: {
      kind: 'Pod',
      namespace: `ns${index % 100}`,
      name: `svc${index}-${replica}`,
      uid: `${index}-${replica}`,
    },
  })),
  ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
})
