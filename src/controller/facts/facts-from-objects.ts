// Objects as they were read → facts.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { ReadObjects, ServiceObject } from '../../config/objects/read-object.ts'
import type { ReadResult } from '../../config/objects/read-objects.ts'
import { ruleOf } from '../../config/rules/registry.ts'
import { child, scalarText } from '../../config/source/node.ts'
import { sortDiagnostics, validate } from '../../config/validate.ts'
import { compilePools } from '../../ipam/pool.ts'
import { err } from '../../net/result.ts'
import type { FactChange, PoolsFact, ServiceFact } from './facts.ts'

const DEFAULT_NAMESPACE = 'default'
const OURS = /^metallb\.(io|universe\.tf)\//

/** Everything that the objects say, as one first list. */
export function factsFromObjects(read: ReadResult): FactChange[] {
  const { namespaces, services } = read.objects
  return [
    { kind: 'pools', pools: poolsFact(read) },
    ...namespaces.map(({ name, labels }) => ({ kind: 'namespace', name, labels }) as const),
    ...services.map((service) => ({ kind: 'service', service: serviceFact(service) }) as const),
    { kind: 'complete' },
  ]
}

/** As MetalLB's controller does, looks at pools and communities only: what is wrong with a peer is the speakers' concern. */
export function poolsFact({ objects, diagnostics }: ReadResult): PoolsFact {
  const others = { services: [], l2Advertisements: [], bgpAdvertisements: [], peers: [], bfdProfiles: [] }
  const own: ReadObjects = { ...objects, ...others }
  const kinds = new Set(['IPAddressPool', 'Community', 'AddressPool', undefined])
  const problems = [...diagnostics.filter(({ subject }) => kinds.has(subject?.kind)), ...validate(own)]
  const fatal = problems.filter(isFatal)
  return fatal.length > 0 ? err(sortDiagnostics(fatal)) : compilePools(objects.pools)
}

/** What the API server or MetalLB would refuse; what only lbctl objects to is for `validate`. */
const isFatal = ({ code, severity }: Diagnostic): boolean =>
  severity === 'error' && (ruleOf(code).source !== 'lbctl' || code === 'V023')

export function serviceFact(service: ServiceObject): ServiceFact {
  const metadata = child(service.node, 'metadata')
  return {
    namespace: service.namespace ?? DEFAULT_NAMESPACE,
    name: service.name,
    labels: service.labels,
    annotations: Object.fromEntries(Object.entries(service.annotations).filter(([key]) => OURS.test(key))),
    type: service.type,
    loadBalancerClass: service.loadBalancerClass,
    loadBalancerIP: service.loadBalancerIP,
    clusterIPs: service.clusterIPs,
    ipFamilies: service.ipFamilies,
    ipFamilyPolicy: service.ipFamilyPolicy,
    localTraffic: service.externalTrafficPolicy === 'Local',
    selector: service.selector,
    ports: service.ports,
    ingress: service.ingress,
    ingressWithoutAddress: service.ingressWithoutAddress,
    createdAt: scalarText(child(metadata, 'creationTimestamp')) ?? '',
    version: scalarText(child(metadata, 'resourceVersion')),
  }
}
