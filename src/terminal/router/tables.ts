// The tables of a router, as people know them from `show ip bgp summary` and `show ip route bgp`.
import type { CandidatePath } from '../../bgp/decision/best-path.ts'
import { meritsOf } from '../../bgp/decision/best-path.ts'
import type { SelectedRoute } from '../../bgp/decision/loc-rib.ts'
import type { BgpState } from '../../bgp/peer.ts'
import type { BgpPeerStatus } from '../../bgp/status.ts'
import { formatIp, type IpFamily } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import type { RouterSnapshot } from '../../router/running.ts'

const HEAD = ['Neighbor', 'V', 'AS', 'MsgRcvd', 'MsgSent', 'Up/Down', 'State/PfxRcd', 'PfxSnt'] as const
const STATES: Readonly<Record<BgpState, string>> = {
  ...{ idle: 'Idle', connect: 'Connect', active: 'Active' },
  ...{ 'open-sent': 'OpenSent', 'open-confirm': 'OpenConfirm', established: 'Established' },
}
/** As FRR and Cisco have them. */
const DISTANCE = { internal: 200, external: 20 } as const

/** @param nowMs of the calendar */
export function renderSummary({ asn, routerId, peers, routes }: RouterSnapshot, nowMs: number): string {
  const lines = [
    `BGP router identifier ${formatIp(routerId)}, local AS number ${asn}`,
    `RIB entries: ${routes[4].length} IPv4, ${routes[6].length} IPv6; peers: ${peers.length}`,
  ]
  for (const family of [4, 6] as const) {
    const shown = peers.filter((peer) => family === 4 || hasFamily(peer, 6))
    if (family === 6 && shown.length === 0) continue
    lines.push('', `IPv${family} Unicast`, ...table([HEAD, ...shown.map((peer) => row(peer, family, nowMs))]))
  }
  return `${lines.join('\n')}\n`
}

const hasFamily = ({ session, prefixes }: BgpPeerStatus, family: IpFamily): boolean =>
  session?.agreement.families.includes(family) === true || prefixes.received[family] > 0

function row(peer: BgpPeerStatus, family: IpFamily, nowMs: number): readonly string[] {
  const { name, session, state, sinceMs, resets, messages, prefixes } = peer
  const count = (counts: typeof messages.sent): string =>
    String(Object.values(counts).reduce((sum: number, one: number) => sum + one, 0))
  const known = state === 'established' || resets > 0
  const announcedIn = session?.agreement.families.length === 1 || family === 4
  return [
    name,
    '4',
    session === undefined ? '-' : String(session.agreement.peerAsn),
    count(messages.received),
    count(messages.sent),
    known ? elapsed(nowMs - sinceMs) : 'never',
    state === 'established' && hasFamily(peer, family) ? String(prefixes.received[family]) : STATES[state],
    announcedIn ? String(prefixes.announced) : '',
  ]
}

/** @param limit of prefixes; what is left out is said */
export function renderRoutes(
  { routes }: RouterSnapshot,
  nowMs: number,
  limit: number = Number.POSITIVE_INFINITY,
): string {
  const all = [...routes[4], ...routes[6]]
  if (all.length === 0) return 'No routes from BGP.\n'
  const lines = ['Codes: B - BGP, > - best path, = - equal cost; nothing is installed in the kernel', '']
  for (const route of all.slice(0, limit)) lines.push(...routeLines(route, nowMs))
  if (all.length > limit) lines.push(`… and ${all.length - limit} prefixes more`)
  return `${lines.join('\n')}\n`
}

function routeLines({ prefix, paths, sinceMs }: SelectedRoute, nowMs: number): string[] {
  let start = ''
  return paths.map((path, i) => {
    const merits = meritsOf(path.route)
    const distance = path.source.internal ? DISTANCE.internal : DISTANCE.external
    start =
      i === 0
        ? `B>  ${formatPrefix(prefix)} [${distance}/${merits.multiExitDiscriminator}] `
        : '  ='.padEnd(start.length)
    const through = merits.asns.length === 0 ? 'local' : merits.asns.join(' ')
    return `${start}via ${hop(path)}, AS path ${through}, ${elapsed(nowMs - sinceMs)}`
  })
}

/** The link-local next hop is the one that is used where there is one (RFC 2545 §3). */
export const hop = ({ route: { nextHop, linkLocal } }: CandidatePath): string =>
  formatIp(linkLocal ?? nextHop)

/** `00:01:05`, `2d03h04m` as FRR writes it */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number): string => String(value).padStart(2, '0')
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60),
  ]
  if (days > 0) return `${days}d${two(hours % 24)}h${two(minutes % 60)}m`
  return `${two(hours)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

/** Words to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}
