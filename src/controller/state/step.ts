// What one step comes to. A Service may be looked at more than once in it, when what another one gives back is there for it: what was
// said before that is not said then.
import type { ServiceKey } from '../../ipam/request.ts'
import type { ControllerEvent, Effect } from './effects.ts'
import { type EventMemory, happens } from './event-memory.ts'

export class Step {
  readonly #first: Effect[] = []
  readonly #statuses = new Set<ServiceKey>()
  readonly #events = new Map<ServiceKey, readonly ControllerEvent[]>()
  readonly #probes = new Map<ServiceKey, Effect>()

  add(effect: Extract<Effect, { kind: 'configuration' }>): void {
    this.#first.push(effect)
  }

  write(service: ServiceKey): void {
    this.#statuses.add(service)
  }

  dontWrite(service: ServiceKey): void {
    this.#statuses.delete(service)
  }

  /** What happened stays; how things are is what was said last. */
  tell(service: ServiceKey, events: readonly ControllerEvent[]): void {
    const before = (this.#events.get(service) ?? []).filter(({ reason }) => happens(reason))
    this.#events.set(service, [...before, ...events])
  }

  tellMore(service: ServiceKey, events: readonly ControllerEvent[]): void {
    if (events.length > 0) this.#events.set(service, [...(this.#events.get(service) ?? []), ...events])
  }

  probe(effect: Extract<Effect, { kind: 'probe' }>): void {
    this.#probes.set(effect.service, effect)
  }

  dontProbe(service: ServiceKey): void {
    this.#probes.delete(service)
  }

  get statuses(): Iterable<ServiceKey> {
    return this.#statuses
  }

  effects(memory: EventMemory): Effect[] {
    const news = [...this.#events].flatMap(([service, events]) => memory.news(service, events))
    return [
      ...this.#first,
      ...[...this.#statuses].map((service) => ({ kind: 'service-status', service }) as const),
      ...news.map((event) => ({ kind: 'event', event }) as const),
      ...this.#probes.values(),
    ]
  }
}
