// A line → what it means. Known by a pattern; else, where the program itself calls it a warning or an error, by its own words
// with everything taken out that differs from one case to the next.
import type { LogLine, LogSeverity } from './log-line.ts'
import type { LogPattern } from './pattern.ts'
import { LOG_PATTERNS } from './pattern-list.ts'
import { notificationPattern } from './patterns/notifications.ts'

export interface Decoded {
  readonly pattern: LogPattern | undefined
  /** `bgp-connection-refused`, or the message without what differs */
  readonly signature: string
  readonly severity: LogSeverity
  /** such lines are to be looked at one by one */
  readonly exact: boolean
}

/** Members that say what happened, in the order in which patterns may expect them. */
const TOLD = [
  ...['controller', 'op', 'event', 'error', 'err', 'reason', 'logger'],
  // GoBGP's: of a NOTIFICATION, of a connection that failed, the state that was left
  ...['Code', 'Subcode', 'Data', 'Error', 'old'],
]

/** One text to match: the message, then `key=value` for the members that say what happened. */
export function canonicalText({ message, fields }: LogLine): string {
  const told = TOLD.flatMap((key) => {
    const value = fields[key]
    return value === undefined ? [] : [`${key}=${value}`]
  })
  return [message, ...told].join(' | ')
}

/** Undefined: nothing that anybody has to know. */
export function decodeLine(line: LogLine): Decoded | undefined {
  const text = canonicalText(line)
  const notification = notificationPattern(text)
  if (notification !== undefined)
    return { pattern: notification, signature: notification.id, severity: notification.severity, exact: true }
  const pattern = LOG_PATTERNS.find(({ test }) => test.test(text))
  if (pattern !== undefined)
    return { pattern, signature: pattern.id, severity: pattern.severity, exact: pattern.exact === true }
  if (line.severity !== 'error' && line.severity !== 'warning') return undefined
  return { pattern: undefined, signature: plainSignature(text), severity: line.severity, exact: false }
}

const LONGEST_SIGNATURE = 160

/** Quoted parts, addresses, numbers and names of objects differ; words stay. */
export function plainSignature(text: string): string {
  return text
    .slice(0, 4 * LONGEST_SIGNATURE)
    .replaceAll(/"[^"]*"|'[^']*'|\[[^\]]*\]/g, '…')
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b/gi, '…')
    .replaceAll(/\b(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}\b/gi, '…')
    .replaceAll(/\b[\w.-]+\/[\w.-]+(?:\/[\w.-]+)*/g, '…')
    .replaceAll(/\b[\w.-]*\d[\w.:-]*/g, '…')
    .replaceAll(/(?:…[\s,:|]*){2,}/g, '… ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_SIGNATURE)
}
