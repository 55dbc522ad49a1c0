// When a pool will be full, in words that promise no more than is known.
import {
  type Forecast,
  HORIZON_DAYS,
  LEAST_ADDRESSES,
  LEAST_DAYS,
  WINDOW_DAYS,
} from '../../controller/pools/forecast.ts'

const YEARS = Math.floor(HORIZON_DAYS / 365)

export function forecastSentence(forecast: Forecast): string {
  switch (forecast.kind) {
    case 'full':
      return 'full now'
    case 'not-enough-history':
      return 'not enough history to tell when it will be full'
    case 'no-growth':
      return `no address was taken in the last ${WINDOW_DAYS} days`
    case 'beyond-horizon':
      return `not full within ${YEARS} years`
    case 'between':
      return `full in ${betweenWords(forecast)}, if it goes on: ${forecast.taken} addresses were taken in the last ${forecast.overDays} days`
  }
}

function betweenWords({ earliestDays, latestDays }: Extract<Forecast, { kind: 'between' }>): string {
  const from = amountOf(earliestDays, Math.floor)
  if (latestDays === null) return `${from.amount} ${from.unit} or more`
  const to = amountOf(latestDays, Math.ceil)
  const unit = from.unit === to.unit ? '' : ` ${from.unit}`
  return `${from.amount}${unit} to ${to.amount} ${to.unit}`
}

const UNITS = [
  { unit: 'years', days: 365, from: 730 },
  { unit: 'months', days: 365 / 12, from: 91 },
  { unit: 'weeks', days: 7, from: 21 },
  { unit: 'days', days: 1, from: 0 },
] as const

/** In a unit in which the number is no larger than what is known. */
function amountOf(days: number, round: (value: number) => number): { amount: number; unit: string } {
  const { unit, days: length } = UNITS.find(({ from }) => days >= from) ?? UNITS[3]
  return { amount: round(days / length), unit }
}

/** How it was computed, and when it could not be. */
export function forecastNotes(forecasts: readonly Forecast[]): string[] {
  const kinds = new Set(forecasts.map(({ kind }) => kind))
  return [
    ...(kinds.has('between')
      ? [
          'The pace is told by the age of the Services that are there; of those that are gone nothing is known.',
        ]
      : []),
    ...(kinds.has('not-enough-history')
      ? [
          `Enough would be ${LEAST_ADDRESSES} addresses taken in the last ${WINDOW_DAYS} days, and a Service that is older than ${LEAST_DAYS} days.`,
        ]
      : []),
  ]
}
