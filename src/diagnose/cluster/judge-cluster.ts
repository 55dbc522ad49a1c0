// Facts → outcomes of all checks → the verdict on an installation or on a Service: the first broken link, what follows from it, and
// what nobody could look at.
import type { Severity } from '../../config/diagnostic.ts'
import type { CheckReport, Verdict, VerdictStatus } from '../judge.ts'
import {
  breaksOf,
  type ClusterCheck,
  type ClusterDraft,
  type ClusterFinding,
  type ClusterOutcome,
  type Link,
  unknown,
} from './cluster-check.ts'
import { itemsOf, type PlaneName } from './cluster-facts.ts'
import type { ClusterView } from './cluster-view.ts'
import { codeInfo } from './codes.ts'
import { nestConsequences } from './consequences.ts'
import { keyOf } from './object-keys.ts'
import { counted, listed } from './wording.ts'

export interface ClusterCheckReport extends CheckReport {
  readonly link: Link
  /** of its worst finding */
  readonly severity: Severity | undefined
  /** its finding stands under another one that explains it */
  readonly follows: boolean
  /** code of that one */
  readonly followsFrom: string | undefined
}

export interface ClusterVerdict extends Verdict {
  readonly checks: readonly ClusterCheckReport[]
  /** causes, in the order of `byRank`; what follows from each stands in it */
  readonly findings: readonly ClusterFinding[]
}

export interface JudgeClusterOptions {
  readonly checks: readonly ClusterCheck[]
  /** the mildest severity that is a problem */
  readonly failOn: 'error' | 'warning'
  /** codes or ids of checks; empty: all */
  readonly only?: ReadonlySet<string>
  readonly skip?: ReadonlySet<string>
}

interface Answer {
  readonly check: ClusterCheck
  readonly outcome: ClusterOutcome
}

export function judgeCluster(view: ClusterView, options: JudgeClusterOptions): ClusterVerdict {
  const answers = options.checks
    .filter((check) => isChosen(check, options))
    .map((check) => answerOf(check, view))
  const all = answers.flatMap(({ check, outcome }) =>
    outcome.result === 'fail' ? outcome.findings.map((draft) => completed(draft, check, view)) : [],
  )
  const findings = nestConsequences(all.filter(({ affects }) => isAsked(affects, view)))
  const open = answers.flatMap(({ outcome }) => (outcome.result === 'unknown' ? [outcome.reason] : []))
  const status = statusOf(findings, open.length > 0, options.failOn)
  return {
    status,
    summary: summaryOf(status, findings, open, view),
    checks: answers.map((answer) => reported(answer, findings)),
    findings,
    vantage: view.facts.vantage,
    notTested: [
      ...new Set([
        ...notRead(view),
        ...hostsNotRead(view),
        ...notSeen(view),
        ...findings.flatMap(({ notTested }) => notTested),
      ]),
    ],
  }
}

const isChosen = ({ code, id }: ClusterCheck, { only, skip }: JudgeClusterOptions): boolean =>
  (only === undefined || only.size === 0 || only.has(code) || only.has(id)) &&
  skip?.has(code) !== true &&
  skip?.has(id) !== true

function answerOf(check: ClusterCheck, view: ClusterView): Answer {
  for (const name of check.needs) {
    const plane = view.facts[name]
    if (plane.status === 'read') continue
    const reason = `${PLANE_TITLES[name]}: ${plane.reason}`
    return { check, outcome: plane.wanted ? unknown(`not known: ${reason}`) : { result: 'skip', reason } }
  }
  return { check, outcome: check.evaluate(view) }
}

export const PLANE_TITLES: Readonly<Record<PlaneName, string>> = {
  services: 'Services',
  endpointSlices: 'EndpointSlices',
  nodes: 'Nodes',
  namespaces: 'Namespaces',
  configuration: "MetalLB's configuration",
  statuses: "MetalLB's status objects",
  pods: 'Pods',
  daemonSets: 'DaemonSets',
  deployments: 'Deployments',
  configMaps: 'ConfigMaps',
  secrets: 'Secrets (names and types)',
  webhooks: 'ValidatingWebhookConfigurations',
  events: 'Events',
  leases: 'Leases',
  foreign: 'objects of Calico, Cilium and FRR',
  kinds: 'the kinds that the cluster serves',
  hosts: 'links, routes and settings of the nodes',
  probes: 'probes on the wire',
  logs: 'logs',
}

/** What was wanted and refused, then what nobody asked for; what has one reason in one sentence. */
function notRead({ facts }: ClusterView): string[] {
  const wanted = new Map<string, string[]>()
  const unasked = new Map<string, string[]>()
  for (const name of Object.keys(PLANE_TITLES) as PlaneName[]) {
    const plane = facts[name]
    if (plane.status === 'read') {
      for (const gap of plane.gaps ?? []) wanted.set(`${gap}.`, [PLANE_TITLES[name]])
      continue
    }
    const why = `${plane.reason}.${plane.remedy === undefined ? '' : ` ${plane.remedy}`}`
    const titles = plane.wanted ? wanted : unasked
    titles.set(why, [...(titles.get(why) ?? []), PLANE_TITLES[name]])
  }
  return [...wanted, ...unasked].map(([why, titles]) => `${titles.join(', ')}: ${why}`)
}

/** Nodes that nobody looked into, and what could not be read on the others. */
function hostsNotRead({ facts, hosts, nodes }: ClusterView): string[] {
  if (facts.hosts.status !== 'read') return []
  const others = [...nodes.keys()].filter((name) => !hosts.has(name))
  return [
    ...(others.length === 0 ? [] : [`${PLANE_TITLES.hosts}: not those of ${listed(others)}.`]),
    ...[...hosts.values()].flatMap(({ node, notRead: missing }) =>
      missing.map(({ what, reason }) => `${what} on ${node}: ${reason}.`),
    ),
  ]
}

/** Nodes that were to take part, and what those that did could not do. */
const notSeen = ({ facts }: ClusterView): string[] =>
  itemsOf(facts.probes).flatMap((probe) => {
    if (probe.kind !== 'agent') return []
    const { reason, remedy, notDone } = probe.facts
    if (reason === undefined) return notDone.map((each) => `from ${probe.node}: ${each}`)
    return `from ${probe.node}: ${reason}.${remedy === undefined ? '' : ` ${remedy}`}`
  })

/** Of a question about some Services, the others' troubles are no part. */
const isAsked = (affects: ClusterFinding['affects'], { focus }: ClusterView): boolean =>
  affects === 'installation' || focus === undefined || affects.some((key) => focus.has(key))

const completed = (
  { code, ...draft }: ClusterDraft,
  check: ClusterCheck,
  { facts }: ClusterView,
): ClusterFinding => {
  const own = code ?? check.code
  return {
    notTested: [],
    candidates: [],
    ...draft,
    code: codeInfo(own).code,
    link: check.link,
    check: check.id,
    breaks: breaksOf(draft),
    docs: `docs/findings/${own}.md`,
    vantage: facts.vantage,
    consequences: [],
  }
}

function statusOf(
  findings: readonly ClusterFinding[],
  isOpen: boolean,
  failOn: 'error' | 'warning',
): VerdictStatus {
  const fails = ({ severity }: ClusterFinding): boolean =>
    severity === 'error' || (failOn === 'warning' && severity === 'warning')
  if (findings.some(fails)) return 'findings'
  return isOpen ? 'undetermined' : 'healthy'
}

function summaryOf(
  status: VerdictStatus,
  findings: readonly ClusterFinding[],
  open: readonly string[],
  view: ClusterView,
): string {
  if (status === 'findings') return findings[0]?.title ?? ''
  if (status === 'undetermined') return `Not everything could be looked at: ${open[0] ?? ''}.`
  const warnings = findings.filter(({ severity }) => severity === 'warning').length
  const { services } = view
  const [only] = services
  const what =
    view.focus !== undefined && services.length === 1 && only !== undefined
      ? `the Service ${keyOf(only)}`
      : `${counted(services.length, 'Service')} on ${counted(itemsOf(view.facts.nodes).length, 'node')}`
  return `No problem was found with ${what}${warnings === 0 ? '' : `, and ${counted(warnings, 'warning')}`}.`
}

const WORST: readonly Severity[] = ['error', 'warning', 'info']

function reported({ check, outcome }: Answer, findings: readonly ClusterFinding[]): ClusterCheckReport {
  const { id, title, link } = check
  const base = {
    id,
    title,
    link,
    code: undefined,
    severity: undefined,
    follows: false,
    followsFrom: undefined,
  }
  if (outcome.result === 'pass') return { ...base, result: 'pass', text: outcome.note }
  if (outcome.result !== 'fail') return { ...base, result: outcome.result, text: outcome.reason }
  const isOwn = (finding: ClusterFinding): boolean => finding.check === id
  const causes = findings.filter(isOwn)
  const own = [...causes, ...findings.flatMap(({ consequences }) => consequences.filter(isOwn))]
  const severity = WORST.find((each) => own.some((finding) => finding.severity === each))
  const first = own.find((finding) => finding.severity === severity)
  if (first === undefined) return { ...base, result: 'pass', text: 'nothing about what was asked' }
  const more = own.length === 1 ? '' : ` (and ${own.length - 1} more)`
  return {
    ...base,
    result: 'fail',
    text: `${first.title}${more}`,
    code: first.code,
    severity,
    follows: causes.length === 0,
    followsFrom:
      causes.length > 0 ? undefined : findings.find(({ consequences }) => consequences.includes(first))?.code,
  }
}
