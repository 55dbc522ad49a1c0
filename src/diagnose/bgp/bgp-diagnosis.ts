// `diagnose bgp`: which checks there are, in which order they are told, and the summary.
import { type Check, judge, type Verdict } from '../judge.ts'
import type { BgpFacts } from './bgp-facts.ts'
import { asNumber } from './checks/as-number.ts'
import { families } from './checks/families.ts'
import { firstMessage } from './checks/first-message.ts'
import { gracefulRestart } from './checks/graceful-restart.ts'
import { handshake } from './checks/handshake.ts'
import { holdTime } from './checks/hold-time.ts'
import { hops } from './checks/hops.ts'
import { notification } from './checks/notification.ts'
import { password } from './checks/password.ts'
import { port } from './checks/port.ts'
import { routerId } from './checks/router-id.ts'
import { routes } from './checks/routes.ts'
import { session } from './checks/session.ts'
import { silence } from './checks/silence.ts'
import { source } from './checks/source.ts'
import { unnumbered } from './checks/unnumbered.ts'
import { way, wayMtu, wayNextHop } from './checks/way.ts'
import { ownerText, peerText, sessionText } from './peer-text.ts'
import { openInShort, transcriptOf } from './transcript.ts'

export const BGP_CHECKS: readonly Check<BgpFacts>[] = [
  unnumbered,
  way,
  wayNextHop,
  wayMtu,
  source,
  session,
  port,
  silence,
  password,
  hops,
  firstMessage,
  asNumber,
  routerId,
  holdTime,
  families,
  gracefulRestart,
  notification,
  handshake,
  routes,
]

export const judgeBgp = (facts: BgpFacts): Verdict =>
  judge(facts, {
    checks: BGP_CHECKS,
    vantage: vantageOf,
    notTested: notTestedOf,
    healthySummary: summaryOf,
  })

function vantageOf({ host, source, way, listeners }: BgpFacts): string {
  const netns = host.netns === undefined ? '' : `, network namespace ${host.netns}`
  const on = way?.interface === undefined ? '' : `, ${way.interface.name}`
  const as = source.address === undefined ? '' : `${on === '' ? ',' : ''} as ${source.address}`
  const also = listeners.map(({ owner, port }) => `; ${ownerText(owner)} listens on port ${port} here`)
  return `host ${host.name}${netns}${on}${as}${[...new Set(also)].join('')}`
}

function notTestedOf(facts: BgpFacts): string[] {
  const { expected, conversation, kernelTables, notTried } = facts
  const heard = conversation?.messages.some(({ from }) => from === 'peer') === true
  return [
    kernelTables
      ? []
      : ['the route, the next hop, who refuses, TTL and password: that takes the optional package koffi'],
    notTried === 'session'
      ? [
          'a new connection and a handshake: nothing is sent beside a session that is there, which could end by it. --force does it all the same',
        ]
      : [],
    heard && conversation?.handshake === false
      ? [
          'whether the peer accepts what this side says of itself (AS number, router ID, families): --handshake tells',
        ]
      : [],
    expected.myAsn === undefined ? ['the AS number of this side: --my-asn'] : [],
    expected.peerAsn === undefined ? ['the AS number of the peer: --peer-asn'] : [],
    expected.bfdProfile === undefined
      ? []
      : [`BFD (profile ${expected.bfdProfile}): the session may need it to stay up`],
    facts.attempts.length === 0
      ? []
      : ['whether this address has a session from another network namespace: that cannot be seen from here'],
  ].flat()
}

function summaryOf(facts: BgpFacts): string {
  const live = facts.sessions.find(({ state }) => state === 'established')
  if (facts.notTried === 'session' && live !== undefined)
    return `This host has a session to ${peerText(facts)}: ${sessionText(live)}.`
  const transcript = transcriptOf(facts)
  const open = transcript?.peerOpen
  if (open === undefined) return `Nothing is wrong with the way to ${peerText(facts)}.`
  return transcript?.established === true
    ? `A session with ${peerText(facts)} comes up: ${openInShort(open)}.`
    : `${peerText(facts)} speaks BGP: ${openInShort(open)}.`
}
