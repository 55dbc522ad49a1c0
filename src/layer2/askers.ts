// Who asked for an address lately, and so has it in its neighbour table. Bounded: anybody may ask for anything, from any address.
import { formatIp, type Ip } from '../net/ip.ts'
import type { Mac } from '../net/mac.ts'

export interface Asker {
  readonly address: Ip
  readonly mac: Mac
}

/** Of each address, the last so many. */
export const ASKERS_REMEMBERED = 8
/** Whoever uses an address asks for it again by itself within minutes, unless it is refreshed; so this is how long one is after its last question. */
export const ASKER_MS = 3_600_000

interface Entry extends Asker {
  readonly askedMs: number
}

/** Those of one address on one interface. */
export class Askers {
  /** by text of the address, the latest last */
  readonly #entries = new Map<string, Entry>()

  /** @param nowMs of a clock that never goes back */
  add({ address, mac }: Asker, nowMs: number): void {
    const text = formatIp(address)
    this.#entries.delete(text)
    this.#entries.set(text, { address, mac, askedMs: nowMs })
    if (this.#entries.size <= ASKERS_REMEMBERED) return
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest)
      break
    }
  }

  /** The latest last. */
  current(nowMs: number): readonly Asker[] {
    for (const [text, { askedMs }] of this.#entries) {
      if (nowMs - askedMs < ASKER_MS) break
      this.#entries.delete(text)
    }
    return [...this.#entries.values()].map(({ address, mac }) => ({ address, mac }))
  }
}
