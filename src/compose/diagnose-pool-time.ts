// Times that the flags of `diagnose pool` and `diagnose route` take.
import { LbctlError } from '../errors/lbctl-error.ts'
import { parseDuration } from '../net/duration.ts'

const LONGEST_MS = 60_000

/** @throws LbctlError `usage` */
export function timeoutMsOf(text: string): number {
  const parsed = parseDuration(text.trim())
  const ms = parsed.ok ? Number(parsed.value) / 1e6 : Number.NaN
  if (ms >= 1 && ms <= LONGEST_MS) return ms
  throw new LbctlError('usage', `--timeout takes a time from 1ms to 1m, such as 500ms or 2s, not "${text}".`)
}
