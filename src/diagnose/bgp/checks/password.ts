import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { AttemptFacts, BgpFacts } from '../bgp-facts.ts'
import { attemptEvidence, attemptOf, NOT_TRIED_TEXT, ourText, peerText, subjectOf } from '../peer-text.ts'
import { bgpPeerFix, routerFix } from '../remedies.ts'

export const password: Check<BgpFacts> = {
  id: 'password',
  title: 'both sides agree on the password',
  evaluate: (facts): CheckOutcome => {
    if (facts.notTried !== undefined) return skip(NOT_TRIED_TEXT[facts.notTried])
    const unsigned = attemptOf(facts, 'unsigned')
    const signed = facts.attempts.filter((attempt) => attempt.signed)
    const withSignature = signed.some(({ result }) => result === 'connected')
    if (unsigned?.result !== 'connected')
      return withSignature
        ? pass('signed connections are answered, unsigned ones are not')
        : skip('no unsigned connection was made')
    switch (facts.expected.password) {
      case 'none':
        return pass('there is none on either side')
      case 'given':
        return withSignature
          ? pass('signed connections are answered; unsigned ones, too')
          : routerHasNone(facts, unsigned, signed)
      case 'not known here':
        return routerHasNone(facts, unsigned, signed)
    }
  },
}

function routerHasNone(
  facts: BgpFacts,
  unsigned: AttemptFacts,
  signed: readonly AttemptFacts[],
): CheckOutcome {
  const dropped = signed.reduce((sum, { drops }) => sum + (drops?.md5NotFound ?? 0), 0)
  return fail({
    ...subjectOf(facts),
    code: 'F38',
    title: `${peerText(facts)} has no password for ${ourText(facts)}, and this side has one.`,
    confidence: 'certain',
    evidence: [
      attemptEvidence(unsigned),
      ...signed.map(attemptEvidence),
      ...(dropped === 0
        ? []
        : [
            `this kernel dropped ${dropped} unsigned ${dropped === 1 ? 'answer' : 'answers'} meanwhile (TCPMD5NotFound)`,
          ]),
    ],
    cause:
      'The router answers an unsigned connection, which it would not if it had a TCP MD5 password for this neighbour. The speaker signs all that it sends (RFC 2385): one of the two kernels drops every segment of the other.',
    fix: [
      routerFix(facts, 'Set the password on the router,', { password: true }),
      bgpPeerFix(facts, 'or remove it from the BGPPeer.', { password: false }),
    ],
    candidates: [],
  })
}
