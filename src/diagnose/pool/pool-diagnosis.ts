// `diagnose pool`: from the facts of a scan to the verdict.
import { type Check, judge, type Verdict } from '../judge.ts'
import { counted } from './address-list.ts'
import { answered } from './checks/answers.ts'
import type { JudgedPool } from './checks/by-state.ts'
import { freeIsFree } from './checks/free-addresses.ts'
import { handedOutOnce } from './checks/handed-out-once.ts'
import { leftBehind } from './checks/left-behind.ts'
import { members } from './checks/members.ts'
import { oneCard } from './checks/one-card.ts'
import { severalMachines } from './checks/one-owner.ts'
import { splitBrain } from './checks/one-speaker.ts'
import { rightOwner } from './checks/right-owner.ts'
import { strictArp } from './checks/strict-arp.ts'
import { tested } from './checks/tested.ts'
import { unanswered } from './checks/used-addresses.ts'
import { type ClassifiedAddress, classify } from './classify.ts'
import type { PoolFacts } from './pool-facts.ts'

const POOL_CHECKS: readonly Check<JudgedPool>[] = [
  tested,
  freeIsFree,
  answered,
  leftBehind,
  rightOwner,
  severalMachines,
  splitBrain,
  strictArp,
  oneCard,
  members('gateways-and-ends', 'the range holds no gateway and no end of a subnet', 'special'),
  members('node-addresses', 'the range holds no address of a node', 'node-address'),
  members('own-addresses', 'the range holds no address of this host', 'own-address'),
  handedOutOnce,
  unanswered,
]

export interface PoolVerdict {
  readonly verdict: Verdict
  readonly addresses: readonly ClassifiedAddress[]
}

export function judgePool(facts: PoolFacts): PoolVerdict {
  const judged: JudgedPool = { facts, addresses: classify(facts) }
  const verdict = judge(judged, {
    checks: POOL_CHECKS,
    vantage: () => vantageOf(facts),
    notTested: () => notTestedOf(facts),
    healthySummary: summaryOf,
  })
  return { verdict, addresses: judged.addresses }
}

/** `host client-1, eth0 (52:54:00:00:00:01)` */
function vantageOf({ host, interfaces }: PoolFacts): string {
  const netns = host.netns === undefined ? '' : `, network namespace ${host.netns}`
  return [`host ${host.name}${netns}`, ...interfaces.map(({ name, mac }) => `${name} (${mac})`)].join(', ')
}

function notTestedOf({ notTested, tooLarge, uses, nodes, own, onNode, claims }: PoolFacts): string[] {
  return [
    ...notTested.map(({ ranges, text }) => `${ranges.join(', ')}: ${text}`),
    ...tooLarge.map((range) => `${range}: too many addresses to ask for each; only those of Services were`),
    ...(own.length === 0
      ? []
      : [
          `whether another host answers for addresses of this one: ${own.map(({ address }) => address).join(', ')}`,
        ]),
    ...(onNode === undefined
      ? []
      : [`what this host announces itself: it is the node ${onNode}, and cannot hear its own answers`]),
    ...(uses === undefined ? ['which addresses Services have: -f or --services tells'] : []),
    ...(nodes === undefined && claims.length > 0
      ? ['whether the owners are nodes of the cluster: --nodes tells']
      : []),
  ]
}

function summaryOf({ facts, addresses }: JudgedPool): string {
  const asked = counted(facts.addressCount, 'address', 'addresses')
  const served = addresses.filter(({ state }) => state === 'served').length
  if (served > 0)
    return `No conflict among ${asked}: ${counted(served, 'one of a Service is', 'of Services are')} answered as they should be, and nobody answers for the free ones.`
  const others = addresses.filter(({ owners }) => owners.length > 0).length
  return others === 0
    ? `Nobody answers for any of ${asked}.`
    : `No conflict among ${asked}; ${counted(others, 'has an owner', 'have owners')}.`
}
