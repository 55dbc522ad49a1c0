// Times as the API server takes them. Milliseconds are of the time of day.

/** Of most built-in kinds, which are cut to seconds: `2026-11-27T21:55:00Z`. */
export const secondsText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

/** Of Leases and of eventTime, which have exactly six digits: with three they are refused. */
export const microsecondsText = (ms: number): string => `${new Date(ms).toISOString().slice(0, -1)}000Z`
