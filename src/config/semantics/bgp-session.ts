// What a BGPPeer means on one node: the parameters of the session that the node holds with the router. The speaker, the
// configuration of the router and the diagnosis all take them from here, so that they cannot disagree.
import { parseDuration } from '../../net/duration.ts'
import { type Ip, type IpFamily, parseIp } from '../../net/ip.ts'
import { err, ok, type Result } from '../../net/result.ts'
import type { BGPPeer } from '../objects/read-object.ts'
import { compileSelector, matchesAny } from './selector.ts'
import { resolveTimers, type SessionTimers } from './timers.ts'

export interface BgpSession {
  /** name of the BGPPeer: what `peers` of a BGPAdvertisement refers to */
  readonly peer: string
  readonly namespace: string | undefined
  /** an address, or an interface on which the router is found by its link-local address */
  readonly remote: SessionRemote
  readonly port: number
  /** AS number in our OPEN and in the AS_PATH: localASN when given, else myASN */
  readonly localAsn: number
  /** myASN, which differs from `localAsn` only when localASN is given */
  readonly myAsn: number
  /** one number, or whatever makes the session internal or external (dynamicASN) */
  readonly peerAsn: number | 'internal' | 'external'
  /** iBGP: both sides show the same AS number */
  readonly internal: boolean
  /** undefined: taken from the node, see `nodeRouterId` */
  readonly routerId: Ip | undefined
  /** 0 (no supervision), or 3 and more */
  readonly holdTimeSeconds: number
  readonly keepaliveTimeSeconds: number
  /** 'v1beta1': the conversion of that version writes 0s for a timer that was left out */
  readonly timersFrom: 'peer' | 'default' | 'v1beta1'
  /** 1..65535; undefined: left to the speaker */
  readonly connectTimeSeconds: number | undefined
  /** whose routes the session carries, IPv4 first; never empty */
  readonly families: readonly IpFamily[]
  readonly password: SessionPassword | undefined
  /** must be an address of the node; undefined: the one that the route gives */
  readonly source: Ip | undefined
  /** device of a VRF of the node */
  readonly vrf: string | undefined
  /** eBGP over more than one hop. iBGP may always pass any number of hops (RFC 4271 §5.1.3), and has false here */
  readonly multihop: boolean
  readonly gracefulRestart: boolean
  /** name of the BFDProfile */
  readonly bfdProfile: string | undefined
}

export type SessionRemote =
  | { readonly kind: 'address'; readonly address: Ip }
  | { readonly kind: 'interface'; readonly interface: string }

/** `text` is a secret: it goes into a socket option and nowhere else. */
export type SessionPassword =
  | { readonly kind: 'text'; readonly text: string }
  /** a Secret of type kubernetes.io/basic-auth, key `password`; namespace undefined: that of MetalLB */
  | { readonly kind: 'secret'; readonly name: string; readonly namespace: string | undefined }

/** Why a peer means no session: the code of the rule that says more (`lbctl explain V202`), and the field of the spec. */
export interface SessionProblem {
  readonly code: string
  readonly field: string
  /** a fragment, to stand behind the name of the peer: `has no AS number of the router` */
  readonly message: string
}

export type NodeLabels = Readonly<Record<string, string>>
export type PeerOnNode =
  | { readonly kind: 'session'; readonly session: BgpSession }
  /** the nodeSelectors leave this node out */
  | { readonly kind: 'not selected' }
  /** there are nodeSelectors, and the labels of the node are not known */
  | { readonly kind: 'node unknown'; readonly session: BgpSession }
  | { readonly kind: 'invalid'; readonly problems: readonly SessionProblem[] }

/** Hold time of MetalLB's own speaker when neither timer is given, and a third of it (RFC 4271 §10). */
export const DEFAULT_TIMERS: SessionTimers = { holdTimeSeconds: 90, keepaliveTimeSeconds: 30 }
export const BGP_PORT = 179
const MAX_ASN = 4294967295

/** What a peer means on a node with these labels; undefined: the node is not known. */
export function peerOnNode(peer: BGPPeer, labels: NodeLabels | undefined): PeerOnNode {
  const resolved = resolveSession(peer)
  const selectors = peer.spec.nodeSelectors ?? []
  const compiled = selectors.map(compileSelector)
  if (peer.failed.has('nodeSelectors') || compiled.some((c) => !c.ok)) {
    const wrong: SessionProblem = {
      code: 'V030',
      field: 'nodeSelectors',
      message: 'has a selector that is not valid',
    }
    return { kind: 'invalid', problems: [...(resolved.ok ? [] : resolved.error), wrong] }
  }
  if (labels !== undefined && selectors.length > 0) {
    const selected = matchesAny(
      compiled.flatMap((c) => (c.ok ? [c.value] : [])),
      labels,
    )
    if (!selected) return { kind: 'not selected' }
  }
  if (!resolved.ok) return { kind: 'invalid', problems: resolved.error }
  const unknown = labels === undefined && selectors.length > 0
  return { kind: unknown ? 'node unknown' : 'session', session: resolved.value }
}

/**
 * The session of a peer, whatever the node. What validation calls an error is one here too, and so is what it only warns of
 * and what no session can be made with: a router ID of IPv6, a source of the other family.
 */
export function resolveSession(peer: BGPPeer): Result<BgpSession, readonly SessionProblem[]> {
  const problems: SessionProblem[] = []
  const wrong: Wrong = (code, field, message) => {
    // A field that could not be read has been named already; what follows from its absence is not news.
    if (!problems.some((p) => p.field === field)) problems.push({ code, field, message })
    return undefined
  }
  for (const field of peer.failed)
    if (field !== 'nodeSelectors') wrong('V013', field, `has no ${field} that can be read`)
  const asn = asNumbers(peer, wrong)
  const remote = remoteOf(peer, wrong)
  const routerId = address(peer, 'routerID', 'V208', wrong)
  if (routerId?.family === 6) wrong('V218', 'routerID', 'has an IPv6 address as router ID')
  const source = address(peer, 'sourceAddress', 'V209', wrong)
  if (remote?.kind === 'address' && source !== undefined && source.family !== remote.address.family)
    wrong('V217', 'sourceAddress', 'connects from an address of another family than that of the router')
  const timers = timersOf(peer, wrong)
  const connectTimeSeconds = connectTime(peer, wrong)
  const password = passwordOf(peer, wrong)
  if (problems.length > 0 || asn === undefined || remote === undefined || timers === undefined)
    return err(problems)
  const { spec } = peer
  const internal = asn.peerAsn === 'internal' || asn.peerAsn === asn.localAsn
  return ok({
    peer: peer.name,
    namespace: peer.namespace,
    remote,
    // 0 is what v1beta1 allows for "not given".
    port: spec.peerPort === undefined || spec.peerPort === 0 ? BGP_PORT : spec.peerPort,
    ...asn,
    internal,
    routerId,
    ...timers,
    connectTimeSeconds,
    families: carriedFamilies(remote, spec.dualStackAddressFamily === true),
    password,
    source,
    vrf: given(spec.vrf),
    multihop: !internal && spec.ebgpMultiHop === true,
    gracefulRestart: spec.enableGracefulRestart === true,
    bfdProfile: given(spec.bfdProfile),
  })
}

type Wrong = (code: string, field: string, message: string) => undefined
type AsNumbers = Pick<BgpSession, 'myAsn' | 'localAsn' | 'peerAsn'>

/** An empty text counts as none, as in MetalLB. */
const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text)
const isAsn = (value: number | undefined): value is number =>
  value !== undefined && value > 0 && value <= MAX_ASN

function asNumbers({ spec }: BGPPeer, wrong: Wrong): AsNumbers | undefined {
  const { myASN, localASN, dynamicASN } = spec
  const peerASN = spec.peerASN === 0 ? undefined : spec.peerASN
  if (!isAsn(myASN)) return wrong('V201', 'myASN', 'has no AS number of its own')
  if (peerASN !== undefined && dynamicASN !== undefined)
    return wrong('V203', 'dynamicASN', 'has both peerASN and dynamicASN')
  if (dynamicASN !== undefined && dynamicASN !== 'internal' && dynamicASN !== 'external')
    return wrong('V014', 'dynamicASN', 'has a dynamicASN that is neither internal nor external')
  const peerAsn = dynamicASN ?? peerASN
  if (peerAsn === undefined) return wrong('V202', 'peerASN', 'has no AS number of the router')
  if (peerASN === myASN && spec.ebgpMultiHop === true)
    return wrong('V204', 'ebgpMultiHop', 'has ebgpMultiHop within one AS')
  return { myAsn: myASN, localAsn: localASN ?? myASN, peerAsn }
}

function remoteOf(peer: BGPPeer, wrong: Wrong): SessionRemote | undefined {
  const device = given(peer.spec.interface)
  const text = given(peer.spec.peerAddress)
  if (device !== undefined && text !== undefined)
    return wrong('V206', 'interface', 'has both peerAddress and interface')
  if (device !== undefined) return { kind: 'interface', interface: device }
  if (text === undefined) return wrong('V205', 'peerAddress', 'has neither peerAddress nor interface')
  const parsed = address(peer, 'peerAddress', 'V207', wrong)
  return parsed === undefined ? undefined : { kind: 'address', address: parsed }
}

function address(
  { spec }: BGPPeer,
  field: 'peerAddress' | 'sourceAddress' | 'routerID',
  code: string,
  wrong: Wrong,
): Ip | undefined {
  const text = given(spec[field])
  if (text === undefined) return undefined
  return parseIp(text) ?? wrong(code, field, `has "${text}" as ${field}, which is no IP address`)
}

type Timers = Pick<BgpSession, 'holdTimeSeconds' | 'keepaliveTimeSeconds' | 'timersFrom'>

function timersOf({ spec, apiVersion }: BGPPeer, wrong: Wrong): Timers | undefined {
  const hold = nanoseconds(spec.holdTime)
  const keepalive = nanoseconds(spec.keepaliveTime)
  // The conversion webhook makes 0s of what v1beta1 left out, so the rule for one timer given never applies to it.
  const old = apiVersion === 'metallb.io/v1beta1'
  const timers = old ? resolveTimers(hold ?? 0n, keepalive ?? 0n) : resolveTimers(hold, keepalive)
  if (!timers.ok)
    return timers.error === 'hold time too short'
      ? wrong('V210', 'holdTime', 'has a hold time that is neither 0 nor at least 3 seconds')
      : wrong('V211', 'keepaliveTime', 'has a keepalive time that is longer than the hold time')
  if (timers.value === undefined) return { ...DEFAULT_TIMERS, timersFrom: 'default' }
  const converted = old && (hold === undefined || keepalive === undefined)
  return { ...timers.value, timersFrom: converted ? 'v1beta1' : 'peer' }
}

function connectTime({ spec }: BGPPeer, wrong: Wrong): number | undefined {
  const value = nanoseconds(spec.connectTime)
  if (value === undefined) return undefined
  const seconds = Number(value / 1_000_000_000n)
  return seconds >= 1 && seconds <= 65535
    ? seconds
    : wrong('V212', 'connectTime', 'has a connect time that is not between 1 and 65535 seconds')
}

/** Undefined also for what is no duration: `failed` has told of it. */
function nanoseconds(text: string | undefined): bigint | undefined {
  const parsed = text === undefined ? undefined : parseDuration(text)
  return parsed?.ok === true ? parsed.value : undefined
}

function passwordOf({ spec, namespace }: BGPPeer, wrong: Wrong): SessionPassword | undefined {
  const text = given(spec.password)
  const name = given(spec.passwordSecret?.name)
  if (text !== undefined && name !== undefined)
    return wrong('V213', 'password', 'has both password and passwordSecret')
  if (name !== undefined)
    return { kind: 'secret', name, namespace: given(spec.passwordSecret?.namespace) ?? namespace }
  return text === undefined ? undefined : { kind: 'text', text }
}

/** A session carries the family of its own transport; both with dualStackAddressFamily, and when it is unnumbered. */
function carriedFamilies(remote: SessionRemote, dualStack: boolean): readonly IpFamily[] {
  return dualStack || remote.kind === 'interface' ? [4, 6] : [remote.address.family]
}
