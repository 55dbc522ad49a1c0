// Services and their endpoints as they were last told, and which of them have to be decided again.
import { ENDPOINTS_EVERYWHERE, type Endpoints, sameEndpoints, summarize } from '../decide/endpoints.ts'
import type { ReleaseRules } from '../decide/release-rules.ts'
import { type EndpointSliceFact, type ServiceFact, type ServiceKey, serviceKey } from '../facts/facts.ts'
import { sameValue } from '../facts/same-value.ts'

export interface ServiceTableOptions {
  /** undefined: Services without a class are ours */
  readonly loadBalancerClass: string | undefined
  readonly canServe: ReleaseRules['canServe']
  /** a Service without any EndpointSlice is served everywhere */
  readonly outsideCluster: boolean
}

export class ServiceTable {
  readonly #options: ServiceTableOptions
  readonly #services = new Map<ServiceKey, ServiceFact>()
  readonly #endpoints = new Map<ServiceKey, Endpoints>()
  /** Service → name of the slice → slice */
  readonly #slices = new Map<ServiceKey, Map<string, EndpointSliceFact>>()
  /** namespace/name of a slice → its Service: a slice may change hands */
  readonly #ownerOf = new Map<string, ServiceKey>()
  /** Services that have to be decided, and those that are gone */
  readonly dirty = new Set<ServiceKey>()

  constructor(options: ServiceTableOptions) {
    this.#options = options
  }

  keys(): Iterable<ServiceKey> {
    return this.#services.keys()
  }

  /** Undefined for Services that are gone or belong to another load balancer. */
  get(key: ServiceKey): ServiceFact | undefined {
    return this.#services.get(key)
  }

  endpointsOf(key: ServiceKey): Endpoints {
    const known = this.#endpoints.get(key)
    if (known !== undefined) return known
    const slices = this.#slices.get(key)
    const made =
      slices === undefined && this.#options.outsideCluster
        ? ENDPOINTS_EVERYWHERE
        : summarize(slices?.values() ?? [], this.#options.canServe)
    this.#endpoints.set(key, made)
    return made
  }

  setService(service: ServiceFact): void {
    const key = serviceKey(service)
    // The class of a Service may be set while it is no LoadBalancer; then it is another's, and gone for us.
    if (!this.#isOurs(service)) this.deleteService(key)
    else if (!sameValue(this.#services.get(key), service)) {
      this.#services.set(key, service)
      this.dirty.add(key)
    }
  }

  /** An empty class is none. */
  #isOurs({ loadBalancerClass }: ServiceFact): boolean {
    return (loadBalancerClass ?? '') === (this.#options.loadBalancerClass ?? '')
  }

  deleteService(key: ServiceKey): void {
    if (this.#services.delete(key)) this.dirty.add(key)
  }

  setSlice(slice: EndpointSliceFact): void {
    const id = serviceKey(slice)
    const owner = serviceKey({ namespace: slice.namespace, name: slice.service })
    const before = this.#ownerOf.get(id)
    if (before !== undefined && before !== owner) this.#remove(id, before, slice.name)
    this.#ownerOf.set(id, owner)
    const slices = this.#slices.get(owner) ?? new Map<string, EndpointSliceFact>()
    slices.set(slice.name, slice)
    this.#slices.set(owner, slices)
    this.#endpointsChanged(owner)
  }

  deleteSlice(namespace: string, name: string): void {
    const id = serviceKey({ namespace, name })
    const owner = this.#ownerOf.get(id)
    if (owner !== undefined) this.#remove(id, owner, name)
  }

  #remove(id: string, owner: ServiceKey, name: string): void {
    this.#ownerOf.delete(id)
    const slices = this.#slices.get(owner)
    slices?.delete(name)
    if (slices?.size === 0) this.#slices.delete(owner)
    this.#endpointsChanged(owner)
  }

  /** Pods come and go without a change of where a Service can be served. */
  #endpointsChanged(key: ServiceKey): void {
    const before = this.#endpoints.get(key)
    this.#endpoints.delete(key)
    if (!this.#services.has(key)) return
    if (before === undefined || !sameEndpoints(before, this.endpointsOf(key))) this.dirty.add(key)
  }
}
