// The verdict about a pool, the table of addresses behind it, and the bar while the scan runs.
import { macWithOrigin } from '../../diagnose/mac-vendors.ts'
import type { AddressState, ClassifiedAddress } from '../../diagnose/pool/classify.ts'
import type { PoolVerdict } from '../../diagnose/pool/pool-diagnosis.ts'
import type { ScanProgress } from '../../diagnose/pool/scan.ts'
import { safeText } from '../safe-text.ts'
import { createTheme, type Theme } from '../theme.ts'
import { columnsOf } from '../wrap.ts'
import { renderVerdictText } from './report.ts'
import type { ReportStyle } from './report-view.ts'

const STATE_TEXT = {
  special: 'needed by the network',
  'node-address': 'address of a node',
  'own-address': 'address of this host',
  taken: 'free, and taken',
  'left-behind': 'free, and left on a node',
  answered: 'has an owner',
  served: 'as it should be',
  'wrong-owner': 'wrong owner',
  'several-nodes': 'several nodes',
  'every-node': 'every node',
  'one-node-several-cards': 'several cards of a node',
  'several-machines': 'several machines',
  unanswered: 'nobody answers',
} as const satisfies Record<AddressState, string>

/** Without --verbose. */
const MOST_ROWS = 40

export function renderPoolText({ verdict, addresses }: PoolVerdict, style: ReportStyle): string {
  const report = renderVerdictText(verdict, style)
  if (addresses.length === 0) return report
  const theme = createTheme(style.colorLevel)
  const shown = style.verbose ? addresses : addresses.slice(0, MOST_ROWS)
  const rest = addresses.length - shown.length
  const lines = [
    ...table(shown, theme),
    ...(rest > 0 ? [theme.faint(`and ${rest} more; --verbose shows all`)] : []),
  ]
  return `${report}\n${lines.join('\n')}\n`
}

function table(addresses: readonly ClassifiedAddress[], theme: Theme): string[] {
  const rows = addresses.flatMap(({ address, state, owners, services, special }) => {
    const service = services.length === 0 ? '-' : services.join(', ')
    const what = special === undefined ? STATE_TEXT[state] : special.role
    const first = owners[0]
    const head = [address, what, service, first === undefined ? '-' : ownerCell(first)]
    return [head, ...owners.slice(1).map((owner) => ['', '', '', ownerCell(owner)])]
  })
  const head = ['ADDRESS', 'STATE', 'SERVICE', 'OWNER']
  const all = [head, ...rows].map((row) => row.map(safeText))
  const widths = head.map((_, column) => Math.max(...all.map((row) => columnsOf(row[column] ?? ''))))
  return all.map((row, index) => {
    const text = row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - columnsOf(cell))))
      .join('  ')
      .trimEnd()
    return index === 0 ? theme.faint(text) : text
  })
}

const ownerCell = ({ mac, node, rttMicroseconds }: ClassifiedAddress['owners'][number]): string => {
  const rtt = rttMicroseconds === undefined ? '' : `, ${(rttMicroseconds / 1000).toFixed(2)} ms`
  return `${macWithOrigin(mac)}${node === undefined ? '' : `, node ${node}`}${rtt}`
}

const BAR_WIDTH = 24

/** One line, to be written over the one before. */
export function renderScanBar(
  { round, rounds, sent, toSend, answered }: ScanProgress,
  colorLevel: 0 | 1 | 2 | 3,
): string {
  const theme = createTheme(colorLevel)
  const done = toSend === 0 ? BAR_WIDTH : Math.floor((sent / toSend) * BAR_WIDTH)
  const bar = `${'#'.repeat(done)}${theme.faint('.'.repeat(BAR_WIDTH - done))}`
  const which = round === 1 ? 'asked' : `asked again (${round} of ${rounds})`
  return `[${bar}] ${which} ${sent}/${toSend}, ${answered} with an owner`
}
