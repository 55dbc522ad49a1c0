// Interfaces on which answering does not work now, and when that is tried again.
import type { ResponderFailure } from './ports.ts'

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 30_000

interface Failing {
  readonly code: string
  readonly attempts: number
  /** undefined: being tried */
  retryMs: number | undefined
}

export class FailingInterfaces {
  readonly #failing = new Map<string, Failing>()

  /** All that failed at the last attempt. Returns what is news: new failures and new codes, and what works again. */
  update(failures: readonly ResponderFailure[], nowMs: number) {
    const failed: (ResponderFailure & { readonly retryMs: number })[] = []
    const recovered = [...this.#failing.keys()].filter(
      (name) => !failures.some((f) => f.interfaceName === name),
    )
    for (const name of recovered) this.#failing.delete(name)
    for (const { interfaceName, code } of failures) {
      const before = this.#failing.get(interfaceName)
      const attempts = (before?.attempts ?? 0) + 1
      const waitMs = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS)
      this.#failing.set(interfaceName, { code, attempts, retryMs: nowMs + waitMs })
      if (before?.code !== code) failed.push({ interfaceName, code, retryMs: waitMs })
    }
    return { failed, recovered }
  }

  /** Whether it is time to try again; if so, the next time is set by the next `update`. */
  retry(nowMs: number): boolean {
    const next = this.nextMs
    if (next === undefined || nowMs < next) return false
    for (const each of this.#failing.values()) each.retryMs = undefined
    return true
  }

  get nextMs(): number | undefined {
    const times = [...this.#failing.values()].flatMap(({ retryMs }) => retryMs ?? [])
    return times.length === 0 ? undefined : Math.min(...times)
  }

  names(): Iterable<string> {
    return this.#failing.keys()
  }

  codes(): ReadonlyMap<string, string> {
    return new Map([...this.#failing].map(([name, { code }]) => [name, code]))
  }

  delete(name: string): void {
    this.#failing.delete(name)
  }

  clear(): void {
    this.#failing.clear()
  }
}
