// What `diagnose bgp` would send, without sending it.
import { parseIp } from '../../net/ip.ts'
import { describeBgpStream } from '../../wire/describe/describe-bgp.ts'
import type { ExplainedPlan, PlannedFrame } from '../collect/explain-plan.ts'
import { wayText } from '../route/checks/way.ts'
import { blockingSession } from './blocking-session.ts'
import type { PreparedBgp } from './collect-bgp.ts'
import { farewell, keepalive } from './exchange.ts'
import { openOf } from './own-open.ts'
import { addressText, NOT_TRIED_TEXT, portText, sessionText } from './peer-text.ts'

export function explainBgpPlan({ facts, question }: PreparedBgp): ExplainedPlan {
  const { notTried, way, expected } = facts
  const known = [
    way === undefined ? [] : [`route: ${wayText(way.route)}`],
    facts.sessions.map((session) => `session: ${session.state} from ${sessionText(session)}`),
  ].flat()
  if (notTried !== undefined)
    return {
      address: addressText(facts),
      steps: [...known, `nothing would be sent: ${NOT_TRIED_TEXT[notTried]}`],
      frames: [],
    }
  const to = portText(facts)
  const from = facts.source.address === undefined ? '' : ` from ${facts.source.address}`
  const signed = question.password !== undefined
  const steps = [
    ...known,
    blockingSession(facts, true) === undefined
      ? []
      : ['this host is making a session itself; that is waited for by nobody'],
    `1: TCP connection to ${to}${from}, unsigned${expected.ttl === undefined ? '' : `, TTL ${expected.ttl}`}${signed ? ', closed without a byte' : ''}`,
    signed ? [`2: the same, signed with the password (TCP MD5)`] : [],
    `${signed ? 3 : 2}: on that connection, listen for up to ${question.timeoutMs / 1000} s${question.handshake ? '' : ' without sending a byte, and close it'}`,
    way?.nextHop?.role === 'gateway'
      ? ['once with TTL 1, where the session is eBGP without multihop, closed without a byte']
      : [],
    'only if nothing answers: once with TTL 255, to ports 22, 80 and 1 of the same host, and from another address of this host, each closed without a byte',
  ].flat()
  return {
    address: addressText(facts),
    steps,
    frames: question.handshake ? messages(question, facts) : [],
    none: 'No BGP message would be sent.',
  }
}

function messages(question: PreparedBgp['question'], { expected }: PreparedBgp['facts']): PlannedFrame[] {
  const routerId = expected.routerId === undefined ? undefined : parseIp(expected.routerId)
  if (expected.myAsn === undefined || routerId === undefined) return []
  const open = openOf({
    asn: expected.myAsn,
    holdTimeSeconds: expected.holdTimeSeconds,
    routerId,
    families: question.offer,
  })
  return [
    planned('once, when the peer has sent its OPEN or after one second', open),
    planned(
      'once the peer has sent an OPEN that can be accepted, and then every third of the hold time',
      keepalive(),
    ),
    planned('once, as the last message', farewell()),
  ]
}

const planned = (when: string, bytes: Uint8Array): PlannedFrame => ({
  when,
  text: describeBgpStream(bytes),
  bytes: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
})
