// Who has which address now, as the Services say it: what is written counts, not what a controller would make of it.
import type { Labels } from '../../config/objects/read-object.ts'
import { Allocator } from '../../ipam/allocator.ts'
import type { PoolDefinition } from '../../ipam/pool.ts'
import type { PoolState } from '../../ipam/pool-state.ts'
import { metallbWords } from '../../ipam/refusal.ts'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { requestOf } from '../converge/wish.ts'
import { isOfClass, type ServiceFact, serviceKey } from '../facts/facts.ts'

/** A Service whose addresses cannot be its own by the pools as they are. */
export interface Stray {
  readonly service: string
  readonly addresses: readonly string[]
  /** MetalLB's words */
  readonly why: string
}

export interface SurveyFacts {
  readonly pools: readonly PoolDefinition[]
  readonly namespaces: ReadonlyMap<string, Labels>
  readonly services: readonly ServiceFact[]
  /** undefined: Services without a class; those of other classes are not looked at */
  readonly loadBalancerClass: string | undefined
  /** milliseconds since 1970 at which the facts were read */
  readonly nowMs: number
}

export class PoolSurvey {
  readonly allocator = new Allocator()
  readonly nowMs: number
  readonly services: ReadonlyMap<string, ServiceFact>
  readonly strays: readonly Stray[]
  /** Services of type LoadBalancer without an address */
  readonly waiting: readonly ServiceFact[]
  /** Services of type LoadBalancer and another class */
  readonly others: readonly ServiceFact[]

  constructor({ pools, namespaces, services, loadBalancerClass, nowMs }: SurveyFacts) {
    this.nowMs = nowMs
    this.allocator.setPools(pools, namespaces)
    const balanced = services.filter(({ type }) => type === 'LoadBalancer')
    const ours = balanced.filter((service) => isOfClass(service, loadBalancerClass)).sort(byAge)
    this.others = balanced.filter((service) => !isOfClass(service, loadBalancerClass))
    this.services = new Map(ours.map((service) => [serviceKey(service), service]))
    this.strays = ours.flatMap((service) => this.#take(service))
    this.waiting = ours.filter(({ ingress }) => ingress.length === 0)
  }

  #take(service: ServiceFact): Stray[] {
    const { ingress } = service
    if (ingress.length === 0) return []
    const stray = (why: string): Stray[] => [{ service: serviceKey(service), addresses: ingress, why }]
    const addresses = ingress.flatMap((text) => parseIp(text) ?? [])
    if (addresses.length < ingress.length) return stray('an entry of its status is no address')
    const taken = this.allocator.assign(requestOf(service), addresses)
    return taken.ok ? [] : stray(metallbWords(taken.error))
  }

  /** The Services that have an address, whether or not they may. */
  holdersOf(address: Ip): readonly ServiceFact[] {
    const text = formatIp(address)
    return [...this.services.values()].filter(({ ingress }) =>
      ingress.some((each) => {
        const parsed = parseIp(each)
        return parsed !== undefined && formatIp(parsed) === text
      }),
    )
  }

  pools(): readonly PoolState[] {
    return [...this.allocator.pools.all()]
  }
}

const byAge = (a: ServiceFact, b: ServiceFact): number =>
  a.createdAt === b.createdAt ? (serviceKey(a) < serviceKey(b) ? -1 : 1) : a.createdAt < b.createdAt ? -1 : 1
