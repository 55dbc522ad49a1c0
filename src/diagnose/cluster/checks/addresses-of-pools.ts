// F01: a Service holds an address that no pool has. Speakers ask the pools how to announce it, and withdraw what is of none (metallb.md §5.1).
import type { ServiceObject } from '../../../config/objects/read-object.ts'
import { formatIp } from '../../../net/ip.ts'
import { formatRange } from '../../../net/prefix.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { firstAndMore } from '../first-and-more.ts'
import { addressesOf, keyOf } from '../object-keys.ts'
import { counted, listed, sentence, servicesText } from '../wording.ts'

export const addressesOfPools: ClusterCheck = {
  id: 'addresses-of-pools',
  code: 'F01',
  link: 'allocation',
  title: 'every address that a Service has is of a pool',
  needs: ['services', 'configuration'],
  evaluate: (view) => {
    if (!view.configuration.ok) return skip('the configuration is refused')
    if (view.installation === undefined && view.objects.pools.length === 0)
      return skip('there is neither MetalLB nor a pool')
    const held = view.services.filter((service) => addressesOf(service).length > 0)
    const strays = held.filter((service) => view.poolOf(service) === undefined)
    return failOr(
      firstAndMore(
        strays,
        5,
        (service) => draft(service, view),
        (more) => `${more} more Services have an address of no pool`,
      ),
      counted(held.length, 'Service'),
    )
  },
}

function draft(service: ServiceObject, view: ClusterView): ClusterDraft {
  const key = keyOf(service)
  const addresses = addressesOf(service)
  const text = listed(addresses.map(formatIp))
  // Each of them may be of a pool, and yet no pool have both.
  const pools = [...new Set(addresses.flatMap((address) => view.poolIndex.poolOf([address])?.name ?? []))]
  const holds = pools.length > 1 ? 'no single pool holds' : 'no pool holds'
  return {
    title: `${sentence(servicesText([key]))} has ${text}, which ${holds}: MetalLB announces it nowhere.`,
    severity: 'error',
    confidence: 'certain',
    subject: `Service ${key}`,
    evidence: [
      `status.loadBalancer.ingress: ${text}`,
      `pools: ${listed(view.pools.map(({ name, ranges }) => `${name} (${listed(ranges.map(formatRange))})`)) || 'none'}`,
    ],
    cause:
      'The speakers announce only what a pool holds. A pool was changed or deleted while the controller did not look, or another program wrote the address.',
    fix: [
      {
        text: 'Add the address to a pool, or have the controller choose again: take the address away, and it gives one of its pools.',
        command: `kubectl -n ${service.namespace ?? 'default'} patch service ${service.name} --subresource=status --type=merge -p '{"status":{"loadBalancer":{"ingress":null}}}'`,
      },
    ],
    candidates: ['F07'],
    affects: [key],
  }
}
