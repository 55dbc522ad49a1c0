// How times and counts grow with the cluster. `members` is how many are in the list: alive, suspect and not yet forgotten.

/** Above this many members states are compared less often. */
const PUSH_PULL_THRESHOLD = 32

/** How long a suspect has, when enough others confirm. Milliseconds, cut as Go cuts them. */
export function suspicionTimeoutMs(multiplier: number, members: number, probeIntervalMs: number): number {
  const scale = Math.max(1, Math.log10(Math.max(1, members)))
  return (multiplier * Math.floor(scale * 1000) * probeIntervalMs) / 1000
}

/** How many times each member sends a broadcast. */
export const retransmitLimit = (multiplier: number, members: number): number =>
  multiplier * Math.ceil(Math.log10(members + 1))

/** The 33rd member doubles the interval, the 65th triples it. */
export function pushPullIntervalMs(intervalMs: number, members: number): number {
  if (members <= PUSH_PULL_THRESHOLD) return intervalMs
  return intervalMs * (Math.ceil(Math.log2(members) - Math.log2(PUSH_PULL_THRESHOLD)) + 1)
}
