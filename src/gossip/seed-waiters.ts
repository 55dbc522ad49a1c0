// Those who wait to hear how the first attempt to join went.
import { formatEndpoint, type GossipEndpoint } from './endpoint.ts'

export interface JoinOutcome {
  readonly seed: GossipEndpoint
  /** a sentence; undefined when it was joined or is a member already */
  readonly problem: string | undefined
}

export class SeedWaiters {
  #pending = new Set<string>()
  #outcomes: JoinOutcome[] = []
  #done: (outcomes: readonly JoinOutcome[]) => void = () => undefined

  /** Whoever waited for earlier seeds gets what is known of them. */
  wait(seeds: readonly GossipEndpoint[]): Promise<readonly JoinOutcome[]> {
    this.finish()
    this.#pending = new Set(seeds.map(formatEndpoint))
    this.#outcomes = []
    if (seeds.length === 0) return Promise.resolve([])
    return new Promise((resolve) => {
      this.#done = resolve
    })
  }

  tried({ seed, problem }: JoinOutcome): void {
    if (!this.#pending.delete(formatEndpoint(seed))) return
    this.#outcomes.push({ seed, problem })
    if (this.#pending.size === 0) this.finish()
  }

  /** Nothing more comes. */
  finish(): void {
    this.#done(this.#outcomes)
    this.#done = () => undefined
  }
}
