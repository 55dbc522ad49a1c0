import { milliseconds } from '../../checks/answers.ts'
import { type CheckOutcome, fail, pass } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { BgpFacts, SessionFacts } from '../bgp-facts.ts'
import { blockingSession } from '../blocking-session.ts'
import { peerText, sessionText, subjectOf } from '../peer-text.ts'
import { routerState } from '../remedies.ts'

/** An OPEN and a KEEPALIVE: less cannot make a session (RFC 4271 §4.1, §4.2). */
const LEAST_BYTES = 29 + 19
/** An answer to our OPEN takes the peer no longer than this. */
const ANSWER_MS = 10_000

export const session: Check<BgpFacts> = {
  id: 'session',
  title: 'what this host has towards the peer already',
  evaluate: (facts): CheckOutcome => {
    const open = facts.sessions.find(({ state }) => state === 'established') ?? blockingSession(facts, true)
    if (open === undefined) return pass('no session, so nothing can be disturbed')
    if (open.state !== 'established')
      return pass(`a session is being made (${open.state}): ${sessionText(open)}`)
    return silentFor(facts, open) ?? unanswered(facts, open) ?? pass(`established from ${sessionText(open)}`)
  },
}

/** The kernel's own account: nothing has come for longer than the hold time allows. */
function silentFor(facts: BgpFacts, open: SessionFacts): CheckOutcome | undefined {
  const { traffic } = open
  const hold = facts.expected.holdTimeSeconds
  if (traffic === undefined || hold === 0 || traffic.receivedBytes === 0) return undefined
  if (traffic.lastReceivedMs <= hold * 1000) return undefined
  return fail({
    ...subjectOf(facts),
    code: 'F41',
    title: `The session to ${peerText(facts)} is dead: nothing has come for ${milliseconds(traffic.lastReceivedMs)}, and the hold time is ${hold} s.`,
    confidence: traffic.retransmits > 0 ? 'certain' : 'likely',
    evidence: [
      `the socket is established from ${sessionText(open)}`,
      `the last byte was sent ${milliseconds(traffic.lastSentMs)} ago${traffic.retransmits > 0 ? `, and has been repeated ${traffic.retransmits} times without an answer` : ''}`,
    ],
    cause:
      "The router is gone, or lost the session, and this side has not noticed: MetalLB's own speaker does not watch the hold time of what it receives, and TCP repeats itself for some 15 minutes. Routes that the router has dropped are believed to be announced.",
    fix: [
      {
        text: 'Restart the speaker on this node; it connects anew.',
        command:
          'kubectl -n metallb-system delete pod -l component=speaker --field-selector spec.nodeName=NODE',
      },
      {
        text: 'For the future, let BFD watch the path, or use a mode of MetalLB that watches the hold time (FRR).',
      },
    ],
    candidates: ['F36', 'F47'],
  })
}

function unanswered(facts: BgpFacts, open: SessionFacts): CheckOutcome | undefined {
  const { traffic } = open
  if (traffic === undefined || traffic.receivedBytes >= LEAST_BYTES || traffic.lastSentMs < ANSWER_MS)
    return undefined
  return fail({
    ...subjectOf(facts),
    code: 'F36',
    title: `${peerText(facts)} has taken the connection of this host and does not speak BGP on it.`,
    confidence: 'likely',
    evidence: [
      `the socket is established from ${sessionText(open)}`,
      `this side last sent something ${milliseconds(traffic.lastSentMs)} ago`,
    ],
    cause:
      'The connection stands without a whole OPEN and KEEPALIVE from the router: its daemon hangs, or something in between has accepted for it.',
    fix: [
      routerState(
        facts,
        'See on the router whether the daemon is alive and what it says about this neighbour.',
      ),
    ],
    candidates: ['F41'],
  })
}
