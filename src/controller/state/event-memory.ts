// Events are told when they are news. MetalLB tells a failure again in every pass, which at thousands of Services drowns the others.
import type { ServiceKey } from '../../ipam/request.ts'
import { type ServiceFact, serviceKey } from '../facts/facts.ts'
import type { ControllerEvent, EventReason } from './effects.ts'

const HAPPENS: ReadonlySet<EventReason> = new Set([
  'IPAllocated',
  'ClearAssignment',
  'AddressInUse',
  'AddressNotProbed',
])

/** All other reasons are of states that go on. */
export const happens = (reason: EventReason): boolean => HAPPENS.has(reason)

export class EventMemory {
  /** Service → reason → what was said last */
  readonly #told = new Map<ServiceKey, ReadonlyMap<EventReason, string>>()

  /** What of the events of one pass is news. What goes on no longer is forgotten. */
  news(service: ServiceKey, events: readonly ControllerEvent[]): ControllerEvent[] {
    const before = this.#told.get(service)
    const states = events.filter(({ reason }) => !happens(reason))
    if (states.length > 0)
      this.#told.set(service, new Map(states.map(({ reason, message }) => [reason, message])))
    else if (before !== undefined) this.#told.delete(service)
    return events.filter(({ reason, message }) => happens(reason) || before?.get(reason) !== message)
  }

  forget(service: ServiceKey): void {
    this.#told.delete(service)
  }
}

const LEGACY = 'metallb.universe.tf/'

/** Told when a Service is written, as MetalLB does. */
export const deprecations = (fact: ServiceFact): ControllerEvent[] =>
  Object.keys(fact.annotations)
    .filter((name) => name.startsWith(LEGACY))
    .map((name) => ({
      type: 'Warning',
      reason: 'deprecatedAnnotation',
      service: serviceKey(fact),
      message: `Service uses deprecated annotation ${name}`,
    }))
