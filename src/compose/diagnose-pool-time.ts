// Times that the flags of `diagnose pool`, `diagnose route` and `diagnose bgp` take.
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

/** The kernel's tables are asked this often: not more than ten times a second. @throws LbctlError `usage` */
export function intervalMsOf(text: string): number {
  const parsed = parseDuration(text.trim())
  const ms = parsed.ok ? Number(parsed.value) / 1e6 : Number.NaN
  if (ms >= 100 && ms <= 3_600_000) return ms
  throw new LbctlError('usage', `--interval takes a time from 100ms to 1h, such as 1s, not "${text}".`)
}
