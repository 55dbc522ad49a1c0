// Objects as they are once some were applied and pools were deleted.
import type { Identified, ReadObjects, ServiceObject } from '../config/objects/read-object.ts'
import type { ReadResult } from '../config/objects/read-objects.ts'
import { FROM_POOL } from '../controller/converge/wish.ts'

export function withoutPools({ objects, diagnostics }: ReadResult, names: ReadonlySet<string>): ReadResult {
  return { diagnostics, objects: { ...objects, pools: objects.pools.filter(({ name }) => !names.has(name)) } }
}

/** Each object takes the place of the one with its kind, namespace and name; a Service keeps what only the cluster writes. */
export function withApplied({ objects, diagnostics }: ReadResult, applied: ReadResult): ReadResult {
  const comes = applied.objects
  const services = comes.services.map((service) => appliedService(service, objects.services))
  const merged: ReadObjects = {
    pools: replaced(objects.pools, comes.pools),
    l2Advertisements: replaced(objects.l2Advertisements, comes.l2Advertisements),
    bgpAdvertisements: replaced(objects.bgpAdvertisements, comes.bgpAdvertisements),
    peers: replaced(objects.peers, comes.peers),
    bfdProfiles: replaced(objects.bfdProfiles, comes.bfdProfiles),
    communities: replaced(objects.communities, comes.communities),
    addressPools: replaced(objects.addressPools, comes.addressPools),
    statuses: objects.statuses,
    services: replaced(objects.services, services),
    endpointSlices: replaced(objects.endpointSlices, comes.endpointSlices),
    nodes: replaced(objects.nodes, comes.nodes),
    secrets: replaced(objects.secrets, comes.secrets),
    namespaces: replaced(objects.namespaces, comes.namespaces),
    unreadable: [...objects.unreadable, ...comes.unreadable],
  }
  return { objects: merged, diagnostics: [...diagnostics, ...applied.diagnostics] }
}

const replaced = <T extends Identified>(before: readonly T[], comes: readonly T[]): readonly T[] =>
  comes.length === 0
    ? before
    : [...before.filter((object) => !comes.some((other) => isSame(object, other))), ...comes]

/** A file that names no namespace goes wherever it is applied. */
const isSame = (a: Identified, b: Identified): boolean =>
  a.name === b.name && (a.namespace === b.namespace || b.namespace === undefined)

function appliedService(service: ServiceObject, existing: readonly ServiceObject[]): ServiceObject {
  const namespace = service.namespace ?? 'default'
  const before = existing.find(
    (other) => other.name === service.name && (other.namespace ?? 'default') === namespace,
  )
  if (before === undefined)
    return { ...service, namespace, clusterIPs: clusterIpsOf(service, existing), ingress: [] }
  const pool = before.annotations[FROM_POOL]
  return {
    ...service,
    namespace,
    annotations: { ...service.annotations, ...(pool === undefined ? {} : { [FROM_POOL]: pool }) },
    clusterIPs: service.clusterIPs.length > 0 ? service.clusterIPs : before.clusterIPs,
    ipFamilies: service.ipFamilies.length > 0 ? service.ipFamilies : before.ipFamilies,
    ipFamilyPolicy: service.ipFamilyPolicy ?? before.ipFamilyPolicy,
    ingress: before.ingress,
    ingressWithoutAddress: before.ingressWithoutAddress,
    // Age and version are the cluster's, too.
    node: before.node,
  }
}

const STAND_IN: Readonly<Record<string, string>> = { IPv4: '0.0.0.0', IPv6: '::' }

/** The API server would give a new Service a cluster address of each family; which one does not matter here, its family does. */
function clusterIpsOf(service: ServiceObject, others: readonly ServiceObject[]): readonly string[] {
  const { clusterIPs, ipFamilies, ipFamilyPolicy = 'SingleStack' } = service
  if (clusterIPs.length > 0) return clusterIPs
  const first = others.find((other) => other.clusterIPs.length > 0)?.clusterIPs[0]
  const usual = first?.includes(':') === true ? ['IPv6', 'IPv4'] : ['IPv4', 'IPv6']
  const both = [...new Set([...ipFamilies, ...usual])]
  const families = ipFamilyPolicy === 'SingleStack' ? both.slice(0, Math.max(1, ipFamilies.length)) : both
  return families.flatMap((family) => STAND_IN[family] ?? [])
}
