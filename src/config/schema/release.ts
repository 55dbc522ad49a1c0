// MetalLB releases as values that can be compared, for fields and kinds that came or went.

/** `0.13.4`, or `main` for what is merged but in no release. */
export type Release = `${number}.${number}.${number}` | 'main'

/** The newest release whose resources this schema knows. */
export const NEWEST_RELEASE: Release = '0.16.1'

/**
 * Takes `v0.14.9`, `0.14.9`, `0.14` (read as its first release) and `main`; undefined for anything else, and for a minor
 * release after the newest known, of whose resources nothing can be said. Patch numbers are free: there may be newer ones.
 */
export function parseRelease(text: string): Release | undefined {
  if (text === 'main') return 'main'
  const match = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?$/.exec(text)
  if (match === null) return undefined
  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  if (compareReleases(`${major}.${minor}.0`, NEWEST_RELEASE) > 0) return undefined
  return `${major}.${minor}.${patch}`
}

/** Negative when `a` is older than `b`; `main` is newer than every release. */
export function compareReleases(a: Release, b: Release): number {
  if (a === b) return 0
  if (a === 'main') return 1
  if (b === 'main') return -1
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)]
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
