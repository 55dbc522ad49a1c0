// Routes go out as fast as the connection takes them and no faster; what waits, waits in the Adj-RIB-Out, where it costs nothing
// and where a newer change takes its place.
import type { IpFamily } from '../../net/ip.ts'
import type { Prefix } from '../../net/prefix.ts'
import type { ExportContext, OutboundRoutes } from '../outbound.ts'
import type { BgpAdvertisement } from '../peer.ts'
import type { BgpClock } from '../ports.ts'
import type { Link } from './link.ts'

/** Of one `take`: several messages, so that they go into one segment train. */
const TAKE_BYTES = 64 * 1024
/** In one turn of the event loop; then timers and other peers have theirs. */
const TURN_BYTES = 512 * 1024

export class Outflow {
  readonly #clock: BgpClock
  readonly #routes: OutboundRoutes
  readonly #onSent: (messages: readonly Uint8Array[]) => void
  #link: Link | undefined
  #scheduled = false

  constructor(clock: BgpClock, routes: OutboundRoutes, onSent: (messages: readonly Uint8Array[]) => void) {
    this.#clock = clock
    this.#routes = routes
    this.#onSent = onSent
  }

  up(link: Link, context: ExportContext): void {
    this.#link = link
    this.#routes.sessionUp(context)
    // Not in the next turn: everybody waits for these, and nothing that could go with them is still to come.
    this.#pump()
  }

  down(): void {
    this.#link = undefined
    this.#routes.sessionDown()
  }

  /** Something may be pending, or the connection takes more. All changes of one turn go out together. */
  wake(): void {
    if (this.#scheduled || this.#link === undefined) return
    this.#scheduled = true
    this.#clock.soon(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  #pump(): void {
    const link = this.#link
    let bytes = 0
    while (link?.accepts === true && this.#routes.pending) {
      if (bytes >= TURN_BYTES) {
        this.wake()
        return
      }
      const messages = this.#routes.take(TAKE_BYTES)
      if (messages.length === 0) return
      for (const { length } of messages) bytes += length
      link.write(messages)
      this.#onSent(messages)
    }
  }
}

/** The routes of a peer as others see them: each change wakes the flow. */
export class WakingRoutes implements OutboundRoutes {
  readonly #routes: OutboundRoutes
  readonly #wake: () => void

  constructor(routes: OutboundRoutes, wake: () => void) {
    this.#routes = routes
    this.#wake = wake
  }

  setDesired(advertisements: Iterable<BgpAdvertisement>): void {
    this.#routes.setDesired(advertisements)
    this.#wake()
  }

  announce(advertisement: BgpAdvertisement): void {
    this.#routes.announce(advertisement)
    this.#wake()
  }

  withdraw(prefix: Prefix): void {
    this.#routes.withdraw(prefix)
    this.#wake()
  }

  sessionUp(context: ExportContext): void {
    this.#routes.sessionUp(context)
    this.#wake()
  }

  sessionDown(): void {
    this.#routes.sessionDown()
  }

  refresh(family: IpFamily, enhanced: boolean): void {
    this.#routes.refresh(family, enhanced)
    this.#wake()
  }

  take(budgetBytes: number): readonly Uint8Array[] {
    return this.#routes.take(budgetBytes)
  }

  get pending(): boolean {
    return this.#routes.pending
  }

  get counts(): OutboundRoutes['counts'] {
    return this.#routes.counts
  }
}
