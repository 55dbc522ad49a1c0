// F34, F36–F42: what `diagnose bgp` says about the routers that this node should have sessions with.
import type { Pool } from '../../../speaker/configuration/configuration.ts'
import { advertise, isNearNodes } from '../advertise-pool.ts'
import { type ClusterCheck, type ClusterDraft, failOr, pass, skip, unknown } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { keyOf } from '../object-keys.ts'
import { routerDrafts, triedRouters } from '../tried-routers.ts'
import { counted, listed } from '../wording.ts'

export const probedSessions: ClusterCheck = {
  id: 'probed-sessions',
  code: 'F36',
  link: 'owner',
  title: 'the routers speak BGP with this node',
  needs: ['probes'],
  evaluate: (view) => {
    const judged = triedRouters(view)
    if (judged.length === 0) return skip('no router was tried')
    const pools = byBgpAlone(view)
    const announced = view.servicesWithAddress.filter(
      (service) => (view.poolOf(service)?.bgp.length ?? 0) > 0,
    )
    // With one router that listens, or with layer 2 beside it, the addresses can be reached all the same.
    const isCause = pools.length > 0 && judged.every(({ verdict }) => verdict.status === 'findings')
    const affects = announced
      .filter((service) => !isCause || view.poolOf(service)?.l2.length === 0)
      .map(keyOf)
    const findings = routerDrafts(judged, affects, view)
    if (findings.length > 0)
      return failOr(
        findings.map((finding) => ({
          ...(isCause ? withLayer2(finding, pools, view) : milder(finding)),
          // Seen on the wire, it is no guess at what a record of the speakers might mean; a rule that was read explains it.
          standsAlone: finding.explainedBy === undefined,
        })),
        '',
      )
    const open = judged.find(({ verdict }) => verdict.status === 'undetermined')
    return open === undefined ? pass(counted(judged.length, 'router')) : unknown(open.verdict.summary)
  },
}

/** Pools of the Services in question that nothing but BGP announces. */
const byBgpAlone = (view: ClusterView): readonly Pool[] =>
  [...new Set(view.servicesWithAddress.flatMap((service) => view.poolOf(service) ?? []))].filter(
    ({ l2, bgp }) => l2.length === 0 && bgp.length > 0,
  )

const milder = (finding: ClusterDraft): ClusterDraft =>
  finding.severity === 'error' ? { ...finding, severity: 'warning' } : finding

/** A router without BGP is nothing bad, if layer 2 does it: then the missing L2Advertisement is what is wrong. */
function withLayer2(finding: ClusterDraft, pools: readonly Pool[], view: ClusterView): ClusterDraft {
  const near = pools.filter((pool) => isNearNodes(pool, view))
  if (finding.code !== 'F36' || near.length === 0) return finding
  const names = listed(near.map(({ name }) => `"${name}"`))
  return {
    ...finding,
    evidence: [
      ...finding.evidence,
      `no L2Advertisement selects the pool ${names}: only BGPAdvertisement ${listed(near.flatMap(({ bgp }) => bgp.map(({ name }) => name)))} does`,
    ],
    cause: `The pool ${names} is announced by BGP alone, and there is nobody to tell it to. ${finding.cause}`,
    fix: [
      ...near.map(({ name }) => advertise(name, 'L2Advertisement', view)),
      // The room, which knows no pools, shows one for all.
      ...finding.fix.filter(({ configuration = [] }) => !configuration.includes('kind: L2Advertisement')),
    ],
    candidates: [...new Set(['F01', ...(finding.candidates ?? [])])],
  }
}
