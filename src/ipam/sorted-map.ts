// A map in the order of its keys, for up to some hundred thousand entries. Keys lie in short sorted arrays, so that an insertion moves
// a few hundred entries at most; a tree of objects would cost several times the memory.

/** Longest array before it is cut in two. */
const CHUNK = 256

interface Chunk<V> {
  readonly keys: bigint[]
  readonly values: V[]
}

export interface Entry<V> {
  readonly key: bigint
  readonly value: V
}

export class SortedMap<V> {
  readonly #chunks: Chunk<V>[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  get(key: bigint): V | undefined {
    const chunk = this.#chunks[this.#chunkOf(key)]
    if (chunk === undefined) return undefined
    const at = lowerBound(chunk.keys, key)
    return chunk.keys[at] === key ? chunk.values[at] : undefined
  }

  set(key: bigint, value: V): void {
    const index = Math.max(0, this.#chunkOf(key))
    const chunk = this.#chunks[index]
    if (chunk === undefined) {
      this.#chunks.push({ keys: [key], values: [value] })
      this.#size++
      return
    }
    const at = lowerBound(chunk.keys, key)
    if (chunk.keys[at] === key) {
      chunk.values[at] = value
      return
    }
    chunk.keys.splice(at, 0, key)
    chunk.values.splice(at, 0, value)
    this.#size++
    if (chunk.keys.length > CHUNK) this.#cut(index, chunk)
  }

  #cut(index: number, { keys, values }: Chunk<V>): void {
    const half = keys.length >> 1
    this.#chunks.splice(index + 1, 0, { keys: keys.splice(half), values: values.splice(half) })
  }

  delete(key: bigint): boolean {
    const index = this.#chunkOf(key)
    const chunk = this.#chunks[index]
    if (chunk === undefined) return false
    const at = lowerBound(chunk.keys, key)
    if (chunk.keys[at] !== key) return false
    chunk.keys.splice(at, 1)
    chunk.values.splice(at, 1)
    this.#size--
    if (chunk.keys.length === 0) this.#chunks.splice(index, 1)
    return true
  }

  /** The entry with the highest key that is not above `key`. */
  floor(key: bigint): Entry<V> | undefined {
    const chunk = this.#chunks[this.#chunkOf(key)]
    if (chunk === undefined) return undefined
    const at = lowerBound(chunk.keys, key)
    return entryAt(chunk, chunk.keys[at] === key ? at : at - 1)
  }

  /** The entry with the lowest key that is not below `key`. */
  ceiling(key: bigint): Entry<V> | undefined {
    const index = Math.max(0, this.#chunkOf(key))
    const chunk = this.#chunks[index]
    if (chunk === undefined) return undefined
    const at = lowerBound(chunk.keys, key)
    if (at < chunk.keys.length) return entryAt(chunk, at)
    const next = this.#chunks[index + 1]
    return next === undefined ? undefined : entryAt(next, 0)
  }

  first(): Entry<V> | undefined {
    const chunk = this.#chunks[0]
    return chunk === undefined ? undefined : entryAt(chunk, 0)
  }

  *values(): Generator<V> {
    for (const { values } of this.#chunks) yield* values
  }

  *entries(): Generator<Entry<V>> {
    for (const chunk of this.#chunks)
      for (const [at, key] of chunk.keys.entries()) yield { key, value: chunk.values[at] as V }
  }

  /** Index of the last chunk that begins at or below `key`; -1 when all begin above. */
  #chunkOf(key: bigint): number {
    let low = 0
    let high = this.#chunks.length
    while (low < high) {
      const middle = (low + high) >> 1
      const begin = this.#chunks[middle]?.keys[0]
      if (begin !== undefined && begin <= key) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}

const entryAt = <V>({ keys, values }: Chunk<V>, at: number): Entry<V> | undefined => {
  const key = keys[at]
  return key === undefined ? undefined : { key, value: values[at] as V }
}

/** Index of the first key that is not below `key`. */
function lowerBound(keys: readonly bigint[], key: bigint): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] as bigint) < key) low = middle + 1
    else high = middle
  }
  return low
}
