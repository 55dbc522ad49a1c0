// What the kernel picks out of the ARP frames of an interface: our addresses. Where the set is too large for that, it picks out ARP and
// we do the rest. So we do for a moment after a change: the filter of a thousand addresses takes milliseconds to assemble, and changes
// come in rows.
import { anyArp, ownedArp } from '../bpf/responder-filters.ts'
import type { PacketSocket } from '../packet/packet-socket.ts'
import { SystemCallError } from '../system-call-error.ts'
import type { OwnedAddressSet } from './owned-addresses.ts'

/** The set has not changed for so long. */
const EXACT_FILTER_MS = 100

export class ArpFilter {
  readonly #owned: OwnedAddressSet
  readonly #exact: boolean
  #timer: NodeJS.Timeout | undefined
  /** nothing that is owned is kept away */
  #isWide = false

  /** @param exact false where questions for addresses of others are wanted, too */
  constructor(owned: OwnedAddressSet, exact: boolean) {
    this.#owned = owned
    this.#exact = exact
  }

  /** The set is another, or the socket is. Throws SystemCallError. @param open opens the socket with a filter, when there is none */
  changed(
    socket: PacketSocket | undefined,
    open: (program: ReturnType<typeof anyArp>) => PacketSocket,
  ): PacketSocket {
    clearTimeout(this.#timer)
    const wide = anyArp()
    let current = socket
    if (current === undefined) current = open(wide)
    else if (!this.#isWide && wide.ok) current.setFilter(wide.value)
    this.#isWide = true
    if (this.#exact) this.#timer = setTimeout(() => this.#narrow(current), EXACT_FILTER_MS)
    return current
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#isWide = false
  }

  #narrow(socket: PacketSocket): void {
    const exact = ownedArp(this.#owned.ipv4Keys())
    if (!exact.ok) return
    try {
      this.#isWide = false
      socket.setFilter(exact.value)
    } catch (error) {
      // Memory for filters is limited (net.core.optmem_max); the interface may be gone, and then it is told of elsewhere.
      if (!(error instanceof SystemCallError)) throw error
    }
  }
}
