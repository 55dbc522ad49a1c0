// Names, labels and ports that objects refer to each other by.
import type { InstallOptions } from './options.ts'

export const SPEAKER = 'lbctl-speaker'
export const CONTROLLER = 'lbctl-controller'

export const WEBHOOK_SERVICE = 'lbctl-webhook'
export const WEBHOOK_CONFIGURATION = 'lbctl-webhook-configuration'
export const WEBHOOK_SECRET = 'lbctl-webhook-cert'
/** MetalLB's own, which lives on in many clusters when its controller is gone, and then refuses every write */
export const METALLB_WEBHOOK_CONFIGURATION = 'metallb-webhook-configuration'
/** the CRD with two versions, which names the conversion webhook */
export const CONVERTED_CRD = 'bgppeers.metallb.io'

/** Shared with MetalLB's speakers on purpose: one key for one gossip (metallb.md §4.10, §7.6). */
export const MEMBERLIST_SECRET = 'memberlist'
/** of the leader among the controllers */
export const LEASE = 'lbctl-controller'

export const PORTS = {
  webhook: 9443,
  metrics: 7472,
  gossip: 7946,
  bgp: 179,
  linkProbe: 7475,
} as const

/** by which the controller finds speakers that it can ask */
export const LINK_PROBE_PORT_NAME = 'link-probe'

const NAME_LABEL = 'app.kubernetes.io/name'
export const COMPONENT_LABEL = 'app.kubernetes.io/component'
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by'
export const MANAGER = 'lbctl'

export type Component = 'speaker' | 'controller'

/** Of every object; `uninstall` removes nothing without them. */
export const LABELS = { [NAME_LABEL]: 'lbctl', [MANAGED_BY_LABEL]: MANAGER } as const

/** By which pods are found. A workload's selector never changes, so nothing that may change belongs here. */
export const selectorOf = (component: Component): Readonly<Record<string, string>> => ({
  [NAME_LABEL]: 'lbctl',
  [COMPONENT_LABEL]: component,
})

export interface NamedMetadata {
  readonly name: string
  readonly namespace?: string
  readonly labels: Readonly<Record<string, string>>
}

export const clusterMetadata = (name: string, component?: Component): NamedMetadata => ({
  name,
  labels: component === undefined ? LABELS : { ...LABELS, [COMPONENT_LABEL]: component },
})

export const metadataIn = (
  { namespace }: Pick<InstallOptions, 'namespace'>,
  name: string,
  component?: Component,
): NamedMetadata => ({ name, namespace, labels: clusterMetadata(name, component).labels })
