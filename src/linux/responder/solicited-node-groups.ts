// Which groups an interface has to be in for the addresses that it answers for, and which could not be joined yet.
import type { OwnedChange } from '../../layer2/ports.ts'
import type { Ip } from '../../net/ip.ts'
import { solicitedNodeAddress } from '../../wire/ndp/solicited-node.ts'
import type { MulticastGroups } from './multicast-groups.ts'

export class SolicitedNodeGroups {
  readonly #groups: MulticastGroups
  readonly #joined = new Set<bigint>()
  /** IPv6 addresses whose group could not be joined; tried again each time */
  readonly #missing = new Map<bigint, Ip>()

  constructor(groups: MulticastGroups) {
    this.#groups = groups
  }

  /** Leaves the groups of what is gone, and remembers those that have to be joined. */
  note({ gone, come }: OwnedChange): void {
    for (const address of gone) {
      if (address.family === 4) continue
      this.#missing.delete(address.value)
      if (this.#joined.delete(address.value)) this.#groups.leave(solicitedNodeAddress(address))
    }
    for (const address of come)
      if (address.family === 6 && !this.#joined.has(address.value)) this.#missing.set(address.value, address)
  }

  /** Throws the first SystemCallError, after all were tried: a group that cannot be joined does not keep the others from it. */
  join(): void {
    let failure: unknown
    for (const address of [...this.#missing.values()]) {
      try {
        this.#groups.join(solicitedNodeAddress(address))
        this.#missing.delete(address.value)
        this.#joined.add(address.value)
      } catch (error) {
        failure ??= error
      }
    }
    if (failure !== undefined) throw failure
  }

  /** Leaves all. */
  close(): void {
    this.#groups.close()
    this.#joined.clear()
    this.#missing.clear()
  }
}
