import { milliseconds } from '../../checks/answers.ts'
import { type CheckOutcome, type FindingDraft, fail, pass, skip, unknown } from '../../finding.ts'
import { icmpMeaning } from '../../icmp-meaning.ts'
import type { Check } from '../../judge.ts'
import type { AttemptFacts, BgpFacts } from '../bgp-facts.ts'
import { hasConnected } from '../connected.ts'
import { addressText, attemptEvidence, NOT_TRIED_TEXT, peerText, portText, subjectOf } from '../peer-text.ts'
import { LAYER_2_FIX, newNeighbourFix, routerListeners } from '../remedies.ts'

export const port: Check<BgpFacts> = {
  id: 'port',
  title: 'the port of the peer can be reached',
  evaluate: (facts): CheckOutcome => {
    if (facts.notTried !== undefined) return skip(NOT_TRIED_TEXT[facts.notTried])
    const connected = hasConnected(facts)
    if (connected !== undefined)
      return pass(`${portText(facts)}, connected in ${milliseconds(connected.elapsedMs)}`)
    const [attempt] = facts.attempts
    if (attempt === undefined) return unknown(`Nothing was sent to ${portText(facts)}.`)
    if (attempt.result === 'silent') return skip('no answer: see below')
    if (attempt.icmp !== undefined && !attempt.icmp.fromOurselves) return byIcmp(facts, attempt, attempt.icmp)
    return byErrno(facts, attempt)
  },
}

const common = (facts: BgpFacts, attempt: AttemptFacts) =>
  ({ ...subjectOf(facts), evidence: [attemptEvidence(attempt)] }) satisfies Partial<FindingDraft>

function byIcmp(
  facts: BgpFacts,
  attempt: AttemptFacts,
  icmp: NonNullable<AttemptFacts['icmp']>,
): CheckOutcome {
  const { kind, words } = icmpMeaning(icmp)
  const sender = icmp.sender ?? 'an unknown sender'
  // A closed TCP port is refused by a reset (RFC 9293 §3.10.7.1); ICMP is how a rule says no, port unreachable by default.
  if (kind === 'prohibited' || kind === 'port') return rejected(facts, attempt, sender, words)
  if (kind === 'host' || kind === 'net')
    return fail({
      ...common(facts, attempt),
      code: 'F14',
      title: `${sender} cannot deliver to ${addressText(facts)}: ${words}.`,
      confidence: 'likely',
      cause:
        kind === 'host'
          ? `${sender} is on the way, asked for the address on its segment, and got no answer.`
          : `${sender} is on the way, and has no route for the address.`,
      fix: [{ text: `Look at the routes and the neighbour table of ${sender}.` }],
      candidates: ['F01', 'F34'],
    })
  return unknown(`${portText(facts)} could not be reached: ${attemptEvidence(attempt)}.`)
}

function rejected(facts: BgpFacts, attempt: AttemptFacts, sender: string, words: string): CheckOutcome {
  const { port: number } = facts.peer
  const itself = sender === facts.peer.address
  return fail({
    ...common(facts, attempt),
    code: 'F34',
    title: `A firewall ${itself ? `on ${sender} itself` : `at ${sender}`} rejects connections to ${portText(facts)}: ${words}.`,
    confidence: 'certain',
    cause: `${sender} got the packet and refused it by a rule. Whether BGP runs behind it cannot be seen from here.`,
    fix: [
      {
        text: `On ${sender}, let the nodes in, for example with nftables before the rule that rejects,`,
        command: `nft insert rule inet filter input ip${facts.peer.family === 6 ? '6' : ''} saddr ${facts.source.address ?? 'NODE'} tcp dport ${number} accept`,
      },
      {
        text: 'or with firewalld.',
        command: `firewall-cmd --permanent --add-port=${number}/tcp && firewall-cmd --reload`,
      },
    ],
    candidates: itself ? [] : ['F36'],
  })
}

function byErrno(facts: BgpFacts, attempt: AttemptFacts): CheckOutcome {
  const { code, icmp } = attempt
  if (code === 'ECONNREFUSED' && icmp === undefined) return refused(facts, attempt)
  if (icmp !== undefined && ['prohibited', 'port'].includes(icmpMeaning(icmp).kind))
    return ownFirewall(facts, attempt)
  if (code === 'EPERM' || code === 'EACCES') return ownFirewall(facts, attempt)
  if (code === 'EHOSTUNREACH') return skip('"No route to host": see the next hop')
  if (code === 'ENETUNREACH') return skip('"Network is unreachable": see the route')
  return unknown(`${portText(facts)} could not be reached: ${code ?? 'an error'}, and nothing says why.`)
}

/** The story of most beginners: the router is there, and has no BGP on this side. */
function refused(facts: BgpFacts, attempt: AttemptFacts): CheckOutcome {
  const { peer } = facts
  return fail({
    ...common(facts, attempt),
    code: 'F36',
    title: `${peerText(facts)} is up and has no BGP on this side: nothing listens on port ${peer.port}.`,
    confidence: 'likely',
    evidence: [
      attemptEvidence(attempt),
      facts.way?.nextHop === undefined && facts.way?.route.type === 'local'
        ? `${addressText(facts)} is an address of this host itself: is it that of the router?`
        : `the reset came from the machine itself: route, ${peer.family === 4 ? 'ARP' : 'neighbour discovery'} and the way back are in order`,
    ],
    cause:
      'No BGP daemon runs there, it does not listen on this address, interface or VRF, it has another port, or an access list answers with a reset. MetalLB logs this as "connection refused" and tries again, for ever.',
    fix: [
      newNeighbourFix(
        facts,
        'If the router can do BGP, configure this host as a neighbour there (--vendor for other routers than FRR and its relatives: UniFi, OPNsense, OpenWrt with FRR):',
      ),
      routerListeners(facts, 'See on the router what listens.'),
      LAYER_2_FIX,
    ],
    candidates: ['F34'],
  })
}

const ownFirewall = (facts: BgpFacts, attempt: AttemptFacts): CheckOutcome =>
  fail({
    ...common(facts, attempt),
    code: 'F34',
    title: `The firewall of this host does not let packets to ${portText(facts)} out.`,
    confidence: 'likely',
    evidence: [attemptEvidence(attempt), 'the error was made on this host: nothing came over the wire'],
    cause:
      'A rule in the output chain rejects or drops them, or a policy of this machine forbids the program to send.',
    fix: [{ text: 'Find the rule.', command: 'nft list ruleset | grep -n -e reject -e drop' }],
  })
