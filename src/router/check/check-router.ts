// A router's configuration against what the cluster needs.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Span } from '../../config/source/source.ts'
import { formatIp, type Ip, sameIp } from '../../net/ip.ts'
import { prefixContains, prefixOf } from '../../net/prefix.ts'
import { familiesOf, type PlannedNeighbour, type RouterPlan } from '../plan/router-plan.ts'
import { neighbourKey } from '../vendors/vendor-text.ts'
import type { ObservedNeighbour, ObservedRange, ObservedRouter } from './observed.ts'
import { Findings, nodeTitle } from './report.ts'
import { checkRoutes } from './rules/routes.ts'
import { checkSession } from './rules/sessions.ts'

/** What is missing in the configuration, or contradicts the cluster. */
export function checkRouter(router: ObservedRouter, plan: RouterPlan): readonly Diagnostic[] {
  const findings = new Findings()
  const { at } = router
  if (at === undefined) {
    findings.report('R015', {
      message: 'There is no BGP in this configuration.',
      at: { source: router.source, start: 0, end: 0 },
      hint: 'lbctl router config writes what is missing. If the router cannot do BGP, use an L2Advertisement.',
    })
    return findings.diagnostics
  }
  for (const planned of plan.neighbours) {
    const observed = neighbourFor(router, planned)
    if (observed === undefined) missing(planned, at, findings)
    else {
      const pair = { plan, planned, router, observed }
      checkSession(pair, findings)
      checkRoutes(pair, findings)
    }
  }
  multipath(router, plan, at, findings)
  strangers(router, plan, findings)
  return findings.diagnostics
}

/** By address, by interface, or by a range that holds the address. */
export function neighbourFor(
  router: ObservedRouter,
  planned: PlannedNeighbour,
): ObservedNeighbour | ObservedRange | undefined {
  const { address } = planned
  if (address === undefined) {
    const key = neighbourKey(planned)
    return router.neighbours.find((one) => one.key === key)
  }
  return (
    router.neighbours.find((one) => one.address !== undefined && sameIp(one.address, address)) ??
    router.ranges.find(({ range }) => prefixContains(range, address))
  )
}

function missing(planned: PlannedNeighbour, at: Span, findings: Findings): void {
  findings.report('R001', {
    message: `There is no neighbour for ${nodeTitle(planned, neighbourKey(planned))} of BGPPeer "${planned.peer}".`,
    at,
    neighbour: planned,
    hint: 'The router refuses or closes the connections of this node. lbctl router config writes the neighbour.',
  })
}

function multipath(router: ObservedRouter, plan: RouterPlan, at: Span, findings: Findings): void {
  const { paths } = plan
  for (const internal of [false, true]) {
    const nodes = internal ? paths.internal : paths.external
    if (nodes < 2) continue
    for (const family of familiesOf(plan)) {
      const found = router.paths(family, internal)
      if (found === undefined || found.count >= nodes) continue
      findings.report('R010', {
        message: `${found.count === 1 ? 'One path is' : `${found.count} paths are`} used for an IPv${family} prefix, and ${nodes} nodes announce: the others get no traffic.`,
        at: found.at ?? at,
        hint: `Allow ${nodes} equal paths for ${internal ? 'iBGP' : 'eBGP'} routes.`,
      })
    }
  }
  if (paths.mixedAsns && !router.relaxed)
    findings.report('R010', {
      message:
        'The nodes are in different ASes, so their paths do not count as equal: one node gets all the traffic.',
      at,
      hint: 'Compare only the lengths of AS paths: bgp bestpath as-path multipath-relax, or multiple-as.',
    })
}

/** Networks of nodes are not known; nodes of one cluster are usually in one of these. */
const NEAR = { 4: 24, 6: 64 } as const

function strangers(router: ObservedRouter, plan: RouterPlan, findings: Findings): void {
  const addresses = plan.neighbours.flatMap(({ address }) => address ?? [])
  const isNear = (other: Ip): boolean =>
    addresses.some(
      (address) =>
        address.family === other.family && prefixContains(prefixOf(address, NEAR[address.family]), other),
    )
  const asns = new Set<unknown>(plan.neighbours.map(({ asn }) => asn))
  for (const { address, at, asn } of router.neighbours) {
    if (address === undefined || addresses.some((known) => sameIp(known, address))) continue
    if (!isNear(address) || !asns.has(asn?.value)) continue
    findings.report('R014', {
      message: `The neighbour ${formatIp(address)} has the AS number of the nodes, but no node has this address.`,
      at,
      hint: 'Perhaps a node is gone or has another address. Remove the neighbour: whoever gets the address could announce.',
    })
  }
}
