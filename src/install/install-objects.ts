// All objects of an installation, each after those that it needs.
import { accessItems } from './access.ts'
import { controllerItems } from './controller.ts'
import type { InstallItem } from './install-item.ts'
import { podMonitorItems } from './monitoring.ts'
import { LEASE } from './names.ts'
import { networkPolicyItems } from './network-policies.ts'
import { hasController, hasSpeaker, type InstallOptions } from './options.ts'
import { speakerItem } from './speaker.ts'
import { crdItems, webhookItems } from './webhook-objects.ts'

/** CRDs first, since the rest is about their kinds; webhooks last, when there is somebody to answer them. */
export function installItems(options: InstallOptions): readonly InstallItem[] {
  return [
    ...crdItems(options),
    namespaceItem(options),
    ...accessItems(options),
    ...networkPolicyItems(options),
    ...(hasSpeaker(options) ? [speakerItem(options)] : []),
    ...(hasController(options) ? controllerItems(options) : []),
    ...webhookItems(options),
    ...podMonitorItems(options),
  ]
}

/**
 * Whatever an installation may have brought, with every option, or made while it ran; only kinds and names of these objects mean
 * something. The Lease is the first, to be removed last: a controller that ends has no right any more to make it again.
 */
export const allItems = (namespace: string): readonly InstallItem[] => [
  {
    object: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: LEASE, namespace } },
  },
  ...installItems({
    mode: 'all',
    namespace,
    image: 'lbctl',
    imagePullSecrets: [],
    nodeSelector: {},
    ignoreExcludeLabel: false,
    bgpListen: true,
    probeBeforeAssign: true,
    webhooks: true,
    networkPolicies: true,
    podMonitor: true,
    logLevel: 'info',
  }),
]

/**
 * It gets no label of ours but the levels of pod security, so that it stays whose it is: configuration lives in it, and MetalLB
 * may. A controller alone would be content with `restricted`, but to enforce that would keep a speaker of MetalLB from starting.
 */
function namespaceItem(options: InstallOptions): InstallItem {
  const labels: Readonly<Record<string, string>> = hasSpeaker(options)
    ? levels('privileged', ['enforce', 'audit', 'warn'])
    : {}
  const metadata = { name: options.namespace, ...(hasSpeaker(options) ? { labels } : {}) }
  return {
    object: { apiVersion: 'v1', kind: 'Namespace', metadata },
    comments: new Map([
      [
        'metadata.labels',
        { above: ['A pod in the network of its node, and NET_RAW, are for privileged namespaces only.'] },
      ],
    ]),
  }
}

const levels = (level: string, modes: readonly string[]) =>
  Object.fromEntries(modes.map((mode) => [`pod-security.kubernetes.io/${mode}`, level]))
