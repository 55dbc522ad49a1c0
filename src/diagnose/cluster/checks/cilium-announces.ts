// F26: where Cilium announces by layer 2, it needs the feature, its own proxy, a policy for the Service, and a lease for each Service.
import type { KubeObject } from '../../../config/kube-object.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import type { ClusterView } from '../cluster-view.ts'
import { at, idOf, listAt, mapAt, numberAt, textAt, timeOf } from '../object-fields.ts'
import { counted, listed, servicesText } from '../wording.ts'

/** Services of this class are Cilium's own to announce by layer 2. */
const CLASS = 'io.cilium/l2-announcer'
const LEASE_SECONDS = 15

export const ciliumAnnounces: ClusterCheck = {
  id: 'cilium-announces',
  code: 'F26',
  link: 'owner',
  title: 'Cilium announces what it is to announce',
  needs: ['foreign', 'configMaps', 'services', 'leases'],
  evaluate: (view) => {
    const policies = view.foreign('CiliumL2AnnouncementPolicy')
    const services = servicesOf(view)
    if (policies.length === 0 && services.length === 0)
      return skip('Cilium is not asked to announce by layer 2')
    return failOr(
      switchedOff(view, services) ?? [
        ...unselected(policies, services),
        ...leaseless(policies, services, view),
      ],
      counted(services.length, 'Service'),
    )
  },
}

const hasAddress = (service: KubeObject): boolean =>
  listAt(service, 'status', 'loadBalancer', 'ingress').some((each) => textAt(each, 'ip') !== undefined)

/** With its class; or with none, where no MetalLB is there that would take them. */
function servicesOf(view: ClusterView): readonly KubeObject[] {
  const isAlone = view.installation === undefined && view.foreign('CiliumLoadBalancerIPPool').length > 0
  return itemsOf(view.facts.services).filter((service) => {
    if (textAt(service, 'spec', 'type') !== 'LoadBalancer' || !hasAddress(service)) return false
    if (view.focus?.has(idOf(service)) === false) return false
    const own = textAt(service, 'spec', 'loadBalancerClass')
    return own === CLASS || (own === undefined && isAlone)
  })
}

const base = (services: readonly KubeObject[]): Pick<ClusterDraft, 'severity' | 'affects' | 'breaks'> => ({
  severity: 'error',
  affects: services.length === 0 ? 'installation' : services.map(idOf),
  breaks: services.length === 0 ? 'some day' : 'now',
})

/** undefined: all is on that it needs, or nobody can tell. */
function switchedOff(view: ClusterView, services: readonly KubeObject[]): ClusterDraft[] | undefined {
  const map = itemsOf(view.facts.configMaps).find(
    ({ metadata }) => metadata.name === 'cilium-config' && metadata.namespace === 'kube-system',
  )
  if (map === undefined) return undefined
  const data = mapAt(map, 'data')
  const isOn = (key: string): boolean => ['true', 'strict'].includes(data[key] ?? 'false')
  const off = ['enable-l2-announcements', 'kube-proxy-replacement'].filter((key) => !isOn(key))
  if (off.length === 0) return undefined
  return [
    {
      ...base(services),
      title: `Cilium does not announce by layer 2: ${listed(off)} ${off.length === 1 ? 'is' : 'are'} off.`,
      confidence: 'certain',
      subject: 'ConfigMap kube-system/cilium-config',
      evidence: off.map((key) => `${key}: ${data[key] ?? 'not set, which is false'}`),
      cause:
        'The agents answer ARP only with the feature switched on, and only where they are in the place of kube-proxy.',
      fix: [
        {
          text: 'Switch both on, and restart the agents.',
          command:
            'helm upgrade cilium cilium/cilium -n kube-system --reuse-values --set l2announcements.enabled=true --set kubeProxyReplacement=true',
        },
      ],
    },
  ]
}

/** Labels that Cilium gives a Service beside its own. */
const labelsOf = (service: KubeObject): Readonly<Record<string, string>> => ({
  ...service.metadata.labels,
  'io.kubernetes.service.namespace': service.metadata.namespace ?? 'default',
  'io.kubernetes.service.name': service.metadata.name,
})

/** matchLabels alone: an expression that cannot be judged here counts as a match. */
function selects(policy: KubeObject, service: KubeObject): boolean {
  const labels = labelsOf(service)
  const wanted = mapAt(policy, 'spec', 'serviceSelector', 'matchLabels')
  return (
    at(policy, 'spec', 'loadBalancerIPs') === true &&
    Object.entries(wanted).every(([key, value]) => labels[key] === value)
  )
}

function unselected(policies: readonly KubeObject[], services: readonly KubeObject[]): ClusterDraft[] {
  const without = services.filter((service) => !policies.some((policy) => selects(policy, service)))
  if (without.length === 0) return []
  return [
    {
      ...base(without),
      title: `No CiliumL2AnnouncementPolicy announces ${servicesText(without.map(idOf))}.`,
      confidence: 'certain',
      subject: `Service ${without[0] === undefined ? '' : idOf(without[0])}`,
      evidence: [
        policies.length === 0
          ? 'there is no CiliumL2AnnouncementPolicy'
          : `policies: ${listed(policies.map(idOf))}`,
        ...policies
          .filter((policy) => at(policy, 'spec', 'loadBalancerIPs') !== true)
          .map((policy) => `${idOf(policy)}: loadBalancerIPs is not true`),
      ],
      cause:
        'A pool of Cilium only hands addresses out; a policy with loadBalancerIPs says which Services are announced, and where.',
      fix: [
        {
          text: 'Add a policy, or let one select the Service.',
          configuration: [
            'apiVersion: cilium.io/v2alpha1',
            'kind: CiliumL2AnnouncementPolicy',
            'metadata:',
            '  name: services',
            'spec:',
            '  loadBalancerIPs: true',
          ],
        },
      ],
    },
  ]
}

/** `cilium-l2announce-NAMESPACE-NAME`: its holder is the node that answers. */
function leaseless(
  policies: readonly KubeObject[],
  services: readonly KubeObject[],
  view: ClusterView,
): ClusterDraft[] {
  const leases = new Map(itemsOf(view.facts.leases).map((lease) => [lease.metadata.name, lease]))
  const troubles = services
    .filter((service) => policies.some((policy) => selects(policy, service)))
    .flatMap((service) => {
      const { namespace = 'default', name } = service.metadata
      const trouble = troubleWith(leases.get(`cilium-l2announce-${namespace}-${name}`), view.now)
      return trouble === undefined ? [] : [{ service, trouble }]
    })
  const [first] = troubles
  if (first === undefined) return []
  const all = troubles.map(({ service }) => service)
  return [
    {
      ...base(all),
      title: `Nobody holds the lease to announce ${servicesText(all.map(idOf))}: Cilium does not answer for ${all.length === 1 ? 'its address' : 'their addresses'}.`,
      confidence: 'likely',
      subject: `Lease cilium-l2announce-${idOf(first.service).replace('/', '-')}`,
      evidence: troubles.slice(0, 5).map(({ service, trouble }) => `${idOf(service)}: ${trouble}`),
      cause:
        'No node that the policy selects has the interfaces that it names, or the agents run into the limit of requests to the API server: each Service is a lease that is renewed.',
      fix: [
        {
          text: 'Compare nodeSelector and interfaces of the policy with the nodes, and look for "client rate limiter" in the logs of the agents.',
          command: 'kubectl -n kube-system get leases | grep cilium-l2announce',
        },
        { text: 'With many Services, raise the limit: k8sClientRateLimit.qps and .burst of the chart.' },
      ],
    },
  ]
}

function troubleWith(lease: KubeObject | undefined, now: number): string | undefined {
  if (lease === undefined) return 'there is no lease'
  const holder = textAt(lease, 'spec', 'holderIdentity') ?? ''
  if (holder === '') return 'the lease has no holder'
  const renewed = timeOf(textAt(lease, 'spec', 'renewTime'))
  const seconds = numberAt(lease, 'spec', 'leaseDurationSeconds') ?? LEASE_SECONDS
  // Clocks of nodes differ a little, so that only what is long over counts.
  if (renewed === undefined || now - renewed <= 4 * seconds * 1000) return undefined
  return `the lease of ${holder} was last renewed ${Math.round((now - renewed) / 1000)} s ago`
}
