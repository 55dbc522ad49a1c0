// "Did you mean …" for words that are typed: commands, flags, codes.
import { editDistance } from '../config/schema/nearest.ts'

/** Up to `limit` of `known`, closest first; none when nothing is near enough to be a slip of the finger. */
export function nearestWords(word: string, known: Iterable<string>, limit = 1): string[] {
  const typed = word.toLowerCase()
  const near: { candidate: string; distance: number }[] = []
  for (const candidate of known) {
    const other = candidate.toLowerCase()
    // The beginning of a word is a better guess than a word that needs letters changed.
    const begun = typed.length >= 3 && other.startsWith(typed)
    const distance = begun ? 0.5 : editDistance(typed, other)
    if (begun || distance <= Math.max(1, Math.floor(Math.min(typed.length, other.length) / 3)))
      near.push({ candidate, distance })
  }
  near.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
  return near.slice(0, limit).map(({ candidate }) => candidate)
}
