// How long each thing takes: the timers of RFC 4271 §8 and §10, and ours. Random numbers are in [0, 1).
import type { BgpPeerOptions } from '../peer.ts'
import type { Agreement } from './agreement.ts'

/** RFC 4271 §8.2.2: "a large value", 4 minutes are suggested, while the OPEN of the peer is awaited. */
export const OPEN_HOLD_MS = 240_000
/** A session that lived this long was a success: the back-off begins anew. */
export const STABLE_MS = 30_000
/** How long a peer that came back may take to send all that it has; as long as FRR waits. */
export const STALE_MS = 360_000
/** An attempt to connect that gets no answer is given up after this, or after `connectRetrySeconds` if that is less. */
const ATTEMPT_MS = 10_000
const FIRST_DELAY_MS = 1_000
const LONGEST_IDLE_MS = 60_000

/** RFC 4271 §10: three quarters to all of the time. */
const jitter = (ms: number, random: number): number => ms * (0.75 + random * 0.25)

/** 1, 2, 4… seconds up to `longest`; `count` from 1. */
const backOff = (count: number, longest: number): number =>
  Math.min(FIRST_DELAY_MS * 2 ** Math.min(Math.max(count - 1, 0), 20), longest)

/** From an attempt that failed to the next: short at first, so that a peer that was restarted is found soon. */
export const connectRetryMs = (options: BgpPeerOptions, attempts: number, random: number): number =>
  jitter(backOff(attempts, options.connectRetrySeconds * 1000), random)

/** How long one attempt may take. */
export const attemptMs = (options: BgpPeerOptions, attempts: number, random: number): number => {
  const longest = options.connectRetrySeconds * 1000
  return jitter(Math.min(Math.max(ATTEMPT_MS, backOff(attempts, longest)), longest), random)
}

/** RFC 4271 §8.1.3, event 13. Who only waits has nothing to hold back: the peer is the one that comes again. */
export const idleHoldMs = (options: BgpPeerOptions, failures: number, random: number): number =>
  options.passive ? 0 : jitter(backOff(failures, LONGEST_IDLE_MS), random)

export const keepaliveMs = ({ keepaliveSeconds }: Agreement, random: number): number =>
  jitter(keepaliveSeconds * 1000, random)

/** RFC 9687 §3.1: the longer of 8 minutes and twice the hold time. */
export const sendHoldMs = ({ holdTimeSeconds }: Agreement): number =>
  Math.max(480_000, 2 * holdTimeSeconds * 1000)
