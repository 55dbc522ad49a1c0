// What happens to an embedded router, in one line each.
import type { RouteChange } from '../../bgp/decision/loc-rib.ts'
import { formatIp } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import type { RouterEvent } from '../../router/running.ts'
import { safeText } from '../safe-text.ts'
import { createTheme } from '../theme.ts'
import { hop } from './tables.ts'

/** Without a line break at the end. */
export function renderEvent(event: RouterEvent, colorLevel: 0 | 1 | 2 | 3): string {
  const theme = createTheme(colorLevel)
  return `${theme.faint(clockTime(event.atMs))} ${words(event, theme)}`
}

function words(event: RouterEvent, theme: ReturnType<typeof createTheme>): string {
  switch (event.kind) {
    case 'peer-up': {
      const { peerAsn, peerRouterId, holdTimeSeconds, families } = event.agreement
      const both = families.map((family) => `IPv${family}`).join(' and ')
      return `${event.peer} is ${theme.good('up')}: AS ${peerAsn}, router ID ${formatIp(peerRouterId)}, hold time ${holdTimeSeconds} s, ${both}`
    }
    case 'peer-down':
      return `${event.peer} ${event.established ? `is ${theme.severity.error('down')}` : 'did not come up'}: ${safeText(event.words)}`
    case 'refused':
      return `${formatIp(event.remote.address)} was refused: it is in no --neighbor`
    case 'update-errors': {
      const reasons = event.errors.map(({ reason, rfc }) => `${reason.replaceAll('-', ' ')} (${rfc})`)
      return `${event.peer} sent an UPDATE with errors: ${reasons.join(', ')}; ${event.total} so far`
    }
    case 'route':
      return routeWords(event.change)
    case 'fault':
      return `${formatIp(event.remote.address)} port ${event.remote.port}: ${event.what}`
  }
}

function routeWords({ prefix, before, after }: RouteChange): string {
  const name = formatPrefix(prefix)
  if (after === undefined) return `${name} is gone`
  const hops = after.paths.map(hop).join(' and ')
  return before === undefined ? `${name} via ${hops}` : `${name} is now via ${hops}`
}

/** Many changes at once, in two lines at most: names of the first, and how many more. */
export function renderRouteFlood(
  changes: readonly RouteChange[],
  atMs: number,
  colorLevel: 0 | 1 | 2 | 3,
): string {
  const theme = createTheme(colorLevel)
  const gone = changes.filter(({ after }) => after === undefined).length
  const fresh = changes.filter(({ before }) => before === undefined).length
  const parts = [
    [fresh, 'new'],
    [changes.length - fresh - gone, 'changed'],
    [gone, 'gone'],
  ] as const
  const said = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  return `${theme.faint(clockTime(atMs))} routes: ${said.join(', ')}`
}

/** Local time of day. */
const clockTime = (atMs: number): string => new Date(atMs).toTimeString().slice(0, 8)
