// One line of a log, as someone pastes it → what it means.
import { decodeLine } from './decode-line.ts'
import { type Incident, IncidentTable, seenAt } from './incident-table.ts'
import { withoutPrefix } from './line-prefix.ts'
import { readLine } from './read-line.ts'

/** Whether the words are a whole line of a log and not the words of an error alone. */
export const isLogLine = (text: string): boolean =>
  /^\s*\{.*"(level|msg|caller|log)"/.test(text) ||
  /^\[pod\//.test(text) ||
  /(^|\s)(level|lvl)=\w+ /.test(text) ||
  /^\d\d:\d\d:\d\d\.\d{3} (debug|info|warn|error) /.test(text) ||
  /^[IWEF]\d{4} \d\d:\d\d:\d\d/.test(text) ||
  // BIRD, ExaBGP, OpenBGPD, syslog
  /^([\d-]+ )?\d\d:\d\d:\d\d(\.\d+)? <[A-Z]{2,5}> /.test(text) ||
  /^(\w{3}, [\w ]+ )?\d\d:\d\d:\d\d \| /.test(text) ||
  /^\s*\{ ?"exabgp"/.test(text) ||
  /^(neighbor [\da-f.:]+[ \w().-]*: |connection from non-peer )/.test(text) ||
  /^(<\d+>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ \S+: /.test(text) ||
  /^\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d/.test(text)

/** Undefined: it complains of nothing, and no pattern knows it. */
export function explainLine(text: string, year: number): Incident | undefined {
  const line = readLine(withoutPrefix(text.trim()), year)
  const decoded = decodeLine(line)
  if (decoded === undefined) return undefined
  const table = new IncidentTable(1)
  const incident = table.open(decoded, line.component ?? decoded.pattern?.component ?? 'unknown', text.trim())
  incident.count = 1
  seenAt(incident, line.atMs)
  return table.all[0]
}
