import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { BgpFacts } from '../bgp-facts.ts'
import { peerText, subjectOf } from '../peer-text.ts'
import { openText, transcriptOf } from '../transcript.ts'

export const gracefulRestart: Check<BgpFacts> = {
  id: 'graceful-restart',
  title: 'graceful restart is wanted by both sides or by none',
  evaluate: (facts): CheckOutcome => {
    const transcript = transcriptOf(facts)
    if (transcript?.peerOpen === undefined) return skip('no OPEN came')
    const offered = transcript.peerOpen.capabilities.find(({ kind }) => kind === 'graceful-restart')
    const wanted = facts.expected.gracefulRestart
    if (!wanted)
      return pass(
        offered === undefined ? 'neither side has it' : 'the peer offers it, this side does not want it',
      )
    if (offered?.kind === 'graceful-restart')
      return pass(`both have it; the peer asks for ${offered.restartSeconds} s`)
    return fail({
      ...subjectOf(facts),
      code: 'F47',
      title: `${peerText(facts)} does not do graceful restart, and the BGPPeer asks for it.`,
      severity: 'warning',
      confidence: 'certain',
      evidence: [openText(transcript), 'the capability for graceful restart (64) is not among those'],
      cause:
        'The session works, but the router drops the routes of a node as soon as its speaker restarts: every rollout of the speakers moves connections to other nodes and breaks some.',
      fix: [
        {
          text: 'Switch the helper on at the router.',
          configuration: [
            `router bgp ${typeof facts.expected.peerAsn === 'number' ? facts.expected.peerAsn : 'ASN'}`,
            ` neighbor ${facts.source.address ?? 'NODE'} graceful-restart-helper`,
          ],
        },
        {
          text: 'Or leave enableGracefulRestart out of the BGPPeer; the field cannot be changed later, so the peer has to be made anew.',
        },
      ],
      candidates: [],
    })
  },
}
