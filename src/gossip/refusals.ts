// What could not be taken or sent: counted by reason, and logged once in a while, however much it is.

/** Reasons are of a closed list in the code; this is for the case that one is not. */
const MOST_REASONS = 64
const LOG_EVERY_MS = 10_000

/** In the words that people search for; other reasons speak for themselves. */
export const REFUSAL_TEXTS: Readonly<Record<string, string>> = {
  'no-key-opens-it': 'Decrypt packet failed: no key of ours opens what',
  'not-encrypted': 'Encryption is configured but remote state is not encrypted: refused what',
  'encrypted-without-our-key': 'Remote state is encrypted and encryption is not configured: refused what',
}

interface Refusal {
  count: number
  /** not logged yet */
  unsaid: number
  saidMs: number
}

export class Refusals {
  readonly #byReason = new Map<string, Refusal>()
  readonly #log: (reason: string, text: string) => void

  constructor(log: (reason: string, text: string) => void) {
    this.#log = log
  }

  /** @param text the case in one sentence, in case it is its turn to be logged */
  add(reason: string, text: string, nowMs: number): void {
    const key = this.#byReason.has(reason) || this.#byReason.size < MOST_REASONS ? reason : 'other'
    const refusal = this.#byReason.get(key) ?? { count: 0, unsaid: 0, saidMs: Number.NEGATIVE_INFINITY }
    this.#byReason.set(key, refusal)
    refusal.count++
    if (nowMs - refusal.saidMs < LOG_EVERY_MS) {
      refusal.unsaid++
      return
    }
    const more = refusal.unsaid === 0 ? '' : ` ${refusal.unsaid} more like it were not logged.`
    this.#log(key, `${text}${more}`)
    refusal.unsaid = 0
    refusal.saidMs = nowMs
  }

  /** Reason → how many since the start. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#byReason].map(([reason, { count }]) => [reason, count]))
  }
}
