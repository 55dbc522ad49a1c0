// The conversation with a peer as a pure machine. It is harmless by construction, and the test holds it to that:
// - when only listening, it sends nothing at all;
// - otherwise it sends one OPEN without graceful restart (RFC 4724 §4.2: a second OPEN with it makes the peer drop the live
//   session), KEEPALIVEs, and one Cease/Administrative Shutdown (RFC 4486 §4) as the last message. Never an UPDATE.
import type { IpFamily } from '../../net/ip.ts'
import { PLAIN_CONTEXT } from '../../wire/bgp/context.ts'
import { BGP_HEADER_BYTES } from '../../wire/bgp/framer.ts'
import { type BgpMessage, decodeBgpMessage, encodeBgpMessage } from '../../wire/bgp/message.ts'
import { BGP_ERROR, CEASE } from '../../wire/bgp/notification-codes.ts'
import { shutdownData } from '../../wire/bgp/notification-meaning.ts'
import { checkOpen, type OpenMessage, openAsn } from '../../wire/bgp/open.ts'
import type { ExpectedSession } from './bgp-facts.ts'
import { isExpectedAsn } from './expected-asn.ts'
import { type OwnOpen, openOf } from './own-open.ts'

export interface ExchangePlan {
  /** what the peer's AS number must be for us to confirm the session */
  readonly expected: Pick<ExpectedSession, 'peerAsn' | 'myAsn'>
  /** undefined: listen, and send nothing */
  readonly open: OwnOpen | undefined
  /** how long the peer may take to speak first, before our OPEN goes out */
  readonly patienceMs: number
  /** everything is over after this */
  readonly timeoutMs: number
  /** stay established for the peer's routes: until it has sent the End-of-RIB of these, or nothing more for two seconds */
  readonly stayFor: readonly IpFamily[] | undefined
}

export type ExchangeEvent =
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  /** what came is no message of BGP */
  | { readonly kind: 'malformed' }
  | { readonly kind: 'end-of-rib'; readonly family: IpFamily }
  | { readonly kind: 'tick' }

export interface ExchangeState {
  readonly openSent: boolean
  readonly peerOpen: OpenMessage | undefined
  readonly keepaliveSent: boolean
  readonly established: boolean
  readonly endOfRib: readonly IpFamily[]
  /** when the next KEEPALIVE is due; undefined: none is */
  readonly keepaliveAtMs: number | undefined
  /** of a session that is watched for one hold time; undefined: the plan's time is what counts */
  readonly watchedUntilMs: number | undefined
  /** when the peer has been quiet for long enough after an UPDATE */
  readonly quietAtMs: number | undefined
  readonly over: boolean
}

export interface ExchangeStep {
  readonly state: ExchangeState
  readonly send: readonly Uint8Array[]
}

export const START: ExchangeState = {
  openSent: false,
  peerOpen: undefined,
  keepaliveSent: false,
  established: false,
  endOfRib: [],
  keepaliveAtMs: undefined,
  watchedUntilMs: undefined,
  quietAtMs: undefined,
  over: false,
}

/** Most peers send no End-of-RIB to one who does not offer graceful restart. */
const QUIET_MS = 2000

export const keepalive = (): Uint8Array => encodeBgpMessage({ kind: 'keepalive' }, PLAIN_CONTEXT)
/** Words for the operator who reads the router's log (RFC 9003). */
const FAREWELL = 'lbctl diagnose bgp: end of the test'

export const farewell = (): Uint8Array =>
  encodeBgpMessage(
    {
      kind: 'notification',
      code: BGP_ERROR.cease,
      subcode: CEASE.administrativeShutdown,
      data: shutdownData(FAREWELL),
    },
    PLAIN_CONTEXT,
  )

/** @param nowMs since the connection was made */
export function exchange(
  state: ExchangeState,
  event: ExchangeEvent,
  nowMs: number,
  plan: ExchangePlan,
): ExchangeStep {
  if (state.over) return { state, send: [] }
  if (nowMs >= (state.watchedUntilMs ?? plan.timeoutMs)) return leave(state)
  switch (event.kind) {
    case 'tick':
      return onTick(state, nowMs, plan)
    case 'malformed':
      return leave(state)
    case 'end-of-rib': {
      const endOfRib = [...new Set([...state.endOfRib, event.family])]
      const complete = plan.stayFor?.every((family) => endOfRib.includes(family)) === true
      return complete ? leave({ ...state, endOfRib }) : { state: { ...state, endOfRib }, send: [] }
    }
    case 'message': {
      const decoded = decodeBgpMessage(event.bytes, PLAIN_CONTEXT)
      // UPDATEs are read by whoever collects the routes; here they only show that the session is up.
      if (isUpdate(event.bytes) && state.established)
        return { state: { ...state, quietAtMs: nowMs + QUIET_MS }, send: [] }
      if (!decoded.ok) return leave(state)
      return onMessage(state, decoded.value, nowMs, plan)
    }
  }
}

const isUpdate = (bytes: Uint8Array): boolean => bytes[BGP_HEADER_BYTES - 1] === 2

/** When to call again with `tick`, if nothing happens before. */
export function nextTickMs(state: ExchangeState, plan: ExchangePlan): number {
  const due = [state.watchedUntilMs ?? plan.timeoutMs]
  if (plan.open !== undefined && !state.openSent) due.push(plan.patienceMs)
  if (state.keepaliveAtMs !== undefined) due.push(state.keepaliveAtMs)
  if (state.quietAtMs !== undefined) due.push(state.quietAtMs)
  return Math.min(...due)
}

function onTick(state: ExchangeState, nowMs: number, plan: ExchangePlan): ExchangeStep {
  if (plan.open !== undefined && !state.openSent && nowMs >= plan.patienceMs)
    return { state: { ...state, openSent: true }, send: [openOf(plan.open)] }
  if (state.quietAtMs !== undefined && nowMs >= state.quietAtMs) return leave(state)
  if (state.keepaliveAtMs !== undefined && nowMs >= state.keepaliveAtMs)
    return { state: { ...state, keepaliveAtMs: nextKeepalive(state, nowMs, plan) }, send: [keepalive()] }
  return { state, send: [] }
}

function onMessage(
  state: ExchangeState,
  message: BgpMessage,
  nowMs: number,
  plan: ExchangePlan,
): ExchangeStep {
  // Whatever came first, it is what we wanted to hear.
  if (plan.open === undefined) return { state: { ...state, over: true }, send: [] }
  switch (message.kind) {
    case 'notification':
      // RFC 4271 §6: no NOTIFICATION answers a NOTIFICATION.
      return { state: { ...state, over: true }, send: [] }
    case 'open':
      return onOpen(state, message, nowMs, plan, plan.open)
    case 'keepalive':
      return onKeepalive(state, nowMs, plan)
    case 'update':
    case 'route-refresh':
      return state.peerOpen === undefined ? leave(state) : { state, send: [] }
  }
}

function onOpen(
  state: ExchangeState,
  message: OpenMessage,
  nowMs: number,
  plan: ExchangePlan,
  own: OwnOpen,
): ExchangeStep {
  // A second OPEN, or one that nobody may accept: enough is known.
  if (state.peerOpen !== undefined) return leave(state)
  const send = state.openSent ? [] : [openOf(own)]
  const opened = { ...state, openSent: true, peerOpen: message }
  if (checkOpen(message).length > 0) {
    const left = leave(opened)
    return { state: left.state, send: [...send, ...left.send] }
  }
  // With another AS than ours is told to expect no session shall come up; what the peer says to our OPEN is waited for.
  if (isExpectedAsn(openAsn(message), plan.expected) === false) return { state: opened, send }
  const confirmed = { ...opened, keepaliveSent: true }
  return {
    state: { ...confirmed, keepaliveAtMs: nextKeepalive(confirmed, nowMs, plan) },
    send: [...send, keepalive()],
  }
}

function onKeepalive(state: ExchangeState, nowMs: number, plan: ExchangePlan): ExchangeStep {
  if (state.peerOpen === undefined || !state.keepaliveSent) return leave(state)
  const established = { ...state, established: true }
  if (plan.stayFor !== undefined && plan.stayFor.length > 0) return { state: established, send: [] }
  if (state.established) return { state: established, send: [] }
  // A hold time that is short enough is waited for: does the peer go on sending KEEPALIVEs, and does it get ours?
  const hold = agreedHoldSeconds(plan.open?.holdTimeSeconds ?? 0, state.peerOpen.holdTimeSeconds)
  if (hold === 0 || hold > LONGEST_WATCHED_SECONDS) return leave(established)
  return { state: { ...established, watchedUntilMs: nowMs + hold * 1000 + SLACK_MS }, send: [] }
}

const LONGEST_WATCHED_SECONDS = 10
const SLACK_MS = 500

/** RFC 4271 §4.2: the smaller of both. 0: no keepalives at all. */
export const agreedHoldSeconds = (own: number, peer: number): number => Math.min(own, peer)

function nextKeepalive(state: ExchangeState, nowMs: number, plan: ExchangePlan): number | undefined {
  const hold = agreedHoldSeconds(plan.open?.holdTimeSeconds ?? 0, state.peerOpen?.holdTimeSeconds ?? 0)
  return hold === 0 ? undefined : nowMs + (hold * 1000) / 3
}

/** Ends it; with a Cease where the peer has seen an OPEN of ours. */
function leave(state: ExchangeState): ExchangeStep {
  return { state: { ...state, over: true }, send: state.openSent ? [farewell()] : [] }
}
