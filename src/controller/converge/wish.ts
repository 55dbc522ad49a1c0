// What a Service asks for: annotations, fields, families.
import { annotation } from '../../config/rules/cluster/services.ts'
import { type AddressRequest, backendKey, type Families, portKey } from '../../ipam/request.ts'
import { type Ip, type IpFamily, parseIp } from '../../net/ip.ts'
import { err, ok, type Result } from '../../net/result.ts'
import { type ServiceFact, serviceKey } from '../facts/facts.ts'

/** The pool's name that the controller writes to a Service. */
export const FROM_POOL = 'metallb.io/ip-allocated-from-pool'

export const requestOf = (service: ServiceFact): AddressRequest => ({
  service: serviceKey(service),
  namespace: service.namespace,
  labels: service.labels,
  ports: service.ports.map(portKey),
  sharing: annotation(service, 'allow-shared-ip')?.value ?? '',
  backend: backendKey(service.localTraffic, service.selector),
})

/** Name of the pool that is asked for; empty for none. */
export const wantedPool = (service: ServiceFact): string => annotation(service, 'address-pool')?.value ?? ''

/** The addresses that are asked for, or what is wrong with them, in MetalLB's words. Empty for none. */
export function wantedAddresses(service: ServiceFact): Result<readonly Ip[]> {
  const listed = annotation(service, 'loadBalancerIPs')?.value ?? ''
  const single = service.loadBalancerIP ?? ''
  if (listed !== '' && single !== '')
    return err('service can not have both metallb.io/loadBalancerIPs and svc.Spec.LoadBalancerIP')
  if (listed === '') {
    if (single === '') return ok([])
    const address = parseIp(single)
    return address === undefined ? err(`invalid spec.loadBalancerIP "${single}"`) : ok([address])
  }
  const addresses = listed.split(',').flatMap((text) => parseIp(text.trim()) ?? [])
  if (addresses.length < listed.split(',').length)
    return err(`invalid metallb.io/loadBalancerIPs: "${listed}"`)
  const families = familiesOf(addresses)
  return families.ok ? ok(addresses) : families
}

export type FamilySet = IpFamily | 'dual'

/** One address, or two of different families; everything else is an error. */
export function familiesOf(addresses: readonly Ip[]): Result<FamilySet> {
  const [first, second] = addresses
  if (first === undefined || addresses.length > 2)
    return err(`there must be one address, or two of different families, not ${addresses.length}`)
  if (second === undefined) return ok(first.family)
  return first.family === second.family ? err('the two addresses have the same family') : ok('dual')
}

/** The family of a Service is that of its cluster addresses; ipFamilies say what is meant, these what there is. */
export function clusterFamilies({ clusterIPs }: ServiceFact): Result<FamilySet> {
  const addresses = clusterIPs.flatMap((text) => parseIp(text) ?? [])
  if (addresses.length < clusterIPs.length) return err(`no address: ${goList(clusterIPs)}`)
  return familiesOf(addresses)
}

/** A list of texts as Go prints it with %v. */
export const goList = (texts: readonly string[]): string => `[${texts.join(' ')}]`

/** Families to allocate; with PreferDualStack one will do, the first of ipFamilies rather. */
export function wantedFamilies(service: ServiceFact, families: FamilySet): Families {
  if (families !== 'dual') return { kind: 'single', family: families }
  const prefers = service.ipFamilyPolicy === 'PreferDualStack'
  const fallback = service.ipFamilies[0] === 'IPv6' ? 6 : 4
  return { kind: 'dual', fallback: prefers ? fallback : undefined }
}
