// Router discovery on one interface for an unnumbered peer (README.md). Pure: time and chance are arguments.
// Standards: RFC 4861 §6.2.4 and §6.2.6 (advertisements), §6.3.7 (solicitations), §6.3.4 (receiving).
import { type Ip, sameIp } from '../../net/ip.ts'
import {
  ADVERTISE_AT_LEAST_MS,
  ADVERTISE_AT_MOST_MS,
  ANSWER_DELAY_MS,
  BETWEEN_ADVERTISEMENTS_MS,
  BETWEEN_SOLICITATIONS_MS,
  INITIAL_ADVERTISEMENTS,
  ROUTER_SILENT_MS,
  SOLICITATIONS,
} from './timing.ts'

export interface HeardRouter {
  readonly address: Ip
  readonly lastHeardMs: number
}

export interface DiscoveryState {
  /** our link-local address; undefined: the interface is down, away, or has none */
  readonly own: Ip | undefined
  /** the peer first */
  readonly routers: readonly HeardRouter[]
  /** the session with the peer is established */
  readonly established: boolean
  /** sent since the link is up */
  readonly advertised: { readonly count: number; readonly lastMs: number }
  /** when the next one is due */
  readonly advertiseAtMs: number
  readonly solicited: number
  /** undefined: no more are sent */
  readonly solicitAtMs: number | undefined
}

export type DiscoveryEvent =
  | { readonly kind: 'link'; readonly own: Ip | undefined }
  | {
      readonly kind: 'heard'
      readonly message: 'router-advertisement' | 'router-solicitation'
      readonly source: Ip
    }
  | { readonly kind: 'session'; readonly established: boolean }
  | { readonly kind: 'time' }

export type DiscoveryEffect = { readonly kind: 'advertise' } | { readonly kind: 'solicit' }

export interface Moment {
  /** of a clock that never goes back */
  readonly nowMs: number
  /** in [0, 1) */
  readonly random: number
}

/** More on one link is a flood, not a network. */
const ROUTERS_AT_MOST = 16

export const NO_LINK: DiscoveryState = {
  own: undefined,
  routers: [],
  established: false,
  advertised: { count: 0, lastMs: Number.NEGATIVE_INFINITY },
  advertiseAtMs: Number.POSITIVE_INFINITY,
  solicited: 0,
  solicitAtMs: undefined,
}

/** Address of the peer; undefined: not known (yet). */
export const routerOf = (state: DiscoveryState): Ip | undefined => state.routers[0]?.address

/** When a `time` event is due; undefined: never. */
export function wakeAtMs({ own, advertiseAtMs, solicitAtMs }: DiscoveryState): number | undefined {
  return own === undefined ? undefined : Math.min(advertiseAtMs, solicitAtMs ?? advertiseAtMs)
}

export function stepDiscovery(
  state: DiscoveryState,
  event: DiscoveryEvent,
  moment: Moment,
): readonly [DiscoveryState, readonly DiscoveryEffect[]] {
  switch (event.kind) {
    case 'link':
      return withLink(state, event.own, moment)
    case 'session':
      return [{ ...state, established: event.established }, []]
    case 'heard':
      return [heard(state, event, moment), []]
    case 'time':
      return due(state, moment)
  }
}

/** Another link may lead to another router, so everything begins anew. */
function withLink(
  state: DiscoveryState,
  own: Ip | undefined,
  moment: Moment,
): readonly [DiscoveryState, readonly DiscoveryEffect[]] {
  if (own === undefined) return [NO_LINK, []]
  if (state.own !== undefined && sameIp(state.own, own)) return [state, []]
  return due({ ...NO_LINK, own, advertiseAtMs: moment.nowMs, solicitAtMs: moment.nowMs }, moment)
}

function due(
  state: DiscoveryState,
  { nowMs, random }: Moment,
): readonly [DiscoveryState, readonly DiscoveryEffect[]] {
  if (state.own === undefined) return [state, []]
  const effects: DiscoveryEffect[] = []
  let next = state
  if (nowMs >= state.advertiseAtMs) {
    const count = state.advertised.count + 1
    // RFC 4861 §6.2.4: the first ones come quickly, so that whoever listens already knows us soon.
    const pause =
      count < INITIAL_ADVERTISEMENTS
        ? BETWEEN_ADVERTISEMENTS_MS
        : ADVERTISE_AT_LEAST_MS + random * (ADVERTISE_AT_MOST_MS - ADVERTISE_AT_LEAST_MS)
    next = { ...next, advertised: { count, lastMs: nowMs }, advertiseAtMs: nowMs + pause }
    effects.push({ kind: 'advertise' })
  }
  if (state.solicitAtMs !== undefined && nowMs >= state.solicitAtMs) {
    const solicited = state.solicited + 1
    const more = solicited < SOLICITATIONS ? nowMs + BETWEEN_SOLICITATIONS_MS : undefined
    next = { ...next, solicited, solicitAtMs: more }
    effects.push({ kind: 'solicit' })
  }
  return [next, effects]
}

function heard(
  state: DiscoveryState,
  { message, source }: DiscoveryEvent & { kind: 'heard' },
  moment: Moment,
): DiscoveryState {
  // Our own, come back through a loop.
  if (state.own === undefined || sameIp(state.own, source)) return state
  if (message === 'router-solicitation') return answerSoon(state, moment)
  const isNew = !state.routers.some(({ address }) => sameIp(address, source))
  const known = { ...state, routers: withRouter(state, source, moment.nowMs), solicitAtMs: undefined }
  return isNew ? answerSoon(known, moment) : known
}

/** RFC 4861 §6.2.6: after a random delay, and not sooner after the last one than all advertisements. */
function answerSoon(state: DiscoveryState, { nowMs, random }: Moment): DiscoveryState {
  const soonest = state.advertised.lastMs + BETWEEN_ADVERTISEMENTS_MS
  const atMs = Math.max(nowMs + random * ANSWER_DELAY_MS, soonest)
  return { ...state, advertiseAtMs: Math.min(state.advertiseAtMs, atMs) }
}

function withRouter(state: DiscoveryState, source: Ip, nowMs: number): readonly HeardRouter[] {
  const one: HeardRouter = { address: source, lastHeardMs: nowMs }
  const [peer] = state.routers
  if (peer === undefined || sameIp(peer.address, source)) return [one, ...state.routers.slice(1)]
  const others = state.routers.slice(1).filter(({ address }) => !sameIp(address, source))
  const replaces = !state.established && nowMs - peer.lastHeardMs > ROUTER_SILENT_MS
  const all = replaces ? [one, peer, ...others] : [peer, one, ...others]
  return all.slice(0, ROUTERS_AT_MOST)
}
