// Go durations (`1m30s`), as MetalLB's resources and legacy configuration write them.
import { err, ok, type Result } from './result.ts'

/** Nanoseconds, as Go counts; a bigint because 2^53 ns is only 104 days. */
export type DurationNs = bigint

const UNIT_NS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

export const SECOND_NS = 1_000_000_000n
const MAX_NS = (1n << 63n) - 1n

export type DurationError = 'empty' | 'missing unit' | 'unknown unit' | 'not a duration' | 'too large'

/** Parses as Go's `time.ParseDuration`: sign, decimals, several units; the bare number 0 needs no unit. */
export function parseDuration(text: string): Result<DurationNs, DurationError> {
  const [, sign = '', body = ''] = /^([-+]?)(.*)$/s.exec(text) ?? []
  if (body === '0') return ok(0n)
  if (body === '') return err('empty')
  let total = 0n
  let rest = body
  while (rest !== '') {
    const match = /^(\d*)(?:\.(\d*))?/.exec(rest)
    const whole = match?.[1] ?? ''
    const fraction = match?.[2] ?? ''
    if (whole === '' && fraction === '') return err('not a duration')
    rest = rest.slice(match?.[0].length ?? 0)
    const name = /^[^\d.]*/.exec(rest)?.[0] ?? ''
    if (name === '') return err('missing unit')
    const unit = Object.hasOwn(UNIT_NS, name) ? UNIT_NS[name] : undefined
    if (unit === undefined) return err('unknown unit')
    rest = rest.slice(name.length)
    total += BigInt(whole || '0') * unit
    if (fraction !== '') total += (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length)
    if (total > MAX_NS) return err('too large')
  }
  return ok(sign === '-' ? -total : total)
}

/** Text as Go's `Duration.String()`: `1m30s`, `1h0m0s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration(duration: DurationNs): string {
  if (duration === 0n) return '0s'
  const sign = duration < 0n ? '-' : ''
  const ns = duration < 0n ? -duration : duration
  if (ns < 1_000n) return `${sign}${ns}ns`
  if (ns < 1_000_000n) return `${sign}${decimal(ns, 1_000n, 3)}µs`
  if (ns < SECOND_NS) return `${sign}${decimal(ns, 1_000_000n, 6)}ms`
  const seconds = ns / SECOND_NS
  const hours = seconds / 3600n
  const minutes = (seconds / 60n) % 60n
  const tail = `${decimal(ns - (seconds / 60n) * 60n * SECOND_NS, SECOND_NS, 9)}s`
  if (hours > 0n) return `${sign}${hours}h${minutes}m${tail}`
  return minutes > 0n ? `${sign}${minutes}m${tail}` : `${sign}${tail}`
}

function decimal(value: bigint, unit: bigint, digits: number): string {
  const fraction = (value % unit).toString().padStart(digits, '0').replace(/0+$/, '')
  return fraction === '' ? `${value / unit}` : `${value / unit}.${fraction}`
}
