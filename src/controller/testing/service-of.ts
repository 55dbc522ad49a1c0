// Services for tests: a LoadBalancer with IPv4 that asks for nothing, unless it is said otherwise.

import type { IPAddressPoolSpec } from '../../config/schema/pool-kinds.ts'
import type { PoolDefinition } from '../../ipam/pool.ts'
import { compilePools } from '../../ipam/pool.ts'
import type { FactChange, ServiceFact } from '../facts/facts.ts'

export function serviceOf(key: string, changes: Partial<ServiceFact> = {}): ServiceFact {
  const [namespace = '', name = ''] = key.split('/')
  return {
    namespace,
    name,
    labels: {},
    annotations: {},
    type: 'LoadBalancer',
    loadBalancerClass: undefined,
    loadBalancerIP: undefined,
    clusterIPs: ['10.96.0.1'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    localTraffic: false,
    selector: { app: name },
    ports: [{ protocol: 'TCP', port: 80 }],
    ingress: [],
    ingressWithoutAddress: 0,
    createdAt: '',
    version: undefined,
    ...changes,
  }
}

export const DUAL: Partial<ServiceFact> = {
  clusterIPs: ['10.96.0.1', 'fd00::1'],
  ipFamilies: ['IPv4', 'IPv6'],
  ipFamilyPolicy: 'RequireDualStack',
}

/** name → spec, or only its addresses */
export function poolsOf(
  specs: Readonly<Record<string, readonly string[] | Partial<IPAddressPoolSpec>>>,
): readonly PoolDefinition[] {
  const compiled = compilePools(
    Object.entries(specs).map(([name, spec]) => ({
      kind: 'IPAddressPool',
      name,
      namespace: undefined,
      spec: Array.isArray(spec)
        ? { addresses: [...(spec as string[])] }
        : (spec as Partial<IPAddressPoolSpec>),
    })),
  )
  if (!compiled.ok) throw new Error(compiled.error.map(({ message }) => message).join(' '))
  return compiled.value
}

export const poolsChange = (specs: Parameters<typeof poolsOf>[0]): FactChange => ({
  kind: 'pools',
  pools: { ok: true, value: poolsOf(specs) },
})
export const serviceChange = (key: string, changes: Partial<ServiceFact> = {}): FactChange => ({
  kind: 'service',
  service: serviceOf(key, changes),
})
