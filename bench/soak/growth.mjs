// Whether a process goes on growing, from samples of its memory and its open files.

/** Until the speaker has been through some of everything, its memory says nothing. */
export const WARM_UP = 0.4
/** Resident memory goes up and down by some megabytes with the collector's rounds; what is above is not that. */
const GROWTH_MB = 8
const GROWTH_FILES = 4
/** Less than this after the warm-up is still the warm-up. */
const SHORTEST_MS = 300_000

/** Megabytes per hour: the line through the samples with the least squares. */
export function slope(samples) {
  const mean = (of) => samples.reduce((sum, each) => sum + of(each), 0) / samples.length
  const [x, y] = [mean(({ atMs }) => atMs), mean(({ megabytes }) => megabytes)]
  const top = mean(({ atMs, megabytes }) => (atMs - x) * (megabytes - y))
  const bottom = mean(({ atMs }) => (atMs - x) ** 2)
  return (top / bottom) * 3_600_000
}

export const afterWarmUp = (samples) => samples.slice(Math.floor(samples.length * WARM_UP))

/** Violations: the middle of the last third is above that of the first by more than comes and goes. */
export function growth(samples) {
  const warm = afterWarmUp(samples)
  if (warm.length === 0 || warm.at(-1).atMs - warm[0].atMs < SHORTEST_MS) return []
  const third = Math.floor(warm.length / 3)
  const more = (name) => middle(warm.slice(-third), name) - middle(warm.slice(0, third), name)
  const found = []
  if (more('megabytes') > GROWTH_MB)
    found.push(
      `memory grows: ${more('megabytes').toFixed(1)} MB more at the end than after the warm-up, ${slope(warm).toFixed(1)} MB per hour`,
    )
  if (more('files') > GROWTH_FILES)
    found.push(`open files become more: ${more('files')} at the end than after the warm-up`)
  return found
}

function middle(samples, name) {
  const values = samples.map((sample) => sample[name]).sort((a, b) => a - b)
  return values[values.length >> 1]
}
