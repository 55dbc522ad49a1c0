// F09, F10: Services without an address: what the allocator finds wrong with each pool, and the smallest change that helps.
import type { ServiceObject } from '../../../config/objects/read-object.ts'
import { poolReasonWords } from '../../../ipam/refusal.ts'
import { type ClusterCheck, type ClusterDraft, failOr } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { firstAndMore } from '../first-and-more.ts'
import { textAt } from '../object-fields.ts'
import { keyOf } from '../object-keys.ts'
import { NO_POOL, type PendingReason, pendingReason, withoutRefusal } from '../pending-reasons.ts'
import { counted, listed } from '../wording.ts'

/** Each with a reason of its own is told by itself; of more, the first ones, and the rest in one. */
const MOST = 10

export const addressesAllocated: ClusterCheck = {
  id: 'addresses-allocated',
  code: 'F09',
  link: 'allocation',
  title: 'every Service has its address',
  needs: ['services', 'configuration', 'namespaces'],
  evaluate: (view) => {
    const pending = view.services.filter(
      ({ ingress, ingressWithoutAddress }) => ingress.length === 0 && ingressWithoutAddress === 0,
    )
    const foreign = ofAnotherClass(view)
    return failOr(
      [
        ...firstAndMore(
          pending,
          MOST,
          (service) => draft(service, reasonFor(service, view), view),
          (more) => `${more} more Services get no address`,
        ),
        ...foreign,
      ],
      counted(view.services.length, 'Service'),
    )
  },
}

/** Undefined when the allocator would serve it: then the controller has not got to it, or does not run. */
function reasonFor(service: ServiceObject, view: ClusterView): PendingReason | undefined {
  const { pools } = view.objects
  if (pools.length === 0) return NO_POOL
  const refusal = view.allocation.refusalOf(service)
  return refusal === undefined
    ? withoutRefusal(service)
    : pendingReason(refusal, service, view.allocation.obstaclesOf(service), (key) =>
        view.allServices.find((each) => keyOf(each) === key),
      )
}

function draft(service: ServiceObject, reason: PendingReason | undefined, view: ClusterView): ClusterDraft {
  const key = keyOf(service)
  const told = view
    .eventsOf('Service', key)
    .filter(({ reason: word }) => ['AllocationFailed', 'LoadBalancerFailed'].includes(word))
  const known = reason ?? {
    text: 'a pool has an address for it, and the controller has not handed it out',
    fix: '',
    pools: [],
    sharing: false,
  }
  return {
    ...(known.sharing ? { code: 'F10' } : {}),
    title: `The Service ${key} gets no address: ${known.text}.`,
    severity: 'error',
    confidence: reason === undefined ? 'likely' : 'certain',
    subject: `Service ${key}`,
    evidence: [
      ...known.pools.slice(0, 8).map((each) => `pool "${each.pool}": ${poolReasonWords(each)}`),
      ...told.slice(0, 2).map(({ reason: word, message }) => `event ${word}: ${message}`),
      ...(known.pools.length === 0 && told.length === 0 ? ['status.loadBalancer.ingress is empty'] : []),
    ],
    cause: known.sharing
      ? 'Two Services share an address only when all four conditions hold.'
      : reason === undefined
        ? 'A controller that runs and may write the status of Services does so within seconds.'
        : 'The allocator takes the first pool that may serve the Service and has an address of its families.',
    fix: reason === undefined ? ofController(view) : [{ text: known.fix }],
    affects: [key],
    // While the configuration is refused or is not there, nothing that the pools say is the reason.
    standsAlone: reason !== undefined && reason !== NO_POOL && view.configuration.ok,
  }
}

/** What keeps a controller from what it should do, where the objects do not: it hangs, or it may not. */
function ofController({ installation }: ClusterView): ClusterDraft['fix'] {
  const { namespace = 'metallb-system', controller } = installation ?? {}
  const account = textAt(controller?.object, 'spec', 'template', 'spec', 'serviceAccountName') ?? 'controller'
  return [
    {
      text: 'See whether the controller runs, and what it says.',
      command: `kubectl -n ${namespace} logs deployment/${controller?.object.metadata.name ?? 'controller'} --tail=50`,
    },
    {
      text: 'See whether it may write addresses; where it may not, apply its ClusterRole and its binding again.',
      command: `kubectl auth can-i update services --subresource=status --as=system:serviceaccount:${namespace}:${account}`,
    },
  ]
}

/** Nobody may be there for a class. Only of those that were asked about: others can have a load balancer of their own. */
function ofAnotherClass(view: ClusterView): ClusterDraft[] {
  const own = view.installation?.loadBalancerClass
  const others = view.objects.services.filter(
    (service) =>
      service.type === 'LoadBalancer' &&
      service.loadBalancerClass !== own &&
      service.ingress.length === 0 &&
      service.ingressWithoutAddress === 0 &&
      view.focus?.has(keyOf(service)) !== false,
  )
  const [first] = others
  if (first === undefined) return []
  return [
    {
      title: `${counted(others.length, 'Service')} without an address ${others.length === 1 ? 'is' : 'are'} of another loadBalancerClass than MetalLB looks after: ${listed(others.map(keyOf))}.`,
      severity: view.focus === undefined ? 'warning' : 'error',
      confidence: 'certain',
      subject: `Service ${keyOf(first)}`,
      evidence: [
        `loadBalancerClass of ${keyOf(first)}: ${first.loadBalancerClass ?? 'none'}`,
        `--lb-class of MetalLB: ${own ?? 'none'}`,
      ],
      cause: 'MetalLB leaves Services alone whose class is not its own.',
      fix: [
        {
          text: 'The class of a Service cannot be changed: make it anew with the class of MetalLB, or start MetalLB with this class.',
        },
      ],
      affects: others.map(keyOf),
    },
  ]
}
