// Records of the log as lines: JSON as MetalLB writes it, or text for a terminal.
import type { LogLevel, LogRecord } from '../../speaker/report/log-record.ts'
import { safeText } from '../safe-text.ts'
import { createTheme } from '../theme.ts'

/**
 * One JSON object with sorted keys and the members `ts` (RFC 3339 in UTC), `level` and `caller`, as MetalLB's logger writes
 * them: a member of the record with one of these names does not replace them.
 * @param atMs milliseconds since 1970
 */
export function renderLogJson({ level, caller, fields }: LogRecord, atMs: number): string {
  const all: Record<string, unknown> = { ...fields, caller, level, ts: new Date(atMs).toISOString() }
  const sorted = Object.fromEntries(
    Object.keys(all)
      .filter((key) => all[key] !== undefined)
      .sort()
      .map((key) => [key, all[key]]),
  )
  return `${JSON.stringify(sorted)}\n`
}

const WORDS: Readonly<Record<LogLevel, string>> = {
  debug: 'debug',
  info: 'info ',
  warn: 'warn ',
  error: 'error',
}

/** `18:02:11.204 warn  layer2  192.0.2.10 is also claimed by 52:54:00:00:00:09 on eth0` */
export function renderLogText(record: LogRecord, atMs: number, colorLevel: 0 | 1 | 2 | 3): string {
  const theme = createTheme(colorLevel)
  const time = new Date(atMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  const milliseconds = String(time.getMilliseconds()).padStart(3, '0')
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${milliseconds}`
  const paint = {
    debug: theme.faint,
    info: theme.good,
    warn: theme.severity.warning,
    error: theme.severity.error,
  }[record.level]
  const text = safeText(record.text)
  return `${theme.faint(clock)} ${paint(WORDS[record.level])} ${theme.faint(record.caller.padEnd(7))} ${text}\n`
}
