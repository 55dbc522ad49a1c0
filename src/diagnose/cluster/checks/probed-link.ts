// F01, F11–F27: what the probes on the link say about addresses of Services, as `diagnose arp` and `diagnose ndp` judge them.
import { judgeLink } from '../../link-diagnosis.ts'
import {
  type ClusterCheck,
  type ClusterDraft,
  type ClusterOutcome,
  failOr,
  pass,
  skip,
  unknown,
} from '../cluster-check.ts'
import { hears, isDeaf } from '../heard-answers.ts'
import { draftsOf, probesOf, saidOnce, usersOfAddress } from '../probed-services.ts'
import { counted } from '../wording.ts'

export const probedLink: ClusterCheck = {
  id: 'probed-link',
  code: 'F01',
  link: 'wire',
  title: 'the addresses answer on the link',
  needs: ['probes'],
  evaluate: (view): ClusterOutcome => {
    const probes = probesOf(view, 'link')
    if (probes.length === 0) return skip('no address was probed')
    const findings: ClusterDraft[] = []
    const open: string[] = []
    const ofOwners: string[] = []
    for (const { facts, node, vantage } of probes) {
      const users = usersOfAddress(facts.target.address, view)
      // Its own request is not delivered back to it.
      if (node !== undefined && users.some(({ owner }) => owner === node)) {
        ofOwners.push(`${facts.target.address} was asked for on ${node}, which owns it and cannot ask itself`)
        continue
      }
      // That others hear an answer is said by the check that compares the places.
      if (isDeaf(facts) && probes.some((other) => hears(other.facts, facts.target.address))) continue
      const verdict = judgeLink(facts)
      if (verdict.status === 'undetermined') open.push(verdict.summary)
      findings.push(
        ...draftsOf(
          verdict,
          vantage,
          users.map(({ key }) => key),
        ),
      )
    }
    if (findings.length > 0) return failOr(saidOnce(findings), '')
    if (open.length > 0) return unknown(open[0] ?? '')
    const [ofOwner] = ofOwners
    return ofOwners.length === probes.length ? skip(ofOwner ?? '') : pass(counted(probes.length, 'probe'))
  },
}
