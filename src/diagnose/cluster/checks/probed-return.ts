// F30, F33: what `diagnose route` says about the way back to a client, seen from this node.
import { judgeRoute } from '../../route/route-diagnosis.ts'
import { type ClusterCheck, failOr, pass, skip, unknown } from '../cluster-check.ts'
import { draftsOf, probesOf, saidOnce, usersOfAddress } from '../probed-services.ts'

export const probedReturn: ClusterCheck = {
  id: 'probed-return',
  code: 'F30',
  link: 'return path',
  title: 'answers go back the way that requests came',
  needs: ['probes'],
  evaluate: (view) => {
    const probes = probesOf(view, 'route')
    if (probes.length === 0) return skip('no client was named (--from)')
    const judged = probes.map(({ facts, vantage }) => ({ facts, vantage, verdict: judgeRoute(facts) }))
    const findings = judged.flatMap(({ facts, vantage, verdict }) =>
      draftsOf(
        verdict,
        vantage,
        usersOfAddress(facts.target.address, view).map(({ key }) => key),
      ),
    )
    if (findings.length > 0) return failOr(saidOnce(findings), '')
    const open = judged.find(({ verdict }) => verdict.status === 'undetermined')
    return open === undefined ? pass(judged[0]?.verdict.summary ?? '') : unknown(open.verdict.summary)
  },
}
