// "Did you mean …": the known words that are closest to one that is not known.

/** Up to `limit` of `known`, closest first; none when nothing is near enough to be a slip of the finger. */
export function nearest(word: string, known: Iterable<string>, limit = 1): string[] {
  const lower = word.toLowerCase()
  const near: { candidate: string; distance: number }[] = []
  for (const candidate of known) {
    const distance = editDistance(lower, candidate.toLowerCase())
    const starts = lower.length >= 3 && candidate.toLowerCase().startsWith(lower)
    if (starts || distance <= Math.max(1, Math.floor(Math.min(word.length, candidate.length) / 3)))
      near.push({ candidate, distance: starts ? 0.5 : distance })
  }
  near.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
  return near.slice(0, limit).map((n) => n.candidate)
}

/** Insertions, deletions, substitutions and swaps of neighbours between two words. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
