// F08, F28, F29, F32, F34: what `diagnose path` says about the rules of this node for the addresses of Services.
import type { ServiceKey } from '../../../speaker/facts/facts.ts'
import { judgePath } from '../../path/path-diagnosis.ts'
import {
  type ClusterCheck,
  type ClusterDraft,
  type ClusterOutcome,
  failOr,
  pass,
  skip,
  unknown,
} from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { grouped } from '../grouped.ts'
import { draftsOf, isAnnouncer, saidOnce, usersOfAddress, walkedPaths } from '../probed-services.ts'
import { listed } from '../wording.ts'

export const probedPath: ClusterCheck = {
  id: 'probed-path',
  code: 'F32',
  link: 'data path',
  title: 'the rules of the node lead to the endpoints',
  needs: [],
  evaluate: (view) => {
    const probes = walkedPaths(view)
    if (probes.length === 0) return nothingRead(view)
    const findings: ClusterDraft[] = []
    const open: string[] = []
    const nothingToJudge: string[] = []
    const said = new Set<string>()
    for (const { facts, node, vantage } of probes) {
      const verdict = judgePath(facts)
      said.add(verdict.summary)
      // Where a network plugin does it in eBPF, or no rules may be read, there is nothing to judge.
      if (facts.mode === undefined && verdict.findings.length === 0) {
        const [why] = verdict.checks.filter(({ result }) => result !== 'pass')
        nothingToJudge.push(why?.text ?? 'there are no rules of kube-proxy here')
        continue
      }
      const users = usersOfAddress(facts.target.address, view)
      const isWanted = users.some(({ service }) => node !== undefined && isAnnouncer(service, node, view))
      const all = draftsOf(
        verdict,
        vantage,
        users.map(({ key }) => key),
      )
      // A node that announces nothing need not have an endpoint of its own.
      findings.push(...all.filter(({ code }) => isWanted || code !== 'F28'))
      if (verdict.status === 'undetermined') open.push(verdict.summary)
    }
    if (findings.length > 0) return failOr(byRule(saidOnce(findings)), '')
    if (nothingToJudge.length === probes.length) return skip(nothingToJudge[0] ?? '')
    const [first] = open
    return first === undefined ? pass(listed([...said])) : unknown(first)
  },
}

/** One rule may stop a thousand addresses: it is one fault. */
const byRule = (findings: readonly ClusterDraft[]): readonly ClusterDraft[] =>
  [...grouped(findings, sameRule).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return []
    if (others.length === 0) return [first]
    const subjects = [...new Set(others.flatMap(({ subject }) => subject ?? []))]
    return [
      {
        ...first,
        evidence: [...first.evidence, `the same for ${listed(subjects)}`],
        affects: [...new Set([first, ...others].flatMap(({ affects }) => affects))] as readonly ServiceKey[],
      },
    ]
  })

/** Of what is no rule's doing, each is for itself. */
const sameRule = ({ code, title, subject, evidence }: ClusterDraft): string =>
  JSON.stringify(
    evidence[0]?.startsWith('the rule: ') === true
      ? [code, evidence[0], evidence.filter((line) => line.startsWith('seen from '))]
      : [code, title, subject],
  )

function nothingRead({ facts: { hosts } }: ClusterView): ClusterOutcome {
  if (hosts.status === 'read') return skip('no Service has an address, or no rules may be read')
  return hosts.wanted ? unknown(`not known: ${hosts.reason}`) : skip('the rules of no node were read')
}
