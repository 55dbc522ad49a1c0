// To which peers each Service is announced, as its ServiceBGPStatus says it (metallb.md §6.6).
import type { ServiceKey } from '../facts/facts.ts'
import { sameValue } from '../facts/same-value.ts'
import type { Effect } from './effects.ts'

export class BgpStatus {
  readonly #peers = new Map<ServiceKey, readonly string[]>()

  get all(): ReadonlyMap<ServiceKey, readonly string[]> {
    return this.#peers
  }

  /** @returns what is to be said of it: nothing when it is the same as before */
  set(service: ServiceKey, peers: readonly string[]): Effect[] {
    if (sameValue(this.#peers.get(service) ?? [], peers)) return []
    if (peers.length === 0) this.#peers.delete(service)
    else this.#peers.set(service, peers)
    return [{ kind: 'bgp-status', service, peers: peers.length === 0 ? undefined : peers }]
  }
}
