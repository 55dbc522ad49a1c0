// What is due when. The driver keeps one timer, for the earliest; everything else is here, so that a simulation needs no timers
// at all. A binary heap in which outdated entries stay until they come up.

interface Entry<T> {
  readonly atMs: number
  /** entries of the same time come in the order in which they were set */
  readonly order: number
  readonly key: string
  readonly value: T
}

const before = (a: Entry<unknown>, b: Entry<unknown>): boolean =>
  a.atMs !== b.atMs ? a.atMs < b.atMs : a.order < b.order

export class Deadlines<T> {
  readonly #current = new Map<string, Entry<T>>()
  #heap: Entry<T>[] = []
  #order = 0

  get size(): number {
    return this.#current.size
  }

  /** Time of the earliest; Infinity when nothing is due ever. */
  get nextMs(): number {
    for (;;) {
      const first = this.#heap[0]
      if (first === undefined) return Number.POSITIVE_INFINITY
      if (this.#current.get(first.key) === first) return first.atMs
      this.#pop()
    }
  }

  has(key: string): boolean {
    return this.#current.has(key)
  }

  /** Replaces what was set for the key. */
  set(key: string, atMs: number, value: T): void {
    const entry = { atMs, order: this.#order++, key, value }
    this.#current.set(key, entry)
    if (this.#heap.length > 64 && this.#heap.length > this.#current.size * 4) this.#tidy()
    else this.#push(entry)
  }

  delete(key: string): void {
    this.#current.delete(key)
  }

  /** Takes out the earliest of what is due; undefined when nothing is. */
  take(nowMs: number): T | undefined {
    if (this.nextMs > nowMs) return undefined
    const entry = this.#pop()
    if (entry === undefined) return undefined
    this.#current.delete(entry.key)
    return entry.value
  }

  #tidy(): void {
    this.#heap = [...this.#current.values()].sort((a, b) => (before(a, b) ? -1 : 1))
  }

  #push(entry: Entry<T>): void {
    const heap = this.#heap
    let at = heap.push(entry) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !before(entry, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = entry
  }

  #pop(): Entry<T> | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      const left = heap[child]
      const right = heap[child + 1]
      if (left === undefined) break
      if (right !== undefined && before(right, left)) child++
      const smaller = heap[child]
      if (smaller === undefined || !before(smaller, last)) break
      heap[at] = smaller
      at = child
    }
    heap[at] = last
    return first
  }
}
