// How long after a change nobody can be blamed yet: what the speaker promises, and not what would be comfortable. Milliseconds.

/** memberlist's LAN profile, which the speakers use (hashicorp/memberlist config.go, DefaultLANConfig). */
const PROBE_INTERVAL_MS = 1_000
const GOSSIP_INTERVAL_MS = 200
const SUSPICION_MULTIPLIER = 4

/**
 * The longest that a killed speaker goes unnoticed. Each of the others asks all members in turn, in a new order in each round: a member
 * that came first in one round and last in the next waits for 2k - 1 intervals, k being the others it asks. The question fails at
 * the end of its interval. Of three members nobody is left who could confirm the suspicion, so it lasts its shortest time, the
 * multiplier × max(1, log10(3)) intervals. Then everybody hears of it within a few gossip intervals.
 */
function deathMs(members) {
  const asked = (2 * (members - 1) - 1) * PROBE_INTERVAL_MS
  const suspected = SUSPICION_MULTIPLIER * Math.max(1, Math.log10(members)) * PROBE_INTERVAL_MS
  return asked + PROBE_INTERVAL_MS + suspected + 3 * GOSSIP_INTERVAL_MS
}

/** A changed file counts within this (docs/speaker.md), and a thousand decisions and their hand-over are some ten milliseconds. */
const FILES_MS = 500
/** What the clock of a shared machine adds to each of these: a process of two cores that three speakers and this one use. */
const SCHEDULING_MS = 500
/** From the start of a process to its first announcement (bench/speaker: under 1 s), and the join that follows it. */
const START_MS = 2_000
/** A leave is told before the goodbye, and the answers end 250 ms later. */
const LEAVE_MS = 250 + 2 * GOSSIP_INTERVAL_MS

/** @param slack what the machine is slower by than one that has nothing else to do */
export function windows(members, slack = 1) {
  const of = (ms) => slack * (ms + SCHEDULING_MS)
  return {
    files: of(FILES_MS),
    killed: of(deathMs(members)),
    stopped: of(LEAVE_MS),
    started: of(START_MS),
    /** an answer that has not come by then is none */
    answer: of(FILES_MS),
  }
}
