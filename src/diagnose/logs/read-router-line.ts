// Lines of BIRD and ExaBGP, whose formats are their own. GoBGP writes logfmt; OpenBGPD plain text.
import { timeOf } from './line-prefix.ts'
import type { LogLine, LogSeverity } from './log-line.ts'

const BIRD =
  /^(?:(\d{4}-\d\d-\d\d|\d\d-\d\d-\d{4}) )?(\d\d:\d\d:\d\d(?:\.\d+)?) <(DBG|TRACE|INFO|RMT|WARN|ERR|AUTH|FATAL|BUG)> (.*)$/
const BIRD_SEVERITIES: Readonly<Record<string, LogSeverity>> = {
  DBG: 'debug',
  TRACE: 'debug',
  // What the other side did wrong, or said.
  RMT: 'warning',
  WARN: 'warning',
  AUTH: 'warning',
  ERR: 'error',
  FATAL: 'error',
  BUG: 'error',
}

/** `2026-11-28 08:23:11.961 <RMT> peer0: Received: …`; BIRD 1 and `log … timestamp` put the day first. */
export function birdLine(text: string): LogLine | undefined {
  const [, date, time, tag = '', message = ''] = BIRD.exec(text) ?? []
  if (time === undefined) return undefined
  const day = date?.replace(/^(\d\d)-(\d\d)-(\d{4})$/, '$3-$2-$1')
  return {
    atMs: day === undefined ? undefined : timeOf(`${day}T${time}Z`),
    // The last line of every life, of a healthy one too.
    severity: message === 'Shutdown completed' ? 'info' : (BIRD_SEVERITIES[tag] ?? 'info'),
    component: 'bird',
    message,
    fields: {},
  }
}

const EXABGP =
  /^(?:\w{3}, (\d\d \w{3} \d{4}) )?\d\d:\d\d:\d\d \| (?:([A-Z]+) +\| )?\d+ +\| ([\w-]+) +\| (.*)$/
const EXABGP_SEVERITIES: Readonly<Record<string, LogSeverity>> = {
  DEBUG: 'debug',
  WARNING: 'warning',
  ERROR: 'error',
  CRITICAL: 'error',
}

/** `08:23:24 | 24650  | network         | …`, without a date; ExaBGP 3: `Sat, 28 Nov 2026 08:23:24 | INFO | 24650 | network | …`. */
export function exabgpLine(text: string): LogLine | undefined {
  const [, date, level, caller, message] = EXABGP.exec(text) ?? []
  if (caller === undefined || message === undefined) return undefined
  const atMs = date === undefined ? Number.NaN : Date.parse(`${text.slice(5, 25)} GMT`)
  return {
    atMs: Number.isNaN(atMs) ? undefined : atMs,
    severity: EXABGP_SEVERITIES[level ?? ''] ?? 'info',
    component: 'exabgp',
    message,
    fields: { caller },
  }
}

interface ExabgpReport {
  readonly neighbor?: {
    readonly address?: { readonly peer?: string }
    readonly state?: string
    readonly reason?: string
    readonly notification?: { readonly code?: number; readonly subcode?: number }
  }
}

/** What ExaBGP reports to its helpers: `{"exabgp":"4.0.1","type":"state","neighbor":{…,"state":"down","reason":"…"}}`. */
export function exabgpMessage(report: object): string | undefined {
  if (!('exabgp' in report)) return undefined
  const { neighbor = {} } = report as ExabgpReport
  const { address, state, reason, notification } = neighbor
  const about = `neighbor ${address?.peer ?? 'unknown'}`
  if (notification !== undefined)
    return `${about}: notification code ${notification.code} subcode ${notification.subcode}`
  if (state === undefined) return about
  return reason === undefined ? `${about}: ${state}` : `${about}: ${state}, ${reason}`
}
