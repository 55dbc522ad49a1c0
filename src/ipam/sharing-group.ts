// The addresses of one pool and family whose holders share under one key: which of them has room for a Service's ports?
import { SortedMap } from './sorted-map.ts'

/** `TCP/80` */
export type PortKey = string

export interface SharedAddress {
  usesPort(port: PortKey): boolean
}

export class SharingGroup<A extends SharedAddress> {
  readonly #members = new SortedMap<A>()
  /** For each port that was asked for: every member below this number uses it. Spares looking at them again. */
  readonly #usedBelow = new Map<PortKey, bigint>()

  get size(): number {
    return this.#members.size
  }

  add(number: bigint, address: A): void {
    this.#members.set(number, address)
    for (const [port, below] of this.#usedBelow) if (number < below) this.#usedBelow.set(port, number)
  }

  delete(number: bigint): void {
    this.#members.delete(number)
  }

  /** A member goes on without these ports. */
  portsFreed(number: bigint, ports: readonly PortKey[]): void {
    for (const port of ports) {
      const below = this.#usedBelow.get(port)
      if (below !== undefined && number < below) this.#usedBelow.set(port, number)
    }
  }

  /** Number of the first member that uses none of the ports. */
  firstWithout(ports: readonly PortKey[]): bigint | undefined {
    let from = 0n
    for (const port of ports) {
      const free = this.#skipUsed(port)
      if (free === undefined) return undefined
      if (free > from) from = free
    }
    for (let at = this.#members.ceiling(from); at !== undefined; at = this.#members.ceiling(at.key + 1n)) {
      const { value } = at
      if (!ports.some((port) => value.usesPort(port))) return at.key
    }
    return undefined
  }

  #skipUsed(port: PortKey): bigint | undefined {
    let at = this.#members.ceiling(this.#usedBelow.get(port) ?? 0n)
    let below = at?.key ?? this.#usedBelow.get(port)
    while (at?.value.usesPort(port) === true) {
      below = at.key + 1n
      at = this.#members.ceiling(below)
    }
    if (below !== undefined) this.#usedBelow.set(port, below)
    return at?.key
  }
}
