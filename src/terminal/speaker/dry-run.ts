// What a speaker would announce, for a person.

import type { SpeakerStatus } from '../../speaker/report/status.ts'
import { safeText } from '../safe-text.ts'
import { tableLines } from '../table.ts'
import { createTheme } from '../theme.ts'
import { type StatusStyle, serviceRows } from './status.ts'

export interface PlannedRoutes {
  readonly peer: string
  readonly prefixes: readonly {
    readonly prefix: string
    readonly localPreference: number | null
    readonly communities: readonly string[]
  }[]
}

export function renderDryRun(
  status: SpeakerStatus,
  routes: readonly PlannedRoutes[],
  style: StatusStyle,
): string {
  const theme = createTheme(style.colorLevel)
  const tables = [
    serviceRows(status.services),
    [
      ['PEER', 'PREFIX', 'PREFERENCE', 'COMMUNITIES'],
      ...routes.flatMap(({ peer, prefixes }) =>
        prefixes.map(({ prefix, localPreference, communities }) => [
          safeText(peer),
          prefix,
          String(localPreference ?? '-'),
          communities.join(' ') || '-',
        ]),
      ),
    ],
  ].filter((rows) => rows.length > 1)
  const head = theme.strong(`${safeText(status.node)} would announce, if it were running:`)
  if (tables.length === 0) return `${safeText(status.node)} would announce nothing: there is no Service.\n`
  return `${[head, ...tables.map((rows) => tableLines(rows, style.width).join('\n'))].join('\n\n')}\n`
}
