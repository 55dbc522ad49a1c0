// Whether a Service has addresses that may be announced at all, before any protocol is asked.
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import type { Pool, PoolIndex } from '../configuration/configuration.ts'
import { type ServiceFact, serviceKey } from '../facts/facts.ts'
import type { Reason } from './reasons.ts'
import type { ReleaseRules } from './release-rules.ts'

export type ServiceAddresses =
  | { readonly ok: true; readonly addresses: readonly Ip[]; readonly pool: Pool; readonly hashed: string }
  | { readonly ok: false; readonly reason: Reason }

export function addressesOf(service: ServiceFact, pools: PoolIndex, rules: ReleaseRules): ServiceAddresses {
  const no = (reason: Reason): ServiceAddresses => ({ ok: false, reason })
  if (service.type !== 'LoadBalancer') return no('notLoadBalancer')
  if (service.ingress.length === 0) return no('noIPAllocated')
  const parsed = service.ingress.map(parseIp)
  const addresses = parsed.flatMap((address) => address ?? [])
  const [first] = addresses
  if (first === undefined || addresses.length < parsed.length) return no('invalidIP')
  const pool = pools.poolOf(addresses)
  if (pool === undefined) return no('ipNotAllowed')
  const hashed = rules.hashes === 'address' ? formatIp(first) : serviceKey(service)
  return { ok: true, addresses: distinct(addresses), pool, hashed }
}

function distinct(addresses: readonly Ip[]): readonly Ip[] {
  if (addresses.length === 1) return addresses
  return [...new Map(addresses.map((address) => [formatIp(address), address])).values()]
}
