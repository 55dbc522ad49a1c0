// `--watch` for a person: one line per change of owner, and what it added up to.
import { macWithOrigin } from '../../diagnose/mac-vendors.ts'
import type { WatchEvent, WatchSummary } from '../../diagnose/watch/owner-timeline.ts'
import { createTheme } from '../theme.ts'

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`
const milliseconds = (us: number): string => (us / 1000).toFixed(3)

export function renderWatchEvent(event: WatchEvent, address: string, colorLevel: 0 | 1 | 2 | 3): string {
  const theme = createTheme(colorLevel)
  const at = theme.faint(`${seconds(event.atMs).padStart(12)}  `)
  const mac = theme.strong(macWithOrigin(event.mac))
  switch (event.kind) {
    case 'first':
      return `${at}${address} is at ${mac}\n`
    case 'change':
      return `${at}${address} moved to ${mac} from ${event.from}, after ${event.silenceMs.toFixed(0)} ms without an answer\n`
    case 'second':
      return `${at}${theme.severity.error('two owners:')} ${mac} answers beside ${event.beside}\n`
  }
}

export function renderWatchSummary(
  summary: WatchSummary,
  address: string,
  colorLevel: 0 | 1 | 2 | 3,
): string {
  const theme = createTheme(colorLevel)
  const { sent, answered, answeredPercent, rttMicroseconds: rtt, owners, longestSilenceMs } = summary
  const probes = `${sent} ${sent === 1 ? 'probe' : 'probes'} in ${seconds(summary.elapsedMs)}`
  const lines = [
    '',
    theme.strong(`${address}: ${probes}, ${answered} answered (${answeredPercent.toFixed(1)} %)`),
  ]
  if (rtt !== undefined)
    lines.push(
      `  round trip min/avg/p95/max: ${[rtt.min, rtt.average, rtt.p95, rtt.max].map(milliseconds).join('/')} ms`,
    )
  for (const { mac, fromMs, toMs, answers } of owners)
    lines.push(
      `  owner ${macWithOrigin(mac)}: ${seconds(fromMs)} to ${seconds(toMs)}, ${answers} ${answers === 1 ? 'answer' : 'answers'}`,
    )
  lines.push(`  longest silence: ${longestSilenceMs.toFixed(0)} ms`)
  if (summary.severalAtOnce) lines.push(`  ${theme.severity.error('several machines answered at once')}`)
  return `${lines.join('\n')}\n`
}
