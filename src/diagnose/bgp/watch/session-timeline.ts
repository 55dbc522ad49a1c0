// What a series of looks at the kernel's sockets says about a session: when it came and went, for how long it lived, and
// whether it goes once for each hold time.
import type { SessionFacts } from '../bgp-facts.ts'

export interface Look {
  /** since the watch began */
  readonly atMs: number
  readonly session: SessionFacts | undefined
  /** where this host has no session: what a connection attempt gave; undefined: none was made */
  readonly reach: string | undefined
}

export type SessionEvent = { readonly atMs: number } & (
  | { readonly kind: 'up'; readonly session: SessionFacts }
  /** `livedMs`: at most, when it was up already as the watch began */
  | { readonly kind: 'down'; readonly livedMs: number; readonly periodMs: number | undefined }
  | { readonly kind: 'connecting'; readonly session: SessionFacts }
  | { readonly kind: 'none'; readonly reach: string }
)

export interface SessionSummary {
  readonly elapsedMs: number
  readonly ups: number
  readonly downs: number
  /** of the sessions that ended */
  readonly livedMs: readonly number[]
  /** between one end and the next */
  readonly periodsMs: readonly number[]
  readonly holdTimeSeconds: number
  readonly pattern: FlapPattern
}

/**
 * `hold-time`: sessions end when the hold time is over: KEEPALIVEs do not arrive. `at-once`: within two seconds, which is
 * what a refused OPEN looks like.
 */
export type FlapPattern = 'stable' | 'never-up' | 'hold-time' | 'at-once' | 'irregular'

type State = 'up' | 'connecting' | 'none'

export class SessionTimeline {
  readonly #holdTimeSeconds: number
  #state: State | undefined
  #reach: string | undefined
  #port: number | undefined
  #upAtMs = 0
  #lastDownAtMs: number | undefined
  #ups = 0
  readonly #lived: number[] = []
  readonly #periods: number[] = []

  constructor(holdTimeSeconds: number) {
    this.#holdTimeSeconds = holdTimeSeconds
  }

  /** What has changed since the last look; two events when one session took the place of another in between. */
  look({ atMs, session, reach }: Look): SessionEvent[] {
    const state: State =
      session === undefined ? 'none' : session.state === 'established' ? 'up' : 'connecting'
    const events: SessionEvent[] = []
    const replaced = state === 'up' && this.#state === 'up' && session?.localPort !== this.#port
    if (this.#state === 'up' && (state !== 'up' || replaced)) events.push(this.#down(atMs))
    if (state === 'up' && session !== undefined && (this.#state !== 'up' || replaced)) {
      this.#upAtMs = atMs
      this.#port = session.localPort
      this.#ups++
      events.push({ kind: 'up', atMs, session })
    }
    if (state === 'connecting' && session !== undefined && this.#state !== 'connecting')
      events.push({ kind: 'connecting', atMs, session })
    if (state === 'none' && reach !== undefined && reach !== this.#reach) {
      this.#reach = reach
      events.push({ kind: 'none', atMs, reach })
    }
    if (state === 'up') this.#reach = undefined
    this.#state = state
    return events
  }

  #down(atMs: number): SessionEvent {
    const livedMs = atMs - this.#upAtMs
    const periodMs = this.#lastDownAtMs === undefined ? undefined : atMs - this.#lastDownAtMs
    this.#lastDownAtMs = atMs
    this.#lived.push(livedMs)
    if (periodMs !== undefined) this.#periods.push(periodMs)
    return { kind: 'down', atMs, livedMs, periodMs }
  }

  summary(elapsedMs: number): SessionSummary {
    return {
      elapsedMs,
      ups: this.#ups,
      downs: this.#lived.length,
      livedMs: this.#lived,
      periodsMs: this.#periods,
      holdTimeSeconds: this.#holdTimeSeconds,
      pattern: this.#pattern(),
    }
  }

  #pattern(): FlapPattern {
    const lived = median(this.#lived)
    if (lived === undefined) return this.#ups > 0 ? 'stable' : 'never-up'
    if (lived < AT_ONCE_MS) return 'at-once'
    const holdMs = this.#holdTimeSeconds * 1000
    const period = median(this.#periods) ?? lived
    const near = (ms: number) => holdMs > 0 && Math.abs(ms - holdMs) <= holdMs * TOLERANCE
    return near(lived) || near(period) ? 'hold-time' : 'irregular'
  }
}

const AT_ONCE_MS = 2000
/** Timers have jitter (RFC 4271 §10), and the last KEEPALIVE was up to a third of the hold time ago. */
const TOLERANCE = 0.35

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
