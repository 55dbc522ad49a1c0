// F30, F31, F33: what `diagnose route` says about the way back to a client. Where nodes differ, the connections that land on one of them
// fail, and those that land on another one do not: then it is said which.
import { parseIp } from '../../../net/ip.ts'
import { parsePrefix, prefixContains } from '../../../net/prefix.ts'
import { judgeRoute } from '../../route/route-diagnosis.ts'
import type { RouteDiagnosisFacts } from '../../route/route-facts.ts'
import { type ClusterCheck, type ClusterDraft, failOr, pass, skip, unknown } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { grouped } from '../grouped.ts'
import { draftsOf, isAnnouncer, probesOf, saidOnce, usersOfAddress } from '../probed-services.ts'
import { listed } from '../wording.ts'

export const probedReturn: ClusterCheck = {
  id: 'probed-return',
  code: 'F30',
  link: 'return path',
  title: 'answers go back the way that requests came',
  needs: ['probes'],
  evaluate: (view) => {
    const probes = probesOf(view, 'route')
    if (probes.length === 0) return skip('no client was named (--from)')
    const looks = probes.map(
      ({ node, facts, vantage }): Look => ({
        ...{ node, facts, vantage, verdict: judgeRoute(facts) },
        role: roleOf(node, facts.target.address, view),
      }),
    )
    // What a node never gets, it never answers.
    const judged = looks.filter(({ role }) => role !== 'none')
    if (judged.length === 0) return skip('no node that gets packets for the address was asked')
    const ways = grouped(judged, ({ facts: { target, returnPath } }) =>
      JSON.stringify([target.address, returnPath?.client]),
    )
    const findings = [...ways.values()].flatMap((way) => [
      ...draftsOfWay(way, view),
      ...oddGateways(way, view),
    ])
    if (findings.length > 0) return failOr(findings, '')
    const open = judged.find(({ verdict }) => verdict.status === 'undetermined')
    return open === undefined ? pass(judged[0]?.verdict.summary ?? '') : unknown(open.verdict.summary)
  },
}

interface Look {
  /** undefined: the host that lbctl runs on is no node */
  readonly node: string | undefined
  readonly vantage: string
  readonly facts: RouteDiagnosisFacts
  readonly verdict: ReturnType<typeof judgeRoute>
  readonly role: Role
}

/** `stands by`: gets packets for the address when the nodes that do it now are gone. */
type Role = 'announces' | 'stands by' | 'none'

function roleOf(node: string | undefined, address: string, view: ClusterView): Role {
  const users = usersOfAddress(address, view)
  if (node === undefined || users.length === 0) return 'announces'
  if (users.some(({ service }) => isAnnouncer(service, node, view))) return 'announces'
  const isNext = users.some(({ service }) =>
    view.matrixOf(service)?.succession.some((winner) => winner.node === node),
  )
  return isNext ? 'stands by' : 'none'
}

/** Of one address and one client, from all nodes. */
function draftsOfWay(looks: readonly Look[], view: ClusterView): readonly ClusterDraft[] {
  const [first] = looks
  if (first === undefined) return []
  const affects = usersOfAddress(first.facts.target.address, view).map(({ key }) => key)
  const drafts = looks.map((look) => ({ look, drafts: draftsOf(look.verdict, look.vantage, affects) }))
  const well = looks.filter(({ verdict }) => verdict.status === 'healthy')
  if (well.length === 0 && looks.every(({ role }) => role === 'announces'))
    return saidOnce(drafts.flatMap((each) => each.drafts))
  const told = drafts.flatMap((each) => each.drafts.map((draft) => ({ draft, look: each.look })))
  const groups = grouped(told, ({ draft: { code, title, subject }, look: { role } }) =>
    JSON.stringify([code, title, subject, role]),
  )
  return [...groups.values()].flatMap((group) => {
    const nodes = group.map(({ look }) => look.node ?? look.vantage)
    return saidOnce(group.map(({ draft }) => draft)).map((draft) =>
      draft.severity === 'info'
        ? draft
        : ofNodes(draft, { nodes, look: first, role: group[0]?.look.role, well }),
    )
  })
}

interface Place {
  readonly nodes: readonly string[]
  readonly look: Look
  readonly role: Role | undefined
  readonly well: readonly Look[]
}

function ofNodes(draft: ClusterDraft, { nodes, look: { facts }, role, well }: Place): ClusterDraft {
  const client = facts.returnPath?.client
  const address = facts.target.address
  const lands = role === 'stands by' ? 'would land' : 'land'
  const fate = draft.severity === 'error' ? ' fail' : ' come back another way'
  const evidence =
    well.length === 0
      ? draft.evidence
      : [
          ...draft.evidence,
          `the way back is in order on ${listed(well.map(({ node, vantage }) => node ?? vantage))}`,
        ]
  const told: ClusterDraft = {
    ...draft,
    title: `Connections of ${client ?? 'the client'} to ${address} that ${lands} on ${listed(nodes, 3)}${fate}: ${lowered(draft.title)}`,
    evidence,
  }
  if (role !== 'stands by') return told
  return {
    ...told,
    severity: draft.severity === 'error' ? 'warning' : draft.severity,
    breaks: 'some day',
    evidence: [
      ...evidence,
      `${listed(nodes, 3)} ${nodes.length === 1 ? 'gets' : 'get'} no packets for ${address} now, and would as the next owner`,
    ],
  }
}

const lowered = (title: string): string =>
  /^(This|The) /.test(title) ? `${title.charAt(0).toLowerCase()}${title.slice(1)}` : title

/** Nodes on one segment that answer one client by different routers: what most of them do is taken to be meant. */
function oddGateways(looks: readonly Look[], view: ClusterView): readonly ClusterDraft[] {
  // Of several ways at once, each connection takes another one.
  const gatewayOf = ({ facts: { returnPath } }: Look): string | undefined =>
    returnPath?.reply.interfaces.length === 1 ? returnPath.reply.gateway : undefined
  const compared = looks.filter((look) => look.verdict.status === 'healthy' && gatewayOf(look) !== undefined)
  const ways = [...grouped(compared, (look) => gatewayOf(look) ?? '').values()].sort(
    (a, b) => b.length - a.length,
  )
  const [usual = [], ...odd] = ways
  const [first] = usual
  const usualGateway = first === undefined ? undefined : gatewayOf(first)
  if (first === undefined || usualGateway === undefined || usual.length * 2 <= compared.length) return []
  return odd.flatMap((group) => {
    // In another rack, another router is right.
    const near = group.filter(({ facts }) => isOnLinkOf(usualGateway, facts))
    return near.length === 0 ? [] : oddGateway(near, usual, view)
  })
}

function isOnLinkOf(gateway: string, { interface: link, returnPath }: RouteDiagnosisFacts): boolean {
  const address = parseIp(gateway)
  if (address === undefined || link === undefined || link.name !== returnPath?.reply.interface) return false
  return link.addresses.some((own) => {
    const prefix = parsePrefix(`${own.address}/${own.prefixLength}`)
    return prefix !== undefined && prefix.length > 0 && prefixContains(prefix, address)
  })
}

function oddGateway(odd: readonly Look[], usual: readonly Look[], view: ClusterView): ClusterDraft[] {
  const [look] = odd
  const [other] = usual
  const back = look?.facts.returnPath
  const usualBack = other?.facts.returnPath
  if (look === undefined || back === undefined || usualBack === undefined) return []
  const address = look.facts.target.address
  const six = look.facts.target.family === 6 ? '-6 ' : ''
  const named = (looks: readonly Look[]) =>
    listed(
      looks.map(({ node, vantage }) => node ?? vantage),
      3,
    )
  const decided = ({ reply: { decidedBy } }: NonNullable<RouteDiagnosisFacts['returnPath']>): string =>
    decidedBy === undefined ? 'not known' : `rule "${decidedBy.rule}", route "${decidedBy.route}"`
  return [
    {
      code: 'F30',
      title: `Connections of ${back.client} to ${address} that ${look.role === 'stands by' ? 'would land' : 'land'} on ${named(odd)} are answered through ${back.reply.gateway}, and those on ${named(usual)} through ${usualBack.reply.gateway}.`,
      severity: 'warning',
      confidence: 'likely',
      subject: back.client,
      evidence: [
        `${named(odd)}: ${decided(back)}`,
        `${named(usual)}: ${decided(usualBack)}`,
        `${usualBack.reply.gateway} is on the link of ${named(odd)}, too`,
      ],
      cause: `Most likely a route or a rule for the client has been forgotten there, or was added there alone. If ${back.reply.gateway} does not pass the answers on, or a firewall misses half of the connection, only what lands on ${named(odd)} fails, which looks like chance.`,
      fix: [
        {
          text: `See on ${named(odd)} what decides.`,
          command: `ip ${six}rule; ip ${six}route get ${back.client} from ${address} iif ${back.arrival.interface}`,
        },
        {
          text: `Let it answer as the others do, unless the difference is meant.`,
          command: `ip ${six}route replace ${back.client}/${six === '' ? 32 : 128} via ${usualBack.reply.gateway}`,
        },
      ],
      notTested: [`whether ${back.reply.gateway} passes answers for ${back.client} on`],
      candidates: ['F31'],
      affects: usersOfAddress(address, view).map(({ key }) => key),
    },
  ]
}
