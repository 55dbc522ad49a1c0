// Who and where objects are, in the words that checks and findings use.
import type { KubeObject } from '../../config/kube-object.ts'
import type { ServiceObject } from '../../config/objects/read-object.ts'
import { type Ip, parseIp } from '../../net/ip.ts'
import { type ServiceKey, serviceKey } from '../../speaker/facts/facts.ts'
import { conditionOf, textAt } from './object-fields.ts'

export const keyOf = (service: Pick<ServiceObject, 'namespace' | 'name'>): ServiceKey =>
  serviceKey({ namespace: service.namespace ?? 'default', name: service.name })

/** Addresses in the status that can be read. */
export const addressesOf = ({ ingress }: ServiceObject): readonly Ip[] =>
  ingress.flatMap((text) => parseIp(text) ?? [])

/** Services by each address of their status, as it is written there. */
export function servicesByAddress(
  services: readonly ServiceObject[],
): ReadonlyMap<string, readonly ServiceObject[]> {
  const found = new Map<string, ServiceObject[]>()
  for (const service of services)
    for (const address of new Set(service.ingress)) {
      const same = found.get(address)
      if (same === undefined) found.set(address, [service])
      else same.push(service)
    }
  return found
}

export const isReady = (object: KubeObject): boolean => conditionOf(object, 'Ready')?.status === 'True'

export const nodeOf = (pod: KubeObject): string | undefined => textAt(pod, 'spec', 'nodeName')
