// A cluster for tests of the state core: keeps Services, performs what the controller wants written, and counts.
import type { FactChange, ServiceFact, WantedStatus } from '../facts/facts.ts'
import { serviceKey } from '../facts/facts.ts'
import { type ControllerOptions, ControllerState } from '../state/controller-state.ts'
import type { ControllerEvent, Effect } from '../state/effects.ts'
import { withStatus } from '../state/wanted-status.ts'

const OPTIONS: ControllerOptions = { loadBalancerClass: undefined, coolDownMs: 0, probeBlockMs: undefined }

export class Cluster {
  state: ControllerState
  readonly services = new Map<string, ServiceFact>()
  readonly events: ControllerEvent[] = []
  readonly written: { readonly service: string; readonly status: WantedStatus }[] = []
  effects: readonly Effect[] = []
  lastPoolStatus: Extract<Effect, { kind: 'pool-status' }> | undefined
  nowMs = 0
  #version = 0
  #options: ControllerOptions
  /** the last word on everything but Services, for a restart */
  readonly #others = new Map<string, FactChange>()

  constructor(options: Partial<ControllerOptions> = {}) {
    this.#options = { ...OPTIONS, ...options }
    this.state = new ControllerState(this.#options)
  }

  /** Applies changes and performs all that follows from them. */
  apply(...changes: readonly FactChange[]): void {
    const told = changes.map((change): FactChange => {
      if (change.kind === 'service') return { ...change, service: this.#keep(change.service) }
      if (change.kind === 'service-deleted') this.services.delete(serviceKey(change))
      else if (change.kind !== 'written' && change.kind !== 'probed')
        this.#others.set('name' in change ? change.name : change.kind, change)
      return change
    })
    this.#perform(this.state.apply(told, this.nowMs))
  }

  /** As the user changes it: what the controller wrote stays. */
  edit(key: string, changes: Partial<ServiceFact>): void {
    const before = this.services.get(key)
    if (before === undefined) throw new Error(`no ${key}`)
    const ours = before.annotations['metallb.io/ip-allocated-from-pool']
    const annotations =
      changes.annotations === undefined || ours === undefined
        ? (changes.annotations ?? before.annotations)
        : { ...changes.annotations, 'metallb.io/ip-allocated-from-pool': ours }
    this.apply({ kind: 'service', service: { ...before, ...changes, annotations } })
  }

  /** A new controller, told everything in the order given. Returns what it wanted written. */
  restart(order: (changes: FactChange[]) => FactChange[] = (changes) => changes): number {
    const before = this.written.length
    this.state = new ControllerState(this.#options)
    const services = [...this.services.values()].map((service) => ({ kind: 'service', service }) as const)
    this.#perform(this.state.apply(order([...this.#others.values(), ...services]), this.nowMs))
    return this.written.length - before
  }

  addressesOf(key: string): readonly string[] {
    return this.services.get(key)?.ingress ?? []
  }
  poolOf(key: string): string | undefined {
    return this.services.get(key)?.annotations['metallb.io/ip-allocated-from-pool']
  }
  /** `reason: message` of the events since the last call */
  takeEvents(): string[] {
    return this.events.splice(0).map(({ reason, message }) => `${reason}: ${message}`)
  }

  #keep(service: ServiceFact): ServiceFact {
    const kept = { ...service, version: String(++this.#version) }
    this.services.set(serviceKey(service), kept)
    return kept
  }

  #perform(effects: readonly Effect[]): void {
    if (effects.length > 0) this.effects = effects
    const changes: FactChange[] = []
    for (const effect of effects) {
      if (effect.kind === 'event') this.events.push(effect.event)
      if (effect.kind === 'pool-status') this.lastPoolStatus = effect
      if (effect.kind === 'service-status') changes.push(...this.#write(effect.service))
    }
    if (changes.length > 0) this.#perform([...this.state.apply(changes, this.nowMs)])
  }

  #write(key: string): FactChange[] {
    const write = this.state.pendingWrite(key)
    const service = this.services.get(key)
    if (write === undefined || service === undefined) return []
    if (write.basedOn !== service.version) throw new Error(`${key} written over what was not seen`)
    const { status } = write
    this.written.push({ service: key, status })
    const now = this.#keep(withStatus(service, status, undefined))
    // The watch tells it too, after the answer to the write.
    return [
      { kind: 'written', service: key, status, version: now.version },
      { kind: 'service', service: now },
    ]
  }
}
