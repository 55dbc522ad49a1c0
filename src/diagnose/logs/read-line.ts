// The text of one line → its parts. The formats are told apart by their first characters; what is none of them is plain text.
import { type PrefixedLine, timeOf } from './line-prefix.ts'
import type { LogLine, LogSeverity } from './log-line.ts'
import { birdLine, exabgpLine, exabgpMessage } from './read-router-line.ts'

/** @param year for klog, which leaves it out */
export function readLine(prefixed: PrefixedLine, year: number): LogLine {
  const { text } = prefixed
  const line =
    (text.startsWith('{') ? jsonLine(text) : undefined) ??
    klogLine(text, year) ??
    frrLine(text) ??
    prettyLine(text) ??
    birdLine(text) ??
    exabgpLine(text) ??
    logfmtLine(text) ??
    plainLine(text)
  return {
    ...line,
    // The program's own clock says when it happened; the runtime's when the line arrived.
    atMs: line.atMs ?? prefixed.atMs ?? syslogTime(prefixed.syslogTime, year),
    component: prefixed.container ?? line.component ?? prefixed.program,
  }
}

const SEVERITIES: Readonly<Record<string, LogSeverity>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  notice: 'info',
  informational: 'info',
  notifications: 'info',
  warn: 'warning',
  warning: 'warning',
  warnings: 'warning',
  err: 'error',
  error: 'error',
  errors: 'error',
  dpanic: 'error',
  panic: 'error',
  fatal: 'error',
  critical: 'error',
  alert: 'error',
  emergency: 'error',
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const CONTROL = /[\u0000-\u001f]/g

const severityOf = (level: string | undefined): LogSeverity =>
  SEVERITIES[(level ?? '').toLowerCase()] ?? 'info'

/** `Nov 28 08:23:01`, of which syslog leaves out the year. */
function syslogTime(text: string | undefined, year: number): number | undefined {
  const atMs = text === undefined ? Number.NaN : Date.parse(`${text} ${year} GMT`)
  return Number.isNaN(atMs) ? undefined : atMs
}

/** go-kit (MetalLB, lbctl), zap (controller-runtime, frr-k8s), slog (kube-vip), ExaBGP's reports */
function jsonLine(text: string): LogLine | undefined {
  // ExaBGP puts the bytes of a NOTIFICATION into its reports as they are.
  const parsed = jsonOf(text) ?? jsonOf(text.replaceAll(CONTROL, ' '))
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
  const report = exabgpMessage(parsed)
  if (report !== undefined) {
    const { time } = parsed as { time?: unknown }
    const atMs = typeof time === 'number' ? Math.floor(time * 1000) : undefined
    return { atMs, severity: 'info', component: 'exabgp', message: report, fields: {} }
  }
  const fields: Record<string, string> = {}
  for (const [key, value] of Object.entries(parsed))
    if (value !== null && value !== undefined)
      fields[key] = typeof value === 'string' ? value : JSON.stringify(value)
  return fieldsLine(fields, '')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Members that all loggers have, under their different names. */
function fieldsLine(fields: Record<string, string>, text: string): LogLine {
  const { ts, time, level, lvl, msg, message, caller, component } = fields
  const [first] = [msg, message].filter((each) => each !== undefined)
  const isMemberlist =
    component === 'Memberlist' || /^(memberlist|net|state|suspicion)\.go/.test(caller ?? '')
  const isGobgp = fields['Topic'] !== undefined && (fields['Key'] !== undefined || msg?.includes('gobgpd'))
  return {
    atMs: numericTime(ts ?? time) ?? timeOf(ts ?? time),
    severity: severityOf(level ?? lvl),
    component: isMemberlist ? 'speaker' : isGobgp === true ? 'gobgpd' : ownComponent(caller),
    message: first ?? text,
    fields,
  }
}

/** Of lbctl, the controller and its webhooks have callers that no speaker has; others are of both. */
const ownComponent = (caller: string | undefined): string | undefined =>
  caller === 'controller' || caller === 'webhook' ? 'controller' : undefined

/** zap writes seconds since 1970 where nobody tells it otherwise. */
function numericTime(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{9,10}(\.\d+)?(e\+09)?$/.test(text) ? Number(text) * 1000 : undefined
}

const KLOG = /^([IWEF])(\d\d)(\d\d) (\d\d:\d\d:\d\d\.\d+)\s+\d+ ([^\]\s]+)\] (.*)$/
const KLOG_SEVERITIES: Readonly<Record<string, LogSeverity>> = {
  I: 'info',
  W: 'warning',
  E: 'error',
  F: 'error',
}

/** `E1127 21:19:03.123456       1 reflector.go:138] message` */
function klogLine(text: string, year: number): LogLine | undefined {
  const [, letter = '', month = '', day = '', time = '', caller = '', message = ''] = KLOG.exec(text) ?? []
  if (letter === '') return undefined
  return {
    atMs: timeOf(`${year}-${month}-${day}T${time.slice(0, 12)}Z`),
    severity: KLOG_SEVERITIES[letter] ?? 'info',
    component: undefined,
    message,
    fields: { caller },
  }
}

const FRR = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)(\.\d+)? (?:([a-z]+): )?([A-Z]+): (.*)$/

/** `2026/11/27 21:19:03 BGP: [M59KS-A3ZXZ] bgp_update_receive: …`, with `log timestamp precision` and `log record-priority` */
function frrLine(text: string): LogLine | undefined {
  const [, year, month, day, time, fraction = '', priority, daemon, message = ''] = FRR.exec(text) ?? []
  if (daemon === undefined) return undefined
  // %NOTIFICATION and %ADJCHANGE are told at every level; what they mean is decided by the patterns.
  return {
    atMs: timeOf(`${year}-${month}-${day}T${time}${fraction.slice(0, 4)}Z`),
    severity: severityOf(priority),
    component: 'frr',
    message: message.replace(/^\[[A-Z0-9]{5}-[A-Z0-9]{5}\] /, ''),
    fields: { daemon },
  }
}

const PRETTY = /^\d\d:\d\d:\d\d\.\d{3} (debug|info|warn|error) +([a-z][\w-]*) +(.*)$/

/** `21:19:03.123 error bgp     message`: lbctl's own, for a terminal. Without a date it has no time that can be told. */
function prettyLine(text: string): LogLine | undefined {
  const [, level, caller, message] = PRETTY.exec(text) ?? []
  if (caller === undefined || message === undefined) return undefined
  return {
    atMs: undefined,
    severity: severityOf(level),
    component: ownComponent(caller),
    message,
    fields: { caller },
  }
}

const PAIR = /([A-Za-z_][\w.-]*)=("(?:[^"\\]|\\.)*"|\S*)/g

/** `time="2026-11-27T21:19:03Z" level=error msg="…"` */
function logfmtLine(text: string): LogLine | undefined {
  if (!/(^|\s)(level|lvl)=/.test(text)) return undefined
  const fields: Record<string, string> = {}
  for (const [, key = '', raw = ''] of text.matchAll(PAIR))
    fields[key] = raw.startsWith('"') ? unquoted(raw) : raw
  return fieldsLine(fields, text)
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string
  } catch {
    return text.slice(1, -1)
  }
}

const OPENBGPD = /^(neighbor [\da-f.:]+( \([^)]*\))?( AS\d+)?: |connection from non-peer )/

/** `2026/11/27 21:19:03 [ERR] memberlist: …`, and what is left. */
function plainLine(text: string): LogLine {
  const [, time, rest = text] =
    /^(\d{4}[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?)Z? (.*)$/.exec(text) ?? []
  const level =
    /^\[?(TRACE|DEBUG|INFO|WARN(?:ING)?|ERR(?:OR)?|FATAL|PANIC)\]?[:\s]/.exec(rest)?.[1] ??
    /^(panic|fatal error): /.exec(rest)?.[1]
  const isMemberlist = /^\[[A-Z]+\] memberlist:/.test(rest)
  return {
    atMs: time === undefined ? undefined : timeOf(`${time.replaceAll('/', '-').replace(' ', 'T')}Z`),
    severity: severityOf(level === 'fatal error' ? 'fatal' : level),
    component: isMemberlist ? 'speaker' : OPENBGPD.test(rest) ? 'openbgpd' : undefined,
    message: rest,
    fields: {},
  }
}
