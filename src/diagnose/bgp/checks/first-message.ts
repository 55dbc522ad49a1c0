import { milliseconds } from '../../checks/answers.ts'
import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { BgpFacts } from '../bgp-facts.ts'
import { isInternal } from '../expected-asn.ts'
import { attemptOf, ourText, ownerText, peerText, portText, subjectOf } from '../peer-text.ts'
import { handshakeFix, newNeighbourFix, routerListeners, routerState } from '../remedies.ts'
import { openText, type Transcript, transcriptOf } from '../transcript.ts'

export const firstMessage: Check<BgpFacts> = {
  id: 'first-message',
  title: 'the peer begins with an OPEN, as BGP does',
  evaluate: (facts): CheckOutcome => {
    const transcript = transcriptOf(facts)
    if (transcript === undefined) return skip('nothing was listened to')
    const { first, conversation } = transcript
    if (first === 'open') return pass(openText(transcript))
    if (first === 'notification') return skip('it began with a NOTIFICATION: see there')
    if (first === 'malformed' || (first === undefined && conversation.strayBytes !== undefined))
      return notBgp(facts, transcript)
    if (first !== undefined) return midSession(facts, first)
    // Where the peer's kernel does not take what we send, silence has that reason.
    if (attemptOf(facts, conversation.purpose)?.acknowledged === false) return skip('see the TTL')
    if (conversation.end.how === 'we') return mute(facts, transcript)
    return closes(facts, transcript)
  },
}

const listenersText = ({ listeners }: BgpFacts): string[] =>
  listeners.map(
    ({ address, port, owner }) => `on this host, ${ownerText(owner)} listens on ${address} port ${port}`,
  )

function closes(facts: BgpFacts, { conversation }: Transcript): CheckOutcome {
  const { end } = conversation
  const far = facts.way?.nextHop?.role === 'gateway' && isInternal(facts.expected) !== true
  return fail({
    ...subjectOf(facts),
    code: 'F36',
    title: `${peerText(facts)} accepts the connection and closes it without a word: it does not know ${ourText(facts)} as a neighbour, or pauses after a failed attempt.`,
    confidence: 'likely',
    evidence: [
      `connected, then ${end.how === 'peer reset' ? 'reset' : 'closed'} by the peer after ${milliseconds(end.atMs)}, without a byte, twice`,
      ...listenersText(facts),
    ],
    cause: `A BGP daemon listens, looks who is calling, and hangs up. Mostly it knows no neighbour ${ourText(facts)}: the neighbour has another address there, NAT changes ours on the way, a "listen range" does not hold it, or the neighbour is in another VRF. But some daemons also hang up on a neighbour that they know, for some seconds (GoBGP) or minutes (BIRD) after an attempt of the speaker that failed. MetalLB logs this as "read OPEN: EOF".${far ? ' Or it knows the neighbour and refuses it because it is not on a link of the router (ebgp-multihop).' : ''}${facts.peer.zone === undefined ? '' : ' An unnumbered neighbour is known to the router only once it has got router advertisements of this host, which the speaker sends while it runs (RFC 4861).'}`,
    fix: [
      newNeighbourFix(facts, `Configure ${ourText(facts)} as a neighbour on the router.`),
      {
        text: 'See as whom the router sees this host; its log names the address that it refuses.',
        command: `tcpdump -ni any "tcp port ${facts.peer.port}"`,
      },
      ...(facts.listeners.length === 0
        ? []
        : [
            {
              text: 'If a CNI on this host peers with the same router, its session is the only one that there can be: let it announce the addresses.',
            },
          ]),
    ],
    candidates: far ? ['F39', 'F40', 'F37'] : ['F40', 'F37'],
  })
}

function mute(facts: BgpFacts, { conversation }: Transcript): CheckOutcome {
  const { handshake, end } = conversation
  return fail({
    ...subjectOf(facts),
    code: 'F36',
    title: `${peerText(facts)} accepts the connection and says nothing${handshake ? ', not even to our OPEN' : ''}.`,
    confidence: handshake ? 'likely' : 'possible',
    evidence: [`connected, and not a byte came within ${milliseconds(end.atMs)}`],
    cause: `A speaker of BGP sends its OPEN as soon as a neighbour connects (RFC 4271 §8.2.2). ${
      handshake
        ? 'This one does not even answer one: the daemon hangs (the kernel still accepts for it), or a proxy or load balancer has accepted in its place.'
        : 'This one waits for us to begin, which some passive neighbours do, or its daemon hangs (the kernel still accepts for it), or a proxy has accepted in its place.'
    }`,
    fix: [
      ...(handshake ? [] : [handshakeFix(facts, 'See whether it answers an OPEN.')]),
      routerState(
        facts,
        'See on the router whether its BGP daemon is alive, and what it says about this neighbour.',
      ),
    ],
    candidates: ['F41', 'F40'],
  })
}

function midSession(facts: BgpFacts, first: string): CheckOutcome {
  return fail({
    ...subjectOf(facts),
    code: 'F40',
    title: `${peerText(facts)} begins with ${first.toUpperCase()} instead of OPEN: it is in the middle of a session with somebody else on this node.`,
    confidence: 'certain',
    evidence: [`the first message of the peer is ${first.toUpperCase()}`, ...listenersText(facts)],
    cause:
      'The router has one session for each pair of addresses, and another speaker of this node has it: that of the CNI (Calico, Cilium, kube-router) or kube-vip. MetalLB logs this as "message type is not OPEN, got 4, want 1".',
    fix: [
      {
        text: 'See which speaker it is.',
        command: `ss -tnp "dport = :${facts.peer.port} or sport = :${facts.peer.port}"`,
      },
      {
        text: 'With Calico, let Calico announce the addresses, and remove the BGPPeers and BGPAdvertisements of MetalLB (its controller still hands out addresses).',
        configuration: [
          'apiVersion: projectcalico.org/v3',
          'kind: BGPConfiguration',
          'metadata:',
          '  name: default',
          'spec:',
          '  serviceLoadBalancerIPs:',
          '    - cidr: RANGE-OF-THE-POOL',
        ],
      },
      { text: 'Or let MetalLB peer with another router, or from another address or VRF of the nodes.' },
    ],
    candidates: [],
  })
}

function notBgp(facts: BgpFacts, { conversation, malformed }: Transcript): CheckOutcome {
  const { strayBytes } = conversation
  const said =
    malformed === undefined ? readable(strayBytes ?? '') : `a message that cannot be read: ${malformed}`
  return fail({
    ...subjectOf(facts),
    code: 'F36',
    title: `What answers on ${portText(facts)} does not speak BGP as it should.`,
    confidence: 'likely',
    evidence: [`it sent ${said}`],
    cause:
      'Another program has the port, a proxy is in between, or the daemon breaks the protocol. A speaker closes such a connection with a NOTIFICATION (RFC 4271 §6.1).',
    fix: [
      routerListeners(facts, 'See on the router which program has the port.'),
      { text: 'Capture what it sends, for its authors.', command: `lbctl capture --bgp -i any` },
    ],
    candidates: ['F40', 'F43'],
  })
}

/** What is text in it, else hexadecimal. */
function readable(hex: string): string {
  const codes = (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
  const isText =
    codes.length > 0 && codes.every((code) => (code >= 32 && code < 127) || code === 10 || code === 13)
  return isText
    ? JSON.stringify(String.fromCharCode(...codes).trim())
    : `${codes.length} bytes that begin with ${hex.slice(0, 32)}`
}
