// What happens to an embedded router, as one JSON object per line.
import type { CandidatePath } from '../../bgp/decision/best-path.ts'
import { meritsOf } from '../../bgp/decision/best-path.ts'
import type { RouteChange, SelectedRoute } from '../../bgp/decision/loc-rib.ts'
import type { BgpPeerStatus } from '../../bgp/status.ts'
import { formatIp } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import type { RouterEvent, RouterSnapshot } from '../../router/running.ts'
import { formatCommunity, formatLargeCommunity } from '../../wire/bgp/communities.ts'

const line = (value: object): string => `${JSON.stringify(value)}\n`
const time = (atMs: number): string => new Date(atMs).toISOString()

/** The first line: who we are and where we listen. */
export const renderStartJson = (start: {
  readonly atMs: number
  readonly asn: number
  readonly routerId: string
  readonly listen: readonly string[]
  readonly fault: string | undefined
}): string => {
  const { atMs, fault, ...rest } = start
  return line({ event: 'start', time: time(atMs), ...rest, ...(fault === undefined ? {} : { fault }) })
}

export function renderEventJson(event: RouterEvent): string {
  const head = { event: event.kind, time: time(event.atMs) }
  switch (event.kind) {
    case 'peer-up': {
      const { peerAsn: asn, peerRouterId, internal, holdTimeSeconds, families } = event.agreement
      const routerId = formatIp(peerRouterId)
      return line({ ...head, peer: event.peer, asn, routerId, internal, holdTimeSeconds, families })
    }
    case 'peer-down': {
      const { peer, established, words: reason } = event
      return line({ ...head, peer, established, reason })
    }
    case 'refused':
      return line({ ...head, peer: formatIp(event.remote.address), port: event.remote.port })
    case 'update-errors': {
      const errors = event.errors.map(({ reason, rfc, action }) => ({ reason, rfc, action }))
      return line({ ...head, peer: event.peer, errors, total: event.total })
    }
    case 'route':
      return line({ ...head, ...changeOf(event.change) })
    case 'fault': {
      const { remote, what } = event
      return line({ ...head, peer: formatIp(remote.address), port: remote.port, did: what })
    }
  }
}

function changeOf({ prefix, before, after }: RouteChange): object {
  const change = before === undefined ? 'added' : after === undefined ? 'withdrawn' : 'changed'
  return { change, prefix: formatPrefix(prefix), paths: (after?.paths ?? []).map(pathOf) }
}

function pathOf({ source, route }: CandidatePath): object {
  const merits = meritsOf(route)
  const communities = route.attributes.flatMap((a) =>
    a.kind === 'communities'
      ? a.communities.map(formatCommunity)
      : a.kind === 'large-communities'
        ? a.communities.map(formatLargeCommunity)
        : [],
  )
  const preference = route.attributes.find((a) => a.kind === 'local-preference')
  return {
    peer: source.peer,
    nextHop: formatIp(route.nextHop),
    ...(route.linkLocal === undefined ? {} : { linkLocal: formatIp(route.linkLocal) }),
    asPath: merits.asns,
    ...(preference === undefined ? {} : { localPreference: preference.value }),
    multiExitDiscriminator: merits.multiExitDiscriminator,
    communities,
  }
}

/** The last line: everything as it is. */
export const renderSummaryJson = ({ asn, routerId, peers, routes }: RouterSnapshot, atMs: number): string =>
  line({
    event: 'summary',
    time: time(atMs),
    asn,
    routerId: formatIp(routerId),
    peers: peers.map(peerOf),
    routes: [...routes[4], ...routes[6]].map(routeOf),
  })

const routeOf = ({ prefix, paths }: SelectedRoute): object => ({
  prefix: formatPrefix(prefix),
  paths: paths.map(pathOf),
})

function peerOf({
  name,
  state,
  session,
  uptimeSeconds,
  lastEnding,
  messages,
  prefixes,
  resets,
}: BgpPeerStatus) {
  return {
    peer: name,
    state,
    ...(session === undefined ? {} : { asn: session.agreement.peerAsn }),
    ...(uptimeSeconds === undefined ? {} : { uptimeSeconds }),
    ...(lastEnding === undefined ? {} : { lastEnd: lastEnding.words }),
    resets,
    received: { ipv4: prefixes.received[4], ipv6: prefixes.received[6] },
    announced: prefixes.announced,
    messages,
  }
}
