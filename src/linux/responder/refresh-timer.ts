// The refresh of neighbours on the clock of the responder's thread, where nothing is sent after a withdrawal.
import { NeighborRefresh, type Refresh } from '../../layer2/neighbor-refresh.ts'
import type { OwnedChange } from '../../layer2/ports.ts'
import type { Question } from './questions-in-frames.ts'

export class RefreshTimer {
  readonly #refresh: NeighborRefresh
  readonly #send: (refresh: Refresh) => void
  #timer: NodeJS.Timeout | undefined
  /** when the timer ends */
  #armedMs = Number.POSITIVE_INFINITY

  constructor(intervalMs: number, send: (refresh: Refresh) => void) {
    this.#refresh = new NeighborRefresh(intervalMs)
    this.#send = send
  }

  asked(interfaceName: string, { target, asker }: Question, isHeld: boolean): void {
    this.#refresh.asked(interfaceName, target, asker, isHeld, performance.now())
    this.#arm()
  }

  changed(interfaceName: string, { gone, come }: OwnedChange): void {
    for (const address of gone) this.#refresh.given(interfaceName, address)
    for (const address of come) this.#refresh.taken(interfaceName, address, performance.now())
    this.#arm()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #arm(): void {
    const { nextMs } = this.#refresh
    if (nextMs === undefined || nextMs >= this.#armedMs) return
    clearTimeout(this.#timer)
    this.#armedMs = nextMs
    this.#timer = setTimeout(() => this.#due(), Math.max(0, nextMs - performance.now()))
  }

  #due(): void {
    this.#armedMs = Number.POSITIVE_INFINITY
    for (const refresh of this.#refresh.take(performance.now())) this.#send(refresh)
    this.#arm()
  }
}
