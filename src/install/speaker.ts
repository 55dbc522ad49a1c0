// The DaemonSet: a speaker on every node.
import type { InstallItem } from './install-item.ts'
import { LINK_PROBE_PORT_NAME, MEMBERLIST_SECRET, metadataIn, PORTS, SPEAKER, selectorOf } from './names.ts'
import type { InstallOptions } from './options.ts'
import {
  CONTROL_PLANE_TOLERATIONS,
  containerSecurity,
  fromField,
  POD_ENVIRONMENT,
  podMetadata,
  probes,
  pullSecrets,
  SECCOMP,
  sharedArguments,
} from './pod-parts.ts'

const STATE_DIR = '/run/lbctl'
const KEY_DIR = '/etc/ml_secret_key'

export function speakerItem(options: InstallOptions): InstallItem {
  const pod = 'spec.template.spec'
  const container = `${pod}.containers[0]`
  return {
    object: {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: metadataIn(options, SPEAKER, 'speaker'),
      spec: {
        selector: { matchLabels: selectorOf('speaker') },
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
        template: { metadata: podMetadata('speaker'), spec: podSpec(options) },
      },
    },
    comments: new Map([
      [
        'spec.updateStrategy',
        { above: ['One node after the other: each address moves to another node at most once at a time.'] },
      ],
      [`${pod}.hostNetwork`, { above: ['ARP, neighbour discovery and BGP are spoken by the node itself.'] }],
      [
        `${pod}.securityContext.runAsUser`,
        { above: ['Capabilities are for root alone in Kubernetes; all but those below are taken away.'] },
      ],
      [
        `${container}.securityContext.capabilities.add[0]`,
        { beside: 'to send and receive frames of ARP and neighbour discovery' },
      ],
      [
        `${container}.securityContext.capabilities.add[1]`,
        { beside: `to accept BGP connections on port ${PORTS.bgp}` },
      ],
      [`${container}.livenessProbe.httpGet.host`, { beside: 'the pod is in the network of the node' }],
      [`${pod}.volumes[1].secret.optional`, { beside: 'the controller makes it; the speaker waits for it' }],
    ]),
  }
}

function podSpec(options: InstallOptions) {
  return {
    serviceAccountName: SPEAKER,
    hostNetwork: true,
    dnsPolicy: 'ClusterFirstWithHostNet',
    nodeSelector: { 'kubernetes.io/os': 'linux', ...options.nodeSelector },
    tolerations: CONTROL_PLANE_TOLERATIONS,
    priorityClassName: 'system-node-critical',
    terminationGracePeriodSeconds: 10,
    ...pullSecrets(options),
    securityContext: { runAsUser: 0, seccompProfile: SECCOMP },
    containers: [container(options)],
    volumes: [
      { name: 'state', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } },
      { name: 'memberlist', secret: { secretName: MEMBERLIST_SECRET, optional: true, defaultMode: 0o400 } },
    ],
  }
}

function container(options: InstallOptions) {
  return {
    name: 'speaker',
    image: options.image,
    args: [
      'speaker',
      'run',
      ...sharedArguments(options),
      `--state-dir=${STATE_DIR}`,
      // Whoever reaches the node could read them otherwise; with a PodMonitor that is what is wanted.
      `--metrics-addr=${options.podMonitor ? '0.0.0.0' : '127.0.0.1'}:${PORTS.metrics}`,
      ...(options.ignoreExcludeLabel ? ['--ignore-exclude-lb'] : []),
      ...(options.probeBeforeAssign ? [`--probe-listen=0.0.0.0:${PORTS.linkProbe}`] : []),
      ...(options.bgpListen ? [`--bgp-listen=0.0.0.0:${PORTS.bgp}`] : []),
    ],
    env: [
      ...POD_ENVIRONMENT,
      fromField('METALLB_NODE_NAME', 'spec.nodeName'),
      fromField('METALLB_HOST', 'status.hostIP'),
      fromField('METALLB_ML_BIND_ADDR', 'status.podIP'),
      { name: 'METALLB_ML_BIND_PORT', value: String(PORTS.gossip) },
      {
        name: 'METALLB_ML_LABELS',
        value: Object.entries(selectorOf('speaker'))
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
      },
      { name: 'METALLB_ML_SECRET_KEY_PATH', value: KEY_DIR },
    ],
    ports: [
      { name: 'metrics', containerPort: PORTS.metrics, protocol: 'TCP' },
      { name: 'gossip-tcp', containerPort: PORTS.gossip, protocol: 'TCP' },
      { name: 'gossip-udp', containerPort: PORTS.gossip, protocol: 'UDP' },
      ...(options.probeBeforeAssign
        ? [{ name: LINK_PROBE_PORT_NAME, containerPort: PORTS.linkProbe, protocol: 'TCP' }]
        : []),
    ],
    ...probes('127.0.0.1'),
    resources: { requests: { cpu: '25m', memory: '96Mi' }, limits: { memory: '256Mi' } },
    securityContext: containerSecurity(['NET_RAW', ...(options.bgpListen ? ['NET_BIND_SERVICE'] : [])]),
    volumeMounts: [
      { name: 'state', mountPath: STATE_DIR },
      { name: 'memberlist', mountPath: KEY_DIR, readOnly: true },
    ],
  }
}
