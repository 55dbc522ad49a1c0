/** Milliseconds since 1970 as RFC 3339. */
export const timeText = (ms: number): string => new Date(ms).toISOString()
