// How the peer, and what was seen of it, is called in sentences.
import { milliseconds } from '../checks/answers.ts'
import type { FindingDraft } from '../finding.ts'
import { icmpMeaning } from '../icmp-meaning.ts'
import type { AttemptFacts, BgpFacts, OwnerFacts, SessionFacts } from './bgp-facts.ts'

/** `192.0.2.1`, `fe80::1%eth0` */
export const addressText = ({ peer: { address, zone } }: Pick<BgpFacts, 'peer'>): string =>
  zone === undefined ? address : address === '::' ? `the router on ${zone}` : `${address}%${zone}`

/** `router-a (192.0.2.1)` where the peer has a name */
export const peerText = (facts: Pick<BgpFacts, 'peer'>): string =>
  facts.peer.name === undefined ? addressText(facts) : `${facts.peer.name} (${addressText(facts)})`

export const portText = (facts: Pick<BgpFacts, 'peer'>): string =>
  `${addressText(facts)} port ${facts.peer.port}`

/** `192.0.2.2`, or words that say what it is */
export const ourText = ({ source }: Pick<BgpFacts, 'source'>): string => source.address ?? 'this host'

export const attemptOf = (facts: BgpFacts, purpose: AttemptFacts['purpose']): AttemptFacts | undefined =>
  facts.attempts.find((attempt) => attempt.purpose === purpose)

/** The attempt that a conversation was had on, or the first one. */
export const mainAttempt = (facts: BgpFacts): AttemptFacts | undefined =>
  facts.conversation === undefined ? facts.attempts[0] : attemptOf(facts, facts.conversation.purpose)

/** `TCP to port 179, signed, TTL 255: connected after 1.2 ms` */
export function attemptEvidence(attempt: AttemptFacts): string {
  const { port, signed, ttl, source, result, code, elapsedMs, icmp } = attempt
  const how = [
    signed ? 'signed' : 'unsigned',
    ttl === undefined ? [] : `TTL ${ttl}`,
    source === undefined ? [] : `from ${source}`,
  ].flat()
  const came = result === 'connected' ? 'connected' : result === 'silent' ? 'no answer' : failedText(attempt)
  const by = icmp === undefined ? '' : `, ${icmpText(icmp)}`
  return `TCP to port ${port}, ${how.join(', ')}: ${came} ${result === 'silent' ? 'within' : 'after'} ${milliseconds(elapsedMs)}${by}${code === undefined || result === 'failed' ? '' : ` (${code})`}`
}

const failedText = ({ code, icmp }: AttemptFacts): string =>
  code === 'ECONNREFUSED' && icmp === undefined ? 'refused by a TCP reset (ECONNREFUSED)' : (code ?? 'failed')

export const icmpText = ({ family, type, code, sender }: NonNullable<AttemptFacts['icmp']>): string =>
  `ICMP${family === 6 ? 'v6' : ''} type ${type} code ${code} (${icmpMeaning({ family, type, code }).words}) from ${sender ?? 'an unknown sender'}`

export const ownerText = (owner: OwnerFacts | undefined): string =>
  owner === undefined
    ? 'a program that this user may not look into'
    : `${owner.program} (process ${owner.pid})`

/** `192.0.2.2:40112, bird (process 4711), 2,314 bytes received, the last 12.3 s ago` */
export function sessionText({ local, localPort, owner, traffic }: SessionFacts): string {
  const flow =
    traffic === undefined
      ? []
      : traffic.receivedBytes === 0
        ? ['nothing received yet']
        : [`${traffic.receivedBytes} bytes received, the last ${milliseconds(traffic.lastReceivedMs)} ago`]
  return [`${local} port ${localPort}`, ownerText(owner), ...flow].join(', ')
}

export const NOT_TRIED_TEXT = {
  session:
    'this host has a session to the peer, which a second connection could disturb (--force tries all the same)',
  source: 'the source address is not one of this host',
  route: 'there is no route',
  router: 'the address of the router is not known',
} as const

export const subjectOf = (facts: BgpFacts): Pick<FindingDraft, 'subject' | 'severity'> => ({
  subject: portText(facts),
  severity: 'error',
})
