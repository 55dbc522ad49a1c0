// R002 to R006, R012, R013, R018, R019: what both ends of a session have to agree on.
import type { PlannedNeighbour, RouterPlan } from '../../plan/router-plan.ts'
import { neighbourKey } from '../../vendors/vendor-text.ts'
import type { ObservedNeighbour, ObservedRange, ObservedRouter } from '../observed.ts'
import { type Findings, nodeTitle } from '../report.ts'

export interface Pair {
  readonly plan: RouterPlan
  readonly planned: PlannedNeighbour
  readonly router: ObservedRouter
  readonly observed: ObservedNeighbour | ObservedRange
}

export function checkSession(pair: Pair, findings: Findings): void {
  switchedOff(pair, findings)
  asNumbers(pair, findings)
  password(pair, findings)
  hops(pair, findings)
  bfd(pair, findings)
  holdTime(pair, findings)
  gracefulRestart(pair, findings)
}

const title = ({ planned }: Pair): string => nodeTitle(planned, neighbourKey(planned))

function switchedOff(pair: Pair, findings: Findings): void {
  const { shutdown } = pair.observed
  if (shutdown === undefined) return
  findings.report('R018', {
    message: `The neighbour for ${title(pair)} is switched off.`,
    at: shutdown,
    neighbour: pair.planned,
    hint: 'Remove the line that does it.',
  })
}

function asNumbers(pair: Pair, findings: Findings): void {
  const { plan, planned, router, observed } = pair
  const own = observed.localAsn ?? router.asn
  const swapped = own?.value === planned.asn && observed.asn?.value === plan.asn && plan.asn !== planned.asn
  const hint = swapped
    ? `The two AS numbers are swapped: the router is AS ${plan.asn}, the nodes are AS ${planned.asn}.`
    : undefined
  if (own !== undefined && own.value !== plan.asn)
    findings.report('R002', {
      message: `The router is AS ${own.value}, but BGPPeer "${planned.peer}" expects AS ${plan.asn}.`,
      at: own.at,
      neighbour: planned,
      hint: hint ?? `Change peerASN of the BGPPeer to ${own.value}, or the AS number of the router.`,
    })
  const { asn } = observed
  if (asn === undefined) {
    findings.report('R003', {
      message: `The neighbour for ${title(pair)} has no remote AS number; the node is AS ${planned.asn}.`,
      at: observed.at,
      neighbour: planned,
    })
    return
  }
  const wanted = planned.internal ? 'internal' : 'external'
  if (asn.value === planned.asn || asn.value === wanted) return
  findings.report('R003', {
    message: `The router expects AS ${asn.value} from ${title(pair)}, but the node is AS ${planned.asn}.`,
    at: asn.at,
    neighbour: planned,
    hint: hint ?? `Change it to ${planned.asn}.`,
  })
}

function password(pair: Pair, findings: Findings): void {
  const { planned, observed } = pair
  if (planned.password !== undefined && observed.password === undefined)
    findings.report('R004', {
      message: `BGPPeer "${planned.peer}" has a password, and the router has none for ${title(pair)}.`,
      at: observed.at,
      neighbour: planned,
      hint: 'Connections time out: a segment without a signature is dropped in silence.',
    })
  if (planned.password === undefined && observed.password !== undefined)
    findings.report('R004', {
      message: `The router has a password for ${title(pair)}, and BGPPeer "${planned.peer}" has none.`,
      at: observed.password,
      neighbour: planned,
      hint: 'Name a Secret in passwordSecret of the BGPPeer, or remove the password here.',
    })
}

function hops(pair: Pair, findings: Findings): void {
  const { planned, observed } = pair
  if (observed.ttlSecurity !== undefined && planned.hops.kind !== 'ttl-security')
    findings.report('R006', {
      message: `The router accepts segments of ${title(pair)} only with a high TTL, which MetalLB does not send.`,
      at: observed.ttlSecurity,
      neighbour: planned,
      hint: 'Remove it here: the nodes send with the TTL of the kernel, or with 1.',
    })
  if (planned.hops.kind === 'multihop' && observed.multihop === undefined)
    findings.report('R005', {
      message: `BGPPeer "${planned.peer}" says ebgpMultiHop, but the router takes ${title(pair)} for a neighbour on its link.`,
      at: observed.at,
      neighbour: planned,
      hint: 'Allow several hops here too, or remove ebgpMultiHop if the node is on a link of the router.',
    })
}

function bfd(pair: Pair, findings: Findings): void {
  const { planned, observed } = pair
  if (planned.bfd !== undefined && observed.bfd === undefined)
    findings.report('R012', {
      message: `BGPPeer "${planned.peer}" has a bfdProfile, but the router does no BFD with ${title(pair)}.`,
      at: observed.at,
      neighbour: planned,
      hint: 'The nodes tear the session down while BFD is not up. Switch it on here, or remove bfdProfile.',
    })
  if (planned.bfd === undefined && observed.bfd !== undefined)
    findings.report('R012', {
      message: `The router does BFD with ${title(pair)}, but BGPPeer "${planned.peer}" has no bfdProfile.`,
      at: observed.bfd,
      neighbour: planned,
      hint: 'Name a BFDProfile in the BGPPeer, or switch BFD off here.',
    })
}

/** RFC 4271 §4.2: the smaller one counts. */
function holdTime(pair: Pair, findings: Findings): void {
  const { planned, observed } = pair
  const { holdTimeSeconds: hold } = observed
  if (hold === undefined || planned.timers === undefined) return
  const wanted = planned.timers.holdTimeSeconds
  if (hold.value === wanted) return
  const counts = Math.min(hold.value, wanted)
  findings.report('R013', {
    message: `The hold time is ${hold.value} s here and ${wanted} s in BGPPeer "${planned.peer}"; ${counts === 0 ? 'nobody watches the session' : `${counts} s count`}.`,
    at: hold.at,
    neighbour: planned,
    ...(counts === 0 ? { severity: 'warning' } : {}),
  })
}

function gracefulRestart(pair: Pair, findings: Findings): void {
  const { planned, observed } = pair
  if (!planned.gracefulRestart || observed.helper?.value !== false) return
  findings.report('R019', {
    message: `BGPPeer "${planned.peer}" asks for graceful restart, but the router does not keep the routes of a node that restarts.`,
    at: observed.helper.at,
    neighbour: planned,
    hint: 'Let the router be a helper (RFC 4724), or each update of the speaker drops connections.',
  })
}
