// The Deployment: two controllers, of which one leads.
import type { InstallItem } from './install-item.ts'
import { CONTROLLER, MEMBERLIST_SECRET, metadataIn, PORTS, selectorOf } from './names.ts'
import { hasWebhooks, type InstallOptions } from './options.ts'
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

/** `nonroot` of the distroless images; the image has no other user either. */
const NONROOT = 65532

export function controllerItems(options: InstallOptions): readonly InstallItem[] {
  const pod = 'spec.template.spec'
  return [
    {
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: metadataIn(options, CONTROLLER, 'controller'),
        spec: {
          replicas: 2,
          selector: { matchLabels: selectorOf('controller') },
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } },
          template: { metadata: podMetadata('controller'), spec: podSpec(options) },
        },
      },
      comments: new Map([
        [
          'spec.replicas',
          { above: ['One leads and writes; the other serves webhooks too, and takes over within seconds.'] },
        ],
        [`${pod}.affinity`, { above: ['Not both on one node, where there are more.'] }],
      ]),
    },
    {
      object: {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: metadataIn(options, CONTROLLER, 'controller'),
        spec: { minAvailable: 1, selector: { matchLabels: selectorOf('controller') } },
      },
    },
  ]
}

function podSpec(options: InstallOptions) {
  return {
    serviceAccountName: CONTROLLER,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: CONTROL_PLANE_TOLERATIONS,
    priorityClassName: 'system-cluster-critical',
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: {
              labelSelector: { matchLabels: selectorOf('controller') },
              topologyKey: 'kubernetes.io/hostname',
            },
          },
        ],
      },
    },
    terminationGracePeriodSeconds: 10,
    ...pullSecrets(options),
    securityContext: { runAsNonRoot: true, runAsUser: NONROOT, runAsGroup: NONROOT, seccompProfile: SECCOMP },
    containers: [container(options)],
  }
}

function container(options: InstallOptions) {
  const webhooks = hasWebhooks(options)
  return {
    name: 'controller',
    image: options.image,
    args: [
      'controller',
      'run',
      ...sharedArguments(options),
      `--metrics-addr=[::]:${PORTS.metrics}`,
      ...(options.probeBeforeAssign ? ['--probe-before-assign'] : []),
      `--webhook-mode=${webhooks ? 'enabled' : 'disabled'}`,
    ],
    env: [
      ...POD_ENVIRONMENT,
      fromField('METALLB_NODE_NAME', 'spec.nodeName'),
      { name: 'METALLB_DEPLOYMENT', value: CONTROLLER },
      { name: 'METALLB_ML_SECRET_NAME', value: MEMBERLIST_SECRET },
      { name: 'METALLB_BGP_TYPE', value: 'native' },
    ],
    ports: [
      { name: 'metrics', containerPort: PORTS.metrics, protocol: 'TCP' },
      ...(webhooks ? [{ name: 'webhook', containerPort: PORTS.webhook, protocol: 'TCP' }] : []),
    ],
    ...probes(),
    resources: { requests: { cpu: '25m', memory: '96Mi' }, limits: { memory: '512Mi' } },
    securityContext: containerSecurity([]),
  }
}
