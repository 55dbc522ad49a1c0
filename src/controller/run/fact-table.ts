// The last word on everything, for a controller that begins to lead: it starts from here, as after a restart.
import type { Labels } from '../../config/objects/read-object.ts'
import { type FactChange, type PoolsFact, type ServiceFact, serviceKey } from '../facts/facts.ts'
import { withStatus } from '../state/wanted-status.ts'

export class FactTable {
  /** The last valid pools count, and behind them what is wrong with those told last. */
  #pools: PoolsFact | undefined
  #invalid: PoolsFact | undefined
  readonly #namespaces = new Map<string, Labels>()
  readonly #services = new Map<string, ServiceFact>()
  #isComplete = false

  take(changes: readonly FactChange[]): void {
    for (const change of changes) this.#take(change)
  }

  #take(change: FactChange): void {
    switch (change.kind) {
      case 'pools':
        this.#invalid = change.pools.ok ? undefined : change.pools
        if (change.pools.ok) this.#pools = change.pools
        break
      case 'namespace':
        this.#namespaces.set(change.name, change.labels)
        break
      case 'namespace-deleted':
        this.#namespaces.delete(change.name)
        break
      case 'service':
        this.#services.set(serviceKey(change.service), change.service)
        break
      case 'service-deleted':
        this.#services.delete(serviceKey(change))
        break
      case 'complete':
        this.#isComplete = true
        break
      case 'written':
        this.#written(change)
        break
      case 'probed':
      case 'state-missing':
    }
  }

  #written({ service, status, version }: Extract<FactChange, { kind: 'written' }>): void {
    const fact = this.#services.get(service)
    if (fact !== undefined) this.#services.set(service, withStatus(fact, status, version))
  }

  all(): FactChange[] {
    const pools = [this.#pools, this.#invalid].flatMap((each) => each ?? [])
    return [
      ...pools.map((each) => ({ kind: 'pools', pools: each }) as const),
      ...[...this.#namespaces].map(([name, labels]) => ({ kind: 'namespace', name, labels }) as const),
      ...[...this.#services.values()].map((service) => ({ kind: 'service', service }) as const),
      ...(this.#isComplete ? [{ kind: 'complete' } as const] : []),
    ]
  }
}
