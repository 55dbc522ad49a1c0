// `diagnose bgp --watch` for a person: one line per change of the session, and what it added up to.
import { sessionText } from '../../diagnose/bgp/peer-text.ts'
import type { FlapPattern, SessionEvent, SessionSummary } from '../../diagnose/bgp/watch/session-timeline.ts'
import { safeText } from '../safe-text.ts'
import { createTheme } from '../theme.ts'

type ColorLevel = 0 | 1 | 2 | 3

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** @param time of day, as it is to be printed */
export function renderSessionEvent(
  event: SessionEvent,
  peer: string,
  time: string,
  colorLevel: ColorLevel,
): string {
  const theme = createTheme(colorLevel)
  const text = ((): string => {
    switch (event.kind) {
      case 'up':
        return `${theme.good('up')} from ${safeText(sessionText(event.session))}`
      case 'down': {
        const period = event.periodMs === undefined ? '' : `, ${seconds(event.periodMs)} after the last time`
        return `${theme.severity.error('down')} after ${seconds(event.livedMs)}${period}`
      }
      case 'connecting':
        return `connecting (${event.session.state})`
      case 'none':
        return `no session of this host; ${safeText(event.reach)}`
    }
  })()
  return `${theme.faint(time)}  ${safeText(peer)}  ${text}\n`
}

const MEANING: Readonly<Record<FlapPattern, string>> = {
  stable: 'it stayed up',
  'never-up': 'it never came up',
  'hold-time': 'it ends when the hold time is over: KEEPALIVEs do not arrive (lbctl explain F41)',
  'at-once': 'it ends as soon as it is there: one side refuses the OPEN of the other (lbctl explain F37)',
  irregular: 'it ends at no regular time',
}

export function renderSessionSummary(summary: SessionSummary, peer: string, colorLevel: ColorLevel): string {
  const theme = createTheme(colorLevel)
  const { elapsedMs, ups, downs, livedMs, periodsMs, holdTimeSeconds, pattern } = summary
  const lines = [
    '',
    theme.strong(
      `${safeText(peer)}: ${seconds(elapsedMs)}, ${ups} times up, ${downs} times down; ${MEANING[pattern]}`,
    ),
  ]
  if (livedMs.length > 0)
    lines.push(`  lived for ${livedMs.map(seconds).join(', ')}; the hold time is ${holdTimeSeconds} s`)
  if (periodsMs.length > 0)
    lines.push(`  time from one end to the next: ${periodsMs.map(seconds).join(', ')}`)
  return `${lines.join('\n')}\n`
}
