// How long a watch waits for what. Milliseconds unless the name says otherwise.

/** Objects in one page; what kubectl asks for. */
export const PAGE_SIZE = 500

/** The server ends a watch after a time between these two, so that not all of a cluster's come back at once. */
const WATCH_AT_LEAST_SECONDS = 300
const WATCH_AT_MOST_SECONDS = 600

/** A watch that has not ended this long after its time is one that nobody serves any more. */
export const STUCK_SLACK_MS = 15_000
/** Between two pieces of the first telling of a WatchList. */
export const COLLECTING_SILENCE_MS = 60_000
/** A watch that ends sooner, and without an error, would make us spin. */
export const SHORT_WATCH_MS = 1000

/** After which a watch that fails begins a new row of failures. */
export const LASTING_WATCH_MS = 10_000

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 30_000
/** A proxy that asks for an hour does not get it. */
const LONGEST_RETRY_AFTER_MS = 120_000

/** @param random 0 ≤ x < 1 */
export const watchSeconds = (random: number): number =>
  Math.floor(WATCH_AT_LEAST_SECONDS + random * (WATCH_AT_MOST_SECONDS - WATCH_AT_LEAST_SECONDS))

/** Doubles from one failure to the next, drawn from the upper half, and never less than the server asked for. */
export function retryMs(failures: number, random: number, retryAfterMs: number | undefined): number {
  const grown = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10))
  const drawn = grown * (0.5 + random / 2)
  // Everybody was told the same time.
  const asked = Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS) * (1 + random / 10)
  return Math.max(drawn, asked)
}

/** When another watch got through: not all in the same moment. */
export const wakeMs = (random: number): number => random * 500

/** After a 410 all watches of a cluster list again; they need not do it in the same moment. */
export const relistMs = (random: number): number => random * 1000
