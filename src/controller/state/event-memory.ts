// Events are told when they are news. MetalLB tells a failure again in every pass, which at thousands of Services drowns the others.
import type { ServiceKey } from '../../ipam/request.ts'
import type { ControllerEvent, EventReason } from './effects.ts'

/** These happen; all others are states that go on. */
const ONCE: ReadonlySet<EventReason> = new Set(['IPAllocated', 'ClearAssignment', 'AddressInUse'])

export class EventMemory {
  /** Service → reason → what was said last */
  readonly #told = new Map<ServiceKey, ReadonlyMap<EventReason, string>>()

  /** What of the events of one pass is news. What goes on no longer is forgotten. */
  news(service: ServiceKey, events: readonly ControllerEvent[]): ControllerEvent[] {
    const before = this.#told.get(service)
    const states = events.filter(({ reason }) => !ONCE.has(reason))
    if (states.length > 0)
      this.#told.set(service, new Map(states.map(({ reason, message }) => [reason, message])))
    else if (before !== undefined) this.#told.delete(service)
    return events.filter(({ reason, message }) => ONCE.has(reason) || before?.get(reason) !== message)
  }

  forget(service: ServiceKey): void {
    this.#told.delete(service)
  }
}
