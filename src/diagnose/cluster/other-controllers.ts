// F07: programs beside MetalLB that take every Service of type LoadBalancer for theirs, known by their workloads.
import type { KubeObject } from '../../config/kube-object.ts'
import type { ClusterDraft } from './cluster-check.ts'
import { itemsOf } from './cluster-facts.ts'
import type { ClusterView } from './cluster-view.ts'
import { containersOf, environmentOf } from './installations.ts'
import { idOf, textAt } from './object-fields.ts'
import { listed } from './wording.ts'

interface Other {
  readonly name: string
  readonly does: string
  readonly fix: string
  /** of a DaemonSet or a Deployment */
  is(workload: KubeObject): boolean
}

const hasImage = (workload: KubeObject, pattern: RegExp): boolean =>
  containersOf(workload).some((container) => pattern.test(textAt(container, 'image') ?? ''))

/** kube-vip for the control plane alone leaves Services be, and so it does where it waits for its own class. */
function servesServices(workload: KubeObject): boolean {
  const set = (container: unknown, name: string): boolean => environmentOf(container)[name] === 'true'
  return containersOf(workload).some(
    (container) => set(container, 'svc_enable') && !set(container, 'lb_class_only'),
  )
}

const OTHERS: readonly Other[] = [
  {
    name: 'kube-vip',
    does: 'announces addresses of Services too',
    fix: 'Set svc_enable: "false" in kube-vip, which then looks after the control plane alone; or lb_class_only: "true", and its class in the Services that are for it.',
    is: (workload) => hasImage(workload, /(^|\/)kube-vip(-iptables)?([:@]|$)/) && servesServices(workload),
  },
  {
    name: 'The cloud provider of kube-vip',
    does: 'gives addresses to Services too',
    fix: 'Remove it, or MetalLB; or give each its Services by loadBalancerClass.',
    is: (workload) => hasImage(workload, /(^|\/)kube-vip-cloud-provider([:@]|$)/),
  },
  {
    name: 'PureLB',
    does: 'gives addresses to Services too',
    fix: 'Remove it, or MetalLB; or give each its Services by loadBalancerClass.',
    is: (workload) => hasImage(workload, /(^|\/)purelb\/allocator([:@]|$)/),
  },
]

export function otherControllers(view: ClusterView): ClusterDraft[] {
  if (view.installation === undefined) return []
  const workloads = [...itemsOf(view.facts.daemonSets), ...itemsOf(view.facts.deployments)]
  return OTHERS.flatMap((other) => {
    const found = workloads.filter((workload) => other.is(workload))
    return found.length === 0 ? [] : [draft(other, found)]
  })
}

function draft({ name, does, fix }: Other, found: readonly KubeObject[]): ClusterDraft {
  const titles = found.map((each) => `${each.kind} ${idOf(each)}`)
  return {
    title: `${name} ${does}, beside MetalLB: ${listed(titles)}.`,
    severity: 'warning',
    confidence: 'likely',
    subject: titles[0] ?? name,
    evidence: titles.slice(0, 4),
    cause:
      'Where both take a Service for theirs, two nodes answer for one address, or it changes from one to the other.',
    fix: [{ text: fix }],
    affects: 'installation',
  }
}
