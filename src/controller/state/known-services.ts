// Services as they were last told, what is to be written to them, and which have to be looked at again.
import type { ServiceKey } from '../../ipam/request.ts'
import { isOfClass, type ServiceFact, serviceKey, type WantedStatus } from '../facts/facts.ts'
import { ownStatus, sameStatus, says, withStatus } from './wanted-status.ts'

export interface KnownService {
  fact: ServiceFact
  /** What was decided and is not written yet. Until then it counts, and not what the Service still says. */
  desired: WantedStatus | undefined
  /** A write was asked for in an earlier step, and may be on its way. */
  isOut: boolean
  /** The version that our last write made, until it is seen: what is older is the news of yesterday. */
  writtenVersion: string | undefined
}

export class KnownServices {
  readonly #loadBalancerClass: string | undefined
  readonly #services = new Map<ServiceKey, KnownService>()
  readonly dirty = new Set<ServiceKey>()
  /** gone since the last step, with whether they had an address in their status */
  readonly gone = new Map<ServiceKey, boolean>()

  /** @param loadBalancerClass undefined: Services without a class are ours */
  constructor(loadBalancerClass: string | undefined) {
    this.#loadBalancerClass = loadBalancerClass
  }

  get(key: ServiceKey): KnownService | undefined {
    return this.#services.get(key)
  }
  of(keys: readonly ServiceKey[]): KnownService[] {
    return keys.flatMap((key) => this.#services.get(key) ?? [])
  }
  get size(): number {
    return this.#services.size
  }
  all(): Iterable<readonly [ServiceKey, KnownService]> {
    return this.#services
  }

  allDirty(): void {
    for (const key of this.#services.keys()) this.dirty.add(key)
  }

  set(fact: ServiceFact): void {
    const key = serviceKey(fact)
    // Its class may be set while it is no LoadBalancer; then it is another's, and gone for us.
    if (!isOfClass(fact, this.#loadBalancerClass)) {
      this.delete(key)
      return
    }
    const known = this.#services.get(key)
    if (known === undefined)
      this.#services.set(key, { fact, desired: undefined, isOut: false, writtenVersion: undefined })
    else {
      if (isOlder(fact.version, known.writtenVersion)) return
      // Another status than before: it is ours, or somebody else's, which counts as what the Service has.
      if (!sameStatus(ownStatus(fact), ownStatus(known.fact))) known.desired = undefined
      if (known.desired !== undefined && says(fact, known.desired)) known.desired = undefined
      if (known.desired === undefined) known.isOut = false
      known.writtenVersion = undefined
      known.fact = fact
    }
    this.dirty.add(key)
  }

  delete(key: ServiceKey): void {
    const known = this.#services.get(key)
    if (known === undefined) return
    this.#services.delete(key)
    this.dirty.delete(key)
    this.gone.set(key, statusOf(known).ingress.length > 0)
  }

  written(key: ServiceKey, status: WantedStatus, version: string | undefined): void {
    const known = this.#services.get(key)
    if (known === undefined) return
    if (known.desired !== undefined && sameStatus(known.desired, status)) {
      known.desired = undefined
      known.isOut = false
    }
    if (isOlder(version, known.fact.version)) {
      // What the Service says is what became of it since.
      this.dirty.add(key)
      return
    }
    known.fact = withStatus(known.fact, status, version)
    known.writtenVersion = version
  }

  takeDirty(): ServiceKey[] {
    const keys = this.inOrder(this.dirty)
    this.dirty.clear()
    return keys
  }

  /**
   * Those with most addresses first, so that after a restart those that have addresses keep them; then the oldest. The order of
   * arrival does not count, so the outcome does not depend on it.
   */
  inOrder(keys: Iterable<ServiceKey>): ServiceKey[] {
    const rows = [...keys].flatMap((key) => {
      const known = this.#services.get(key)
      return known === undefined
        ? []
        : [{ key, count: statusOf(known).ingress.length, createdAt: known.fact.createdAt }]
    })
    rows.sort(
      (a, b) => b.count - a.count || compareText(a.createdAt, b.createdAt) || compareText(a.key, b.key),
    )
    return rows.map(({ key }) => key)
  }
}

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** What the Service has, or will have once the write is through. */
export const statusOf = ({ fact, desired }: KnownService): WantedStatus => desired ?? ownStatus(fact)

/** Versions are opaque in principle, and numbers in every server that there is; where they are none, nothing is older. */
function isOlder(version: string | undefined, than: string | undefined): boolean {
  const isNumber = /^\d{1,38}$/
  return (
    version !== undefined &&
    than !== undefined &&
    isNumber.test(version) &&
    isNumber.test(than) &&
    BigInt(version) < BigInt(than)
  )
}
