import type { LinkFacts } from '../facts/link-facts.ts'
import { type CheckOutcome, fail, pass, skip } from '../finding.ts'
import type { Check } from '../judge.ts'
import { ownerRounds, ownersOf, ownerText, roundText } from './answers.ts'

/** Many addresses behind one hardware address; a host with a handful of addresses of its own stays below. */
const MANY = 8

export const proxyAnswer: Check<LinkFacts> = {
  id: 'proxy-answer',
  title: 'the answer comes from the owner itself, not from a proxy',
  evaluate: (facts): CheckOutcome => {
    const owners = ownersOf(facts)
    const [owner] = owners
    if (owner === undefined) return skip('nobody answered')
    if (facts.examined.role === 'gateway') return skip('it is the gateway that was asked for')
    const requestOnly = onlyRequestsAnswered(facts)
    const same = facts.sameMac.filter(
      ({ mac, address }) => mac === owner.mac && address !== facts.examined.address,
    )
    const isCalico = owner.mac === 'ee:ee:ee:ee:ee:ee'
    if (!requestOnly && !isCalico && same.length < MANY) return pass('no sign of a proxy')
    const others = same.map(({ address }) => address)
    const { address } = facts.examined
    return fail({
      code: 'F14',
      title: `A proxy answers for ${address}: ${ownerText(owner)}.`,
      severity: 'warning',
      confidence: isCalico ? 'certain' : 'likely',
      subject: address,
      evidence: [
        ...ownerRounds(facts).map(roundText),
        ...(others.length === 0
          ? []
          : [`the same hardware address also has ${others.slice(0, MANY).join(', ')}`]),
      ],
      cause: requestOnly
        ? 'It answers requests of other hosts but not probes from 0.0.0.0, which is how a router with proxy ARP behaves; the address itself is elsewhere, or nowhere.'
        : 'One machine answers for many addresses, as a router with proxy ARP does; the address itself is elsewhere, or nowhere.',
      fix: [
        {
          text: 'Find the interface of that machine that has proxy ARP on, and switch it off where hosts are on the link themselves.',
          command: 'sysctl -a --pattern proxy_arp',
        },
        { text: `Ask on the segment that ${address} really belongs to.` },
      ],
      candidates: ['F11', 'F16'],
    })
  },
}

/** Linux answers a probe from 0.0.0.0 only for addresses that it has (RFC 2131 clients ask that way), a proxied one never. */
function onlyRequestsAnswered(facts: LinkFacts): boolean {
  const rounds = ownerRounds(facts).filter(({ sent, errors }) => sent > errors.length)
  const probes = rounds.filter(({ method }) => method === 'arp-probe')
  const requests = rounds.filter(({ method }) => method === 'arp-request')
  const answered = (list: typeof rounds) =>
    list.some(({ replies }) => replies.some(({ kind }) => kind === 'answer'))
  return probes.length > 0 && !answered(probes) && answered(requests)
}
