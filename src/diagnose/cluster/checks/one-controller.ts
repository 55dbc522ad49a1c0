// F07: somebody else writes addresses into the same Services.
import type { KubeObject } from '../../../config/kube-object.ts'
import { type ClusterCheck, type ClusterDraft, failOr } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import type { ClusterView } from '../cluster-view.ts'
import { at, idOf, listAt, textAt } from '../object-fields.ts'
import { keyOf } from '../object-keys.ts'
import { otherControllers } from '../other-controllers.ts'
import { counted, listed } from '../wording.ts'

export const oneController: ClusterCheck = {
  id: 'one-controller',
  code: 'F07',
  link: 'installation',
  title: 'only one controller handles the Services',
  needs: ['services'],
  evaluate: (view) =>
    failOr(
      [
        ...klipper(view),
        ...twoInstallations(view),
        ...severalWriters(view),
        ...hostNames(view),
        ...otherControllers(view),
        ...cilium(view),
      ],
      counted(view.allServices.length, 'Service'),
    ),
}

const base = { severity: 'error', affects: 'installation' } as const

/** k3s' own load balancer makes a DaemonSet for each Service. */
function klipper({ facts }: ClusterView): ClusterDraft[] {
  const own = itemsOf(facts.daemonSets).filter(({ metadata }) => metadata.name.startsWith('svclb-'))
  if (own.length === 0) return []
  return [
    {
      ...base,
      title: "k3s' own load balancer (servicelb) handles the Services too.",
      confidence: 'certain',
      subject: 'k3s servicelb',
      evidence: [`DaemonSets ${listed(own.map(idOf))}`],
      cause:
        'It writes the addresses of the nodes into every Service of type LoadBalancer, and MetalLB takes them out again.',
      fix: [
        {
          text: 'Start the k3s servers without it, and restart them one after another.',
          configuration: ['# /etc/rancher/k3s/config.yaml', 'disable:', '  - servicelb'],
        },
        {
          text: 'Or split the Services: give those of MetalLB a loadBalancerClass, and MetalLB the same one by --lb-class.',
        },
      ],
    },
  ]
}

function twoInstallations({ installations }: ClusterView): ClusterDraft[] {
  const [first, second] = installations
  if (first === undefined || second === undefined || first.loadBalancerClass !== second.loadBalancerClass)
    return []
  return [
    {
      ...base,
      title: `There are ${installations.length} installations of MetalLB: in ${listed(installations.map(({ namespace }) => namespace))}.`,
      confidence: 'certain',
      subject: `namespaces ${listed(installations.map(({ namespace }) => namespace))}`,
      evidence: installations.map(
        ({ controller, speaker, namespace }) =>
          `${namespace}: ${controller?.image ?? 'no controller'}, ${speaker?.image ?? 'no speaker'}`,
      ),
      cause: 'Both controllers write into the same Services, and their speakers do not know of each other.',
      fix: [
        {
          text: 'Remove one of them, or give each its own --lb-class.',
          command: `kubectl get all -n ${second.namespace}`,
        },
      ],
    },
  ]
}

/** Who wrote status.loadBalancer, as the API server remembers it. */
function writersOf(service: KubeObject): readonly string[] {
  const managers = listAt(service, 'metadata', 'managedFields').filter(
    (entry) => at(entry, 'fieldsV1', 'f:status', 'f:loadBalancer') !== undefined,
  )
  return [...new Set(managers.flatMap((entry) => textAt(entry, 'manager') ?? []))]
}

function severalWriters(view: ClusterView): ClusterDraft[] {
  const wanted = new Set(view.services.map(keyOf))
  const several = itemsOf(view.facts.services)
    .filter((service) => wanted.has(idOf(service)))
    .map((service) => ({ key: idOf(service), writers: writersOf(service) }))
    .filter(({ writers }) => writers.length > 1)
  const [first] = several
  if (first === undefined) return []
  return [
    {
      ...base,
      title: `${counted(several.length, 'Service')} ${several.length === 1 ? 'has' : 'have'} addresses written by several controllers: ${listed(first.writers)}.`,
      confidence: 'likely',
      subject: `Service ${first.key}`,
      evidence: several
        .slice(0, 5)
        .map(({ key, writers }) => `${key}: status.loadBalancer by ${listed(writers)}`),
      cause:
        'A cloud controller manager, another load balancer or a second MetalLB answers for the same Services.',
      fix: [{ text: 'Switch one of them off, or split the Services by loadBalancerClass.' }],
      affects: several.map(({ key }) => key),
    },
  ]
}

/** MetalLB writes addresses and no host names. */
function hostNames(view: ClusterView): ClusterDraft[] {
  const named = new Set(
    view.services
      .filter(({ ingress, ingressWithoutAddress }) => ingress.length === 0 && ingressWithoutAddress > 0)
      .map(keyOf),
  )
  const found = itemsOf(view.facts.services).filter((service) => named.has(idOf(service)))
  const [first] = found
  if (first === undefined) return []
  return [
    {
      ...base,
      title: `${counted(found.length, 'Service')} ${found.length === 1 ? 'has' : 'have'} the host name of another load balancer in place of an address: ${listed(found.map(idOf))}.`,
      confidence: 'likely',
      subject: `Service ${idOf(first)}`,
      evidence: found
        .slice(0, 5)
        .map(
          (service) => `status.loadBalancer.ingress of ${idOf(service)}: hostname ${hostNamesOf(service)}`,
        ),
      cause:
        'Load balancers of clouds and of some network plugins write host names. It is one that looks after the same Services, or was one that left this behind.',
      fix: [
        {
          text: 'Where it is gone, take the host name away, and the controller gives an address; else split the Services by loadBalancerClass.',
          command: `kubectl -n ${first.metadata.namespace ?? 'default'} patch service ${first.metadata.name} --subresource=status --type=merge -p '{"status":{"loadBalancer":{"ingress":null}}}'`,
        },
      ],
      affects: found.map(idOf),
    },
  ]
}

const hostNamesOf = (service: KubeObject): string =>
  listed(
    listAt(service, 'status', 'loadBalancer', 'ingress').flatMap((each) => textAt(each, 'hostname') ?? []),
  ) || 'none'

function cilium(view: ClusterView): ClusterDraft[] {
  const pools = view.foreign('CiliumLoadBalancerIPPool')
  if (pools.length === 0 || view.objects.pools.length === 0) return []
  return [
    {
      ...base,
      severity: 'warning',
      title: 'Cilium hands out addresses of load balancers too.',
      confidence: 'likely',
      subject: `CiliumLoadBalancerIPPool ${pools[0]?.metadata.name ?? ''}`,
      evidence: [
        `CiliumLoadBalancerIPPools ${listed(pools.map(idOf))}`,
        `IPAddressPools ${listed(view.objects.pools.map(({ name }) => name))}`,
      ],
      cause: 'Both look after Services without a loadBalancerClass.',
      fix: [
        {
          text: "Give Cilium's pools a serviceSelector, or MetalLB its own --lb-class; or remove the pools of one.",
        },
      ],
    },
  ]
}
