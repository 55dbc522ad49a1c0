// What is asked of a cluster for which plane: one table, from which the requests, the explained plan and the RBAC rules come.
import type { ObjectPlane } from '../cluster-facts.ts'
import type { ListRequest } from '../ports.ts'

export interface PlannedList extends ListRequest {
  readonly plane: ObjectPlane
}

/** Groups whose kinds are looked up before they are listed: their versions differ, and most clusters lack most of them. */
export const DISCOVERED_GROUPS: readonly {
  readonly group: string
  readonly kinds: Readonly<Record<string, ObjectPlane>>
}[] = [
  {
    group: 'metallb.io',
    kinds: {
      IPAddressPool: 'configuration',
      AddressPool: 'configuration',
      L2Advertisement: 'configuration',
      BGPAdvertisement: 'configuration',
      BGPPeer: 'configuration',
      BFDProfile: 'configuration',
      Community: 'configuration',
      ServiceL2Status: 'statuses',
      ServiceBGPStatus: 'statuses',
      ConfigurationState: 'statuses',
    },
  },
  {
    group: 'frrk8s.metallb.io',
    kinds: { FRRNodeState: 'statuses', BGPSessionState: 'statuses', FRRConfiguration: 'foreign' },
  },
  {
    group: 'cilium.io',
    kinds: {
      CiliumLoadBalancerIPPool: 'foreign',
      CiliumL2AnnouncementPolicy: 'foreign',
      CiliumBGPPeeringPolicy: 'foreign',
      CiliumBGPClusterConfig: 'foreign',
      CiliumBGPPeerConfig: 'foreign',
    },
  },
  { group: 'crd.projectcalico.org', kinds: { BGPPeer: 'foreign', BGPConfiguration: 'foreign' } },
]

const core = (
  plane: ObjectPlane,
  resource: string,
  kind: string,
  more: Partial<ListRequest> = {},
): PlannedList => ({
  plane,
  group: '',
  version: 'v1',
  resource,
  kind,
  ...more,
})

/** Asked first: they say where MetalLB is, or lbctl in its place. */
export const WORKLOADS: readonly PlannedList[] = [
  { plane: 'daemonSets', group: 'apps', version: 'v1', resource: 'daemonsets', kind: 'DaemonSet' },
  {
    plane: 'deployments',
    group: 'apps',
    version: 'v1',
    resource: 'deployments',
    kind: 'Deployment',
    labelSelector: 'app=metallb',
  },
  {
    plane: 'deployments',
    group: 'apps',
    version: 'v1',
    resource: 'deployments',
    kind: 'Deployment',
    labelSelector: 'app.kubernetes.io/name in (metallb,lbctl)',
  },
]

/** @param namespaces those of MetalLB; @param others those of Services whose Pods are of interest */
export function listsFor(namespaces: readonly string[], others: readonly string[]): readonly PlannedList[] {
  return [
    core('services', 'services', 'Service'),
    {
      plane: 'endpointSlices',
      group: 'discovery.k8s.io',
      version: 'v1',
      resource: 'endpointslices',
      kind: 'EndpointSlice',
    },
    core('nodes', 'nodes', 'Node'),
    core('namespaces', 'namespaces', 'Namespace'),
    ...[...new Set([...namespaces, ...others, 'kube-system'])].map((namespace) =>
      core('pods', 'pods', 'Pod', { namespace }),
    ),
    ...namespaces.flatMap((namespace) => [
      core('configMaps', 'configmaps', 'ConfigMap', { namespace }),
      core('secrets', 'secrets', 'Secret', { namespace }),
      core('events', 'events', 'Event', { namespace }),
    ]),
    ...['kube-proxy', 'cilium-config'].map((name) =>
      core('configMaps', 'configmaps', 'ConfigMap', {
        namespace: 'kube-system',
        fieldSelector: `metadata.name=${name}`,
      }),
    ),
    ...['Service', 'Node'].map((kind) =>
      core('events', 'events', 'Event', { fieldSelector: `involvedObject.kind=${kind}` }),
    ),
    {
      plane: 'leases',
      group: 'coordination.k8s.io',
      version: 'v1',
      resource: 'leases',
      kind: 'Lease',
      namespace: 'kube-system',
    },
    {
      plane: 'webhooks',
      group: 'admissionregistration.k8s.io',
      version: 'v1',
      resource: 'validatingwebhookconfigurations',
      kind: 'ValidatingWebhookConfiguration',
    },
  ]
}

/** `list pods in namespace kube-system` */
export function planText({ resource, group, namespace, labelSelector, fieldSelector }: ListRequest): string {
  const what = group === '' ? resource : `${resource}.${group}`
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`
  const chosen = [labelSelector, fieldSelector].filter((each) => each !== undefined)
  return `list ${what}${where}${chosen.length === 0 ? '' : ` with ${chosen.join(', ')}`}`
}
