// Durations and timestamps in UTC. The calendar is computed here: this room has no clock, and Date brings one.
import { isDateTime } from '../formats.ts'
import type { FunctionTable } from './function-table.ts'
import { CelDuration, CelTimestamp, type CelValue, noOverload } from './values.ts'

const SECOND = 1_000_000_000n
const DAY_SECONDS = 86_400n

/** Days since 1970-01-01 of a date of the proleptic Gregorian calendar (H. Hinnant's days_from_civil). */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468
  )
}

interface Civil {
  readonly year: number
  readonly month: number
  readonly day: number
}

function civilFromDays(days: number): Civil {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth + (marchMonth < 10 ? 3 : -9)
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  }
}

const floorDiv = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b

/** RFC 3339 text to nanoseconds since 1970; undefined for what is none. */
export function parseTimestamp(text: string): bigint | undefined {
  if (!isDateTime(text)) return undefined
  const match = /^(\d{4})-(\d\d)-(\d\d)t(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(z|([+-])(\d\d):(\d\d))$/i.exec(text)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const fraction = BigInt((match[7] ?? '').slice(0, 9).padEnd(9, '0'))
  const zone = (Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0)) * (match[9] === '-' ? -1 : 1)
  const seconds = daysFromCivil(year, month, day) * 86_400 + hour * 3600 + (minute - zone) * 60 + second
  return BigInt(seconds) * SECOND + fraction
}

export function formatTimestamp(nanoseconds: bigint): string {
  const at = civil(nanoseconds)
  const two = (value: number): string => String(value).padStart(2, '0')
  const fraction = at.nanosecond.toString().padStart(9, '0').replace(/0+$/, '')
  const date = `${String(at.year).padStart(4, '0')}-${two(at.month)}-${two(at.day)}`
  return `${date}T${two(at.hour)}:${two(at.minute)}:${two(at.second)}${fraction === '' ? '' : `.${fraction}`}Z`
}

function civil(nanoseconds: bigint) {
  const seconds = floorDiv(nanoseconds, SECOND)
  const days = Number(floorDiv(seconds, DAY_SECONDS))
  const ofDay = Number(seconds) - days * 86_400
  return {
    ...civilFromDays(days),
    days,
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
    nanosecond: nanoseconds - seconds * SECOND,
  }
}

type Field = (at: ReturnType<typeof civil>) => number

const calendar =
  (field: Field) =>
  ([value, ...zone]: readonly CelValue[]): CelValue => {
    // A time zone argument needs the zone database, which this room has not.
    if (!(value instanceof CelTimestamp) || zone.length > 0) throw noOverload()
    return BigInt(field(civil(value.nanoseconds)))
  }

/** A whole duration in the unit, or the field of a time of day. */
const clock =
  (unit: bigint, field: Field) =>
  (args: readonly CelValue[]): CelValue =>
    args[0] instanceof CelDuration ? args[0].nanoseconds / unit : calendar(field)(args)

export const TIME_METHODS: FunctionTable = {
  getHours: clock(3600n * SECOND, (at) => at.hour),
  getMinutes: clock(60n * SECOND, (at) => at.minute),
  getSeconds: clock(SECOND, (at) => at.second),
  getMilliseconds: clock(1_000_000n, (at) => Number(at.nanosecond / 1_000_000n)),
  getFullYear: calendar((at) => at.year),
  getMonth: calendar((at) => at.month - 1),
  getDate: calendar((at) => at.day),
  getDayOfMonth: calendar((at) => at.day - 1),
  getDayOfWeek: calendar((at) => (((at.days + 4) % 7) + 7) % 7),
  getDayOfYear: calendar((at) => at.days - daysFromCivil(at.year, 1, 1)),
}
