// Who answered when: the arithmetic behind `--watch`. Times are milliseconds of one clock; round trips are microseconds.

export interface OwnerPeriod {
  readonly mac: string
  readonly fromMs: number
  readonly toMs: number
  readonly answers: number
}

export interface WatchSummary {
  readonly sent: number
  /** probes that got at least one answer */
  readonly answered: number
  readonly answeredPercent: number
  /** undefined without an answer */
  readonly rttMicroseconds:
    | { readonly min: number; readonly average: number; readonly p95: number; readonly max: number }
    | undefined
  readonly owners: readonly OwnerPeriod[]
  /** times that the owner changed */
  readonly changes: number
  /** several hardware addresses answered one probe */
  readonly severalAtOnce: boolean
  /** the longest time without an answer, from the start and to the end too; counted while probes were sent */
  readonly longestSilenceMs: number
  readonly elapsedMs: number
}

/** What is worth a line. */
export type WatchEvent =
  | { readonly kind: 'first'; readonly mac: string; readonly atMs: number; readonly silenceMs: number }
  | {
      readonly kind: 'change'
      readonly from: string
      readonly mac: string
      readonly atMs: number
      /** between the last answer of the old owner and the first of the new one */
      readonly silenceMs: number
    }
  | { readonly kind: 'second'; readonly mac: string; readonly beside: string; readonly atMs: number }

export class OwnerTimeline {
  readonly #startMs: number
  #sent = 0
  #answered = 0
  #lastAnswered = -1
  readonly #rtts = new RoundTrips()
  readonly #periods: { mac: string; fromMs: number; toMs: number; answers: number }[] = []
  readonly #rivals = new Set<string>()
  #probeOwner: { probe: number; mac: string } | undefined
  #lastAnswerMs: number
  #longestSilenceMs = 0

  constructor(startMs: number) {
    this.#startMs = startMs
    this.#lastAnswerMs = startMs
  }

  sent(): void {
    this.#sent++
  }

  /** @param probe which one it answers, counted from 0: the newest that was sent before the answer came */
  answer(probe: number, mac: string, rttMicroseconds: number, atMs: number): WatchEvent | undefined {
    const silenceMs = atMs - this.#lastAnswerMs
    this.#longestSilenceMs = Math.max(this.#longestSilenceMs, silenceMs)
    this.#lastAnswerMs = atMs
    // Answers go to the newest probe before them, so their numbers never go back.
    if (probe > this.#lastAnswered) this.#answered++
    this.#lastAnswered = Math.max(this.#lastAnswered, probe)
    this.#rtts.add(rttMicroseconds)
    const rival = this.#probeOwner
    if (rival?.probe === probe && rival.mac !== mac) return this.#second(mac, rival.mac, atMs)
    this.#probeOwner = { probe, mac }
    const period = this.#periods.at(-1)
    if (period?.mac === mac) {
      period.toMs = atMs
      period.answers++
      return undefined
    }
    this.#periods.push({ mac, fromMs: atMs, toMs: atMs, answers: 1 })
    if (period === undefined) return { kind: 'first', mac, atMs: atMs - this.#startMs, silenceMs }
    return { kind: 'change', from: period.mac, mac, atMs: atMs - this.#startMs, silenceMs }
  }

  #second(mac: string, beside: string, atMs: number): WatchEvent | undefined {
    const isNew = !this.#rivals.has(mac)
    this.#rivals.add(mac)
    return isNew ? { kind: 'second', mac, beside, atMs: atMs - this.#startMs } : undefined
  }

  summary(endMs: number): WatchSummary {
    const answered = this.#answered
    return {
      sent: this.#sent,
      answered,
      answeredPercent: this.#sent === 0 ? 0 : (answered / this.#sent) * 100,
      rttMicroseconds: this.#rtts.statistics(),
      owners: this.#periods.map((period) => ({
        ...period,
        fromMs: period.fromMs - this.#startMs,
        toMs: period.toMs - this.#startMs,
      })),
      changes: Math.max(0, this.#periods.length - 1),
      severalAtOnce: this.#rivals.size > 0,
      longestSilenceMs: Math.max(this.#longestSilenceMs, endMs - this.#lastAnswerMs),
      elapsedMs: endMs - this.#startMs,
    }
  }
}

/** A watch may run for days: the percentile is that of the newest ones. */
const KEPT = 100_000

class RoundTrips {
  readonly #newest: number[] = []
  #count = 0
  #sum = 0
  #min = Number.POSITIVE_INFINITY
  #max = 0

  add(rtt: number): void {
    this.#newest[this.#count % KEPT] = rtt
    this.#count++
    this.#sum += rtt
    this.#min = Math.min(this.#min, rtt)
    this.#max = Math.max(this.#max, rtt)
  }

  statistics(): WatchSummary['rttMicroseconds'] {
    if (this.#count === 0) return undefined
    const sorted = [...this.#newest].sort((a, b) => a - b)
    // The nearest-rank percentile: a value that was measured.
    const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? this.#max
    return { min: this.#min, average: this.#sum / this.#count, p95, max: this.#max }
  }
}
