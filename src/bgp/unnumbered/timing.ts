// Intervals of router discovery, in milliseconds, each with its source.

/** Longest and shortest time between advertisements: FRR's 10 s for unnumbered peers; RFC 4861 §6.2.1 gives the 0.33. */
export const ADVERTISE_AT_MOST_MS = 10_000
export const ADVERTISE_AT_LEAST_MS = 3_300

/** RFC 4861 §10, MAX_INITIAL_RTR_ADVERTISEMENTS: so many come as soon as they may. */
export const INITIAL_ADVERTISEMENTS = 3

/** RFC 4861 §10, MIN_DELAY_BETWEEN_RAS */
export const BETWEEN_ADVERTISEMENTS_MS = 3_000

/** RFC 4861 §10, MAX_RA_DELAY_TIME: an answer waits for a random part of it */
export const ANSWER_DELAY_MS = 500

/** RFC 4861 §10, RTR_SOLICITATION_INTERVAL and MAX_RTR_SOLICITATIONS */
export const BETWEEN_SOLICITATIONS_MS = 4_000
export const SOLICITATIONS = 3

/** Ours: three of FRR's intervals without a word, and another router may become the peer. */
export const ROUTER_SILENT_MS = 30_000
