// Routers as several nodes see them. What one node says of a router is doubted as soon as others speak with it: then the trouble lies
// with that node, or on its way.
import { judgeBgp } from '../bgp/bgp-diagnosis.ts'
import type { BgpFacts } from '../bgp/bgp-facts.ts'
import { hasConnected } from '../bgp/connected.ts'
import { attemptEvidence, ourText, peerText } from '../bgp/peer-text.ts'
import type { Verdict } from '../judge.ts'
import type { ClusterDraft } from './cluster-check.ts'
import type { ClusterView } from './cluster-view.ts'
import { grouped } from './grouped.ts'
import { draftsOf, probesOf } from './probed-services.ts'
import { refusalOf } from './refused-packets.ts'
import { listed } from './wording.ts'

export interface TriedRouter {
  /** undefined: the host that lbctl runs on is no node */
  readonly node: string | undefined
  readonly vantage: string
  readonly facts: BgpFacts
  readonly verdict: Verdict
}

export const triedRouters = (view: ClusterView): readonly TriedRouter[] =>
  probesOf(view, 'bgp').map(({ node, vantage, facts }) => ({
    node,
    vantage,
    facts,
    verdict: judgeBgp(facts),
  }))

/** One node's finding, and who sees the same router otherwise. */
interface Told {
  readonly by: TriedRouter
  readonly draft: ClusterDraft
  readonly others: readonly TriedRouter[]
}

/** What all of them say, each thing once, with the places that say it. */
export function routerDrafts(
  tried: readonly TriedRouter[],
  affects: ClusterDraft['affects'] & readonly string[],
  view: ClusterView,
): readonly ClusterDraft[] {
  const told = tried.flatMap((by) =>
    draftsOf(by.verdict, by.vantage, affects).map((draft) => doubted(draft, by, tried, view)),
  )
  const groups = grouped(told, ({ draft: { code, title, subject, explainedBy }, others }) =>
    JSON.stringify([code, title, subject, explainedBy, others.length === 0]),
  )
  return [...groups.values()].flatMap((group) => saidTogether(group) ?? [])
}

function saidTogether(group: readonly Told[]): ClusterDraft | undefined {
  const [first, ...more] = group
  if (first === undefined) return undefined
  const { draft, others, by } = first
  const places = more.map((each) => `seen from ${each.by.vantage}`)
  const evidence = [...new Set([...draft.evidence, ...places])]
  if (others.length === 0) return { ...draft, evidence }
  return {
    ...draft,
    title: `Seen from ${listed([...new Set([by, ...more.map((each) => each.by)].map(({ vantage }) => vantage))], 3)}: ${draft.title}`,
    evidence: [...evidence, othersText(others)],
  }
}

function othersText(others: readonly TriedRouter[]): string {
  const from = listed([...new Set(others.map(({ vantage }) => vantage))])
  return others.every(({ verdict }) => verdict.status === 'healthy')
    ? `the same router is well, seen from ${from}`
    : `the same port of the router takes connections from ${from}`
}

const connects = ({ facts }: TriedRouter): boolean =>
  hasConnected(facts) !== undefined || facts.sessions.some(({ state }) => state === 'established')

/** A link-local address names another machine on each link. */
const isSameRouter = (a: BgpFacts['peer'], b: BgpFacts['peer']): boolean =>
  a.address === b.address && a.port === b.port && a.zone === undefined && b.zone === undefined

function doubted(
  draft: ClusterDraft,
  by: TriedRouter,
  tried: readonly TriedRouter[],
  view: ClusterView,
): Told {
  const elsewhere = tried.filter(
    (each) => each.vantage !== by.vantage && isSameRouter(each.facts.peer, by.facts.peer),
  )
  // Who was not let in is contradicted by whoever was; any other trouble only by those who have none.
  const attempt = connects(by) ? undefined : by.facts.attempts[0]
  const others = elsewhere.filter(
    (each) => each.verdict.status === 'healthy' || (attempt !== undefined && connects(each)),
  )
  if (attempt === undefined) return { by, draft, others }
  const refusal = by.node === undefined ? undefined : refusalOf(by.node, by.facts.peer, view)
  const seen = others.length === 0 || draft.code !== 'F36' ? draft : aloneWith(draft, by, others)
  return {
    by,
    others,
    draft: refusal === undefined ? seen : { ...seen, explainedBy: refusal.title },
  }
}

/** "Nobody listens" and "nobody is there" are no reasons where others connect. */
function aloneWith(draft: ClusterDraft, by: TriedRouter, others: readonly TriedRouter[]): ClusterDraft {
  const { facts } = by
  const [attempt] = facts.attempts
  const own = macOf(facts)
  const theirs = [...new Set(others.flatMap(({ facts: { way } }) => macOf({ way }) ?? []))]
  if (own !== undefined && theirs.length > 0 && !theirs.includes(own))
    return {
      ...draft,
      evidence: [
        ...draft.evidence,
        `here the address belongs to the hardware address ${own}, and for the others to ${listed(theirs)}: it may be another machine`,
      ],
      candidates: [...new Set(['F11', ...(draft.candidates ?? [])])],
    }
  const isRefused = attempt?.result === 'failed'
  const port = facts.peer.port
  return {
    ...draft,
    code: 'F34',
    title: isRefused
      ? `a filter refuses connections to port ${port} of ${peerText(facts)}, which other nodes connect to.`
      : `nothing comes back from port ${port} of ${peerText(facts)}, which other nodes connect to: a filter swallows it.`,
    confidence: 'likely',
    evidence: [
      ...facts.attempts.filter(({ purpose }) => purpose !== 'other-port').map(attemptEvidence),
      ...draft.evidence.filter((line) => line === `seen from ${by.vantage}`),
    ],
    cause: isRefused
      ? `The router listens, since others connect. A TCP reset for this node alone is made by a rule: in the firewall of the node itself, in one between it and the router, or in an access list of the router. More rarely, the packets of this node come in by an interface or a VRF of the router where BGP does not listen.`
      : `The router listens, since others connect. What this node sends is dropped by its own firewall, by one between it and the router, or by an access list of the router; or the answers take a way back that ends elsewhere.`,
    fix: [
      {
        text: `Look for the rule on ${by.node ?? 'this host'} first.`,
        command: `nft list ruleset | grep -n -e ${port} -e reject -e drop`,
      },
      {
        text: 'Then let the node in on the router and in every filter between, for example with nftables on a router that runs Linux.',
        command: `nft insert rule inet filter input ip${facts.peer.family === 6 ? '6' : ''} saddr ${ourText(facts)} tcp dport ${port} accept`,
      },
      ...(isRefused
        ? []
        : [
            {
              text: 'See on the router which way its answers take.',
              command: `ip route get ${ourText(facts)}`,
            },
          ]),
    ],
    candidates: isRefused ? ['F36'] : ['F30', 'F36', 'F38'],
  }
}

/** Of the router, where it is on the link. */
const macOf = ({ way }: Pick<BgpFacts, 'way'>): string | undefined =>
  way?.nextHop?.role === 'target'
    ? way.neighbours.find(({ address, mac }) => address === way.nextHop?.address && mac !== undefined)?.mac
    : undefined
