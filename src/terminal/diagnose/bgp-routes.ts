// The routes that a peer has sent, as routers print them.
import type { BgpFacts } from '../../diagnose/bgp/bgp-facts.ts'
import { safeText } from '../safe-text.ts'

export function renderRoutes({ conversation, peer }: Pick<BgpFacts, 'conversation' | 'peer'>): string {
  if (conversation === undefined || conversation.routes.length === 0) return ''
  const { routes, routeCount } = conversation
  const rows = [
    ['Prefix', 'Next hop', 'AS path'],
    ...routes.map(({ prefix, nextHop, asPath }) => [prefix, nextHop, asPath]),
  ]
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const more = routeCount > routes.length ? [`and ${routeCount - routes.length} more`] : []
  return `\n${[`Routes of ${peer.address}:`, ...lines, ...more].map((line) => `  ${safeText(line)}`).join('\n')}\n`
}
