// The lease as the controller sees it: held only once everything is known that was written until it was taken.
import { LbctlError } from '../../errors/lbctl-error.ts'

export interface Holder {
  readonly isHeld: boolean
}

export interface LeadershipOptions {
  /** learns what was written until now. Rejects with LbctlError when it cannot */
  readonly catchUp: () => Promise<void>
  readonly onTrouble: (error: LbctlError) => void
  readonly retryMs: number
}

/**
 * Watches may lag behind: an address that the leader before handed out in his last moment would look free. So who takes the lease asks
 * for everything anew first, and leads then.
 */
export class Leadership {
  readonly #options: LeadershipOptions
  #holder: Holder = { isHeld: false }
  #isCaughtUp = false
  #then: (isHeld: boolean) => void = () => undefined
  /** the time of holding that catches up now */
  #term: object | undefined

  constructor(options: LeadershipOptions) {
    this.#options = options
  }

  /** False as soon as the lease may have run out, be it while this process slept. */
  get isHeld(): boolean {
    return this.#isCaughtUp && this.#holder.isHeld
  }

  onChange(then: (isHeld: boolean) => void): void {
    this.#then = then
  }

  follow(holder: Holder): void {
    this.#holder = holder
  }

  /** The lease was taken, or lost. */
  changed(isHeld: boolean): void {
    const wasLeading = this.#isCaughtUp
    this.#isCaughtUp = false
    this.#term = undefined
    if (wasLeading) this.#then(false)
    if (isHeld) void this.#begin()
  }

  async #begin(): Promise<void> {
    const mine = {}
    this.#term = mine
    let told = false
    for (;;) {
      try {
        await this.#options.catchUp()
        break
      } catch (error) {
        if (!(error instanceof LbctlError)) throw error
        if (this.#term !== mine) return
        if (!told) this.#options.onTrouble(error)
        told = true
        await new Promise((resolve) => setTimeout(resolve, this.#options.retryMs))
      }
    }
    if (this.#term !== mine) return
    this.#isCaughtUp = true
    this.#then(true)
  }
}
