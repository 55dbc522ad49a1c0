import { type CheckOutcome, type FindingDraft, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { BgpFacts } from '../bgp-facts.ts'
import { hasConnected, isUnresolved, proofOfLife } from '../connected.ts'
import {
  attemptEvidence,
  attemptOf,
  NOT_TRIED_TEXT,
  ourText,
  peerText,
  portText,
  subjectOf,
} from '../peer-text.ts'
import { bgpPeerFix, routerFix } from '../remedies.ts'

/** A filter, a password and a wish for nearness look the same from afar: no answer. What else answers tells them apart. */
export const silence: Check<BgpFacts> = {
  id: 'silence',
  title: 'the port answers at all',
  evaluate: (facts): CheckOutcome => {
    if (facts.notTried !== undefined) return skip(NOT_TRIED_TEXT[facts.notTried])
    const [attempt] = facts.attempts
    if (attempt === undefined) return skip('nothing was sent')
    if (attempt.result !== 'silent' || hasConnected(facts) !== undefined) return pass('something comes back')
    if (isUnresolved(facts)) return skip('no answer, because the next hop does not answer either')
    const { password } = facts.expected
    if (password !== 'none') return passwordOrFilter(facts)
    if (attemptOf(facts, 'other-source')?.result === 'connected') return onlyForUs(facts)
    return proofOfLife(facts) === undefined ? nothingAtAll(facts) : filtered(facts)
  },
}

const evidenceOf = (facts: BgpFacts): string[] => {
  const life = proofOfLife(facts)
  const telling = facts.attempts.filter(
    ({ purpose, result }) => purpose !== 'other-port' || result !== 'silent',
  )
  return [...telling.map(attemptEvidence), ...(life === undefined ? [] : [`the host is up: ${life}`])]
}

const common = (facts: BgpFacts) =>
  ({ ...subjectOf(facts), evidence: evidenceOf(facts) }) satisfies Partial<FindingDraft>

const openFix = (facts: BgpFacts) => ({
  text: 'Let the nodes through in every filter on the way, the one of the router itself first.',
  command: `nft insert rule inet filter input ip${facts.peer.family === 6 ? '6' : ''} saddr ${ourText(facts)} tcp dport ${facts.peer.port} accept`,
})

function filtered(facts: BgpFacts): CheckOutcome {
  const { port } = facts.peer
  return fail({
    ...common(facts),
    code: 'F34',
    title: `${peerText(facts)} is up, and packets to port ${port} vanish: a filter drops them, or the router has a password for this neighbour.`,
    confidence: 'likely',
    cause: `A firewall or access list drops TCP to port ${port} without a word. A router that has a TCP MD5 password for ${ourText(facts)} drops unsigned connections in just the same way, and none is configured here. GTSM was tried with a TTL of 255 and is not the reason.`,
    fix: [
      openFix(facts),
      bgpPeerFix(facts, 'If the router has a password for this neighbour, give it to the nodes, too,', {
        password: true,
      }),
      routerFix(facts, 'or remove it from the router.', { password: false }),
    ],
    candidates: ['F38', 'F36'],
  })
}

const onlyForUs = (facts: BgpFacts): CheckOutcome =>
  fail({
    ...common(facts),
    code: 'F38',
    title: `${portText(facts)} answers other addresses of this host and not ${ourText(facts)}: the router has a password for this neighbour, and none is configured here.`,
    confidence: 'likely',
    cause:
      'No filter closes the port as such. With a TCP MD5 password (RFC 2385) the kernel of the router drops every segment of this neighbour that is not signed, before BGP hears of it; an access list for single addresses does the same, and is rarer.',
    fix: [
      bgpPeerFix(facts, 'Give the password to the nodes,', { password: true }),
      routerFix(facts, 'or remove it from the router.', { password: false }),
    ],
    candidates: ['F34'],
  })

function passwordOrFilter(facts: BgpFacts): CheckOutcome {
  const { password, passwordFlaws } = facts.expected
  const others = attemptOf(facts, 'other-source')?.result === 'connected'
  const known = password === 'given'
  return fail({
    ...common(facts),
    code: 'F38',
    title: known
      ? `${portText(facts)} answers neither with the password nor without: the router has another password, or a filter drops the packets.`
      : `${portText(facts)} does not answer without the password, which is not known here.`,
    confidence: others || passwordFlaws.length > 0 ? 'likely' : 'possible',
    evidence: [
      ...evidenceOf(facts),
      ...passwordFlaws.map((flaw) => `the password of this side looks wrong: ${flaw}`),
      ...(others
        ? ['other addresses of this host are answered, so that no filter closes the port as such']
        : []),
    ],
    cause:
      'With a TCP MD5 password (RFC 2385) a kernel drops what is signed with another one, or not at all, without an answer. NAT on the way has the same effect, because the addresses are signed, too. A filter cannot be told from it where no other address of this host can be tried.',
    fix: [
      known
        ? {
            text: 'Compare both passwords byte by byte; a line break at the end of the Secret counts.',
            command:
              "kubectl -n metallb-system get secret NAME -o jsonpath='{.data.password}' | base64 -d | od -c | tail -3",
          }
        : {
            text: 'Try with the password.',
            command: `lbctl diagnose bgp ${facts.peer.address} --password-file FILE`,
          },
      routerFix(facts, 'Set it anew on the router.', { password: true }),
      openFix(facts),
    ],
    candidates: ['F34', 'F39'],
  })
}

const nothingAtAll = (facts: BgpFacts): CheckOutcome =>
  fail({
    ...common(facts),
    code: 'F36',
    title: `Nothing comes back from ${peerText(facts)} at all.`,
    confidence: 'possible',
    cause:
      'The machine is down or has another address, a filter swallows everything, or its answers take a way that ends elsewhere. What this host itself has to do with it is in order: it has a route, and its next hop answers.',
    fix: [
      {
        text: 'See where packets end.',
        command: `traceroute -T -p ${facts.peer.port} ${facts.peer.address}`,
      },
      {
        text: 'See whether the router has a way back to this host.',
        command: `ip route get ${ourText(facts)}`,
      },
    ],
    candidates: ['F34', 'F14', 'F38'],
  })
