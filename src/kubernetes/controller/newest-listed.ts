// What a list said that a watch has not told yet. Until the watch has come that far, what it tells of these objects is yesterday's news.

export class NewestListed {
  readonly #versions = new Map<string, bigint>()

  /** Whether an object of a list is newer than what the watch has. Versions that are no numbers cannot be compared: then it is not. */
  take(key: string, version: string, watched: string | undefined): boolean {
    const listed = numberOf(version)
    if (listed === undefined || listed <= (numberOf(watched) ?? 0n)) return false
    const before = this.#versions.get(key)
    if (before !== undefined && listed <= before) return false
    this.#versions.set(key, listed)
    return true
  }

  /** Whether what a watch tells is at least as new as what was listed. */
  isNews(key: string, version: string | undefined): boolean {
    const listed = this.#versions.get(key)
    if (listed === undefined) return true
    const told = numberOf(version)
    if (told !== undefined && told < listed) return false
    this.#versions.delete(key)
    return true
  }
}

const numberOf = (version: string | undefined): bigint | undefined =>
  version !== undefined && /^\d+$/.test(version) ? BigInt(version) : undefined
