// The string formats that the API server checks (go-openapi/strfmt). Others are documentation and pass.
import { parseIp } from '../../../net/ip.ts'
import { parsePrefix } from '../../../net/prefix.ts'

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
const LABEL =
  '[a-zA-Z0-9\\u00a0-\\ud7ff\\uf900-\\ufffd]([a-zA-Z0-9\\u00a0-\\ud7ff-]{0,61}[a-zA-Z0-9\\u00a0-\\ud7ff])?'
const HOSTNAME = new RegExp(`^(${LABEL})(\\.${LABEL})*\\.?$`)
const TIME = /^(\d{2}):(\d{2}):(\d{2})(\.\d+)?(z|[+-]\d{2}:\d{2})$/
const DURATION_WORDS = /^[-+]?(\d+(\.\d*)?\s*(ns|us|µs|μs|ms|s|m|h|d|w|[a-z]+)\s*)+$/i

const CHECKS: Readonly<Record<string, (text: string) => boolean>> = {
  ipv4: (text) => !text.includes(':') && parseIp(text)?.family === 4,
  ipv6: (text) => text.includes(':') && parseIp(text) !== undefined,
  cidr: (text) => parsePrefix(text) !== undefined,
  mac: (text) =>
    /^([0-9a-f]{2}([:-][0-9a-f]{2}){5}(([:-][0-9a-f]{2}){2})?|([0-9a-f]{4}\.){2,3}[0-9a-f]{4})$/i.test(text),
  hostname: (text) => text.length <= 255 && HOSTNAME.test(text),
  uri: (text) => /^[a-z][a-z0-9+.-]*:[^\s]+$/i.test(text) || text.startsWith('/'),
  email: (text) => /^[^\s@]+@[^\s@]+$/.test(text),
  uuid: (text) => UUID.test(text),
  byte: isBase64,
  date: isDate,
  'date-time': isDateTime,
  datetime: isDateTime,
  duration: (text) => DURATION_WORDS.test(text) || text === '0',
  hexcolor: (text) => /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text),
}

/** Whether the text has the format; a format that the server does not know is never wrong. */
export function hasFormat(text: string, format: string): boolean {
  const check = Object.hasOwn(CHECKS, format) ? CHECKS[format] : undefined
  return check === undefined || check(text)
}

function isBase64(text: string): boolean {
  const body = text.replaceAll(/[\r\n]/g, '')
  return body.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(body)
}

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.map(Number) ?? []
  if (year === undefined || month === undefined || day === undefined) return false
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** RFC 3339 §5.6, with any number of fraction digits. */
export function isDateTime(text: string): boolean {
  const [date = '', time = '', more] = text.toLowerCase().split('t')
  if (more !== undefined || !isDate(date)) return false
  const [, hour, minute, second] = TIME.exec(time)?.map(Number) ?? []
  if (hour === undefined || minute === undefined || second === undefined) return false
  return hour < 24 && minute < 60 && second < 60
}
