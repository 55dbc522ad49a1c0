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
  readonly #answeredProbes = new Set<number>()
  readonly #rtts: number[] = []
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

  /** @param probe which one it answers; answers to an older probe than the last one count, too */
  answer(probe: number, mac: string, rttMicroseconds: number, atMs: number): WatchEvent | undefined {
    const silenceMs = atMs - this.#lastAnswerMs
    this.#longestSilenceMs = Math.max(this.#longestSilenceMs, silenceMs)
    this.#lastAnswerMs = atMs
    this.#answeredProbes.add(probe)
    this.#rtts.push(rttMicroseconds)
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
    const answered = this.#answeredProbes.size
    return {
      sent: this.#sent,
      answered,
      answeredPercent: this.#sent === 0 ? 0 : (answered / this.#sent) * 100,
      rttMicroseconds: statisticsOf(this.#rtts),
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

function statisticsOf(rtts: readonly number[]): WatchSummary['rttMicroseconds'] {
  if (rtts.length === 0) return undefined
  const sorted = [...rtts].sort((a, b) => a - b)
  // The nearest-rank percentile: a value that was measured.
  const rank = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0
  return {
    min: sorted[0] ?? 0,
    average: sorted.reduce((sum, rtt) => sum + rtt, 0) / sorted.length,
    p95: rank(0.95),
    max: rank(1),
  }
}
