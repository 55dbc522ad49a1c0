// `diagnose arp` and `diagnose ndp`: which checks there are, and in which order they are told.
import { announcedInterface } from './checks/announced-interface.ts'
import { answered } from './checks/answered.ts'
import { interfacesText, ownersOf, ownerText, protocolOf } from './checks/answers.ts'
import { enslavedInterface } from './checks/enslaved-interface.ts'
import { interfaceReady } from './checks/interface-ready.ts'
import { knownOwner } from './checks/known-owner.ts'
import { layer2 } from './checks/layer-2.ts'
import { neighbourEntry } from './checks/neighbour-entry.ts'
import { onLink } from './checks/on-link.ts'
import { oneOwner } from './checks/one-owner.ts'
import { ownAddress } from './checks/own-address.ts'
import { ownDuplicates } from './checks/own-duplicates.ts'
import { port } from './checks/port.ts'
import { proxyAnswer } from './checks/proxy-answer.ts'
import { route } from './checks/route.ts'
import { solicitationPaths } from './checks/solicitation-paths.ts'
import { steadyOwner } from './checks/steady-owner.ts'
import { wireless } from './checks/wireless.ts'
import type { LinkFacts } from './facts/link-facts.ts'
import { type Check, judge, type Verdict } from './judge.ts'

export const LINK_CHECKS: readonly Check<LinkFacts>[] = [
  route,
  onLink,
  ownAddress,
  layer2,
  interfaceReady,
  enslavedInterface,
  announcedInterface,
  wireless,
  ownDuplicates,
  answered,
  solicitationPaths,
  proxyAnswer,
  oneOwner,
  steadyOwner,
  knownOwner,
  neighbourEntry,
  port,
]

export const judgeLink = (facts: LinkFacts): Verdict =>
  judge(facts, {
    checks: LINK_CHECKS,
    vantage: vantageOf,
    notTested: notTestedOf,
    healthySummary: summaryOf,
  })

/** `host client-1, eth0 as 192.0.2.1 (52:54:00:00:00:01)` */
export function vantageOf(facts: LinkFacts): string {
  const { host, interfaces, route, target } = facts
  const netns = host.netns === undefined ? '' : `, network namespace ${host.netns}`
  const places = interfaces.map(({ name, mac, addresses }) => {
    const sameFamily = addresses.filter(({ address }) => address.includes(':') === (target.family === 6))
    const as = (name === route.interface ? route.source : undefined) ?? sameFamily[0]?.address
    return `${name}${as === undefined ? '' : ` as ${as}`}${mac === undefined ? '' : ` (${mac})`}`
  })
  return [`host ${host.name}${netns}`, ...places].join(', ')
}

function notTestedOf(facts: LinkFacts): string[] {
  const answeredBy = ownersOf(facts).length
  return [
    facts.rawFrames
      ? []
      : [
          'whether a second host answers, how fast, and by which frames: that takes CAP_NET_RAW (sudo, or setcap on node)',
        ],
    answeredBy > 0 && facts.nodes === undefined
      ? ['whether the owner is a node of the cluster: --nodes FILE tells']
      : [],
    facts.reach === undefined ? ['whether the service behind the address answers: --port PORT tells'] : [],
  ].flat()
}

function summaryOf(facts: LinkFacts): string {
  const owners = ownersOf(facts)
  const [owner] = owners
  const { address } = facts.target
  if (owner === undefined) return `Nothing is wrong with ${address} at the link layer.`
  if (facts.examined.role === 'gateway')
    return `${address} answers, through the gateway ${facts.examined.address} (${ownerText(owner)}).`
  const how = facts.rawFrames ? `to ${protocolOf(facts)}` : 'the kernel'
  return `${address} answers ${how} on ${interfacesText(facts)}: ${ownerText(owner)}${rttText(facts)}.`
}

function rttText(facts: LinkFacts): string {
  const rtts = facts.rounds
    .filter(({ purpose }) => purpose === 'owner')
    .flatMap(({ replies }) => replies.flatMap(({ rttMicroseconds }) => rttMicroseconds ?? []))
    .sort((a, b) => a - b)
  const median = rtts[Math.floor(rtts.length / 2)]
  return median === undefined ? '' : `, in ${(median / 1000).toFixed(3)} ms`
}
