// F01, F11–F27: what the probes on the link say about addresses of Services, as `diagnose arp` and `diagnose ndp` judge them.
import type { LinkFacts } from '../../facts/link-facts.ts'
import { judgeLink } from '../../link-diagnosis.ts'
import {
  type ClusterCheck,
  type ClusterDraft,
  type ClusterOutcome,
  failOr,
  skip,
  unknown,
} from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import type { ClusterView } from '../cluster-view.ts'
import { keyOf } from '../object-keys.ts'
import { counted } from '../wording.ts'

export const probedLink: ClusterCheck = {
  id: 'probed-link',
  code: 'F01',
  link: 'wire',
  title: 'the addresses answer on the link',
  needs: ['probes'],
  evaluate: (view): ClusterOutcome => {
    const probes = itemsOf(view.facts.probes).flatMap((probe) => (probe.kind === 'link' ? [probe] : []))
    if (probes.length === 0) return skip('no address was probed')
    const findings: ClusterDraft[] = []
    const open: string[] = []
    for (const { facts, node, vantage } of probes) {
      const users = usersOf(facts, view)
      // Its own request is not delivered back to it.
      if (node !== undefined && users.some(({ owner }) => owner === node)) {
        open.push(`${facts.target.address} was probed from ${node}, which owns it and cannot ask itself`)
        continue
      }
      const verdict = judgeLink(facts)
      if (verdict.status === 'undetermined') open.push(verdict.summary)
      for (const { docs: _docs, vantage: _vantage, ...finding } of verdict.findings)
        findings.push({
          ...finding,
          evidence: [...finding.evidence, `seen from ${vantage}`],
          affects: users.map(({ key }) => key),
        })
    }
    if (findings.length > 0) return failOr(findings, '')
    return open.length > 0 ? unknown(open[0] ?? '') : failOr([], counted(probes.length, 'probe'))
  },
}

const usersOf = (
  { target }: LinkFacts,
  view: ClusterView,
): readonly { readonly key: string; readonly owner: string | undefined }[] =>
  view.servicesWithAddress
    .filter(({ ingress }) => ingress.includes(target.address))
    .map((service) => ({ key: keyOf(service), owner: view.matrixOf(service)?.succession[0]?.node }))
