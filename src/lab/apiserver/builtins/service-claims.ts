// Which Service holds which cluster IP and node port. Kept beside the store, because a new Service must not cost a look at
// all others.
import { listAt, objectAt, textAt } from '../json-value.ts'
import type { KubeObject } from '../resource-kind.ts'
import type { ObjectStore } from '../storage/object-store.ts'

export class ServiceClaims {
  /** `10.96.0.1` or a port → uid of the Service */
  readonly #holders = new Map<unknown, string>()

  /** Reads what the store holds, and follows it. */
  constructor(store: ObjectStore) {
    for (const service of store.list('services')) this.#claim(service)
    store.listen('services', (event) => {
      if (event.previous !== undefined) this.#release(event.previous)
      if (event.type !== 'DELETED') this.#claim(event.object)
    })
  }

  /** Whether a Service other than this one has it. */
  isHeldByOther(claim: string | number, uid: string): boolean {
    const holder = this.#holders.get(claim)
    return holder !== undefined && holder !== uid
  }

  #claim(service: KubeObject): void {
    const uid = textAt(service, 'metadata', 'uid')
    for (const claim of claimsOf(service)) this.#holders.set(claim, uid)
  }

  #release(service: KubeObject): void {
    const uid = textAt(service, 'metadata', 'uid')
    for (const claim of claimsOf(service)) if (this.#holders.get(claim) === uid) this.#holders.delete(claim)
  }
}

function claimsOf(service: KubeObject): readonly unknown[] {
  const spec = objectAt(service, 'spec')
  const ports = listAt(spec, 'ports').map((port) => objectAt({ port }, 'port')['nodePort'])
  const claims = [...listAt(spec, 'clusterIPs'), ...ports, spec['healthCheckNodePort']]
  return claims.filter((claim) => claim !== undefined && claim !== 'None')
}
