// Ages as kubectl shows them: two units at most, coarser the longer it is ago.

/** `now - then` in words; `<unknown>` for a time that is none. */
export function ageText(then: unknown, nowMs: number): string {
  const ms = typeof then === 'string' ? Date.parse(then) : Number.NaN
  return Number.isNaN(ms) ? '<unknown>' : humanDuration(Math.floor((nowMs - ms) / 1_000))
}

/** Whole seconds in words. */
export function humanDuration(seconds: number): string {
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (hours < 192) return two(days, 'd', hours % 24, 'h')
  if (days < 730) return `${days}d`
  const years = Math.floor(days / 365)
  return years < 8 ? two(years, 'y', days % 365, 'd') : `${years}y`
}

const two = (first: number, firstUnit: string, second: number, secondUnit: string): string =>
  second === 0 ? `${first}${firstUnit}` : `${first}${firstUnit}${second}${secondUnit}`
