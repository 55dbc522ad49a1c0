// Findings → what can be done about each, computed one after the other: a second remedy sees what the first one changed.
import type { ClusterFinding } from '../diagnose/cluster/cluster-check.ts'
import type { ClusterFacts } from '../diagnose/cluster/cluster-facts.ts'
import { ClusterView } from '../diagnose/cluster/cluster-view.ts'
import type { HostSettings } from './host-settings.ts'
import { patchedFacts } from './patched-facts.ts'
import { findingKey, findingsOf, Predictor } from './predict.ts'
import {
  type ByHand,
  byHand,
  type FindingWithRemedy,
  isRemedy,
  type Remedy,
  type RemedyAnswer,
} from './remedy.ts'
import type { RemedyContext } from './remedy-context.ts'
import { REMEDIES, WITHOUT_REMEDY } from './remedy-table.ts'

/** Objects as many findings name: more are for the next run. */
const MOST = 100

export interface PlanOptions {
  /** all findings without it */
  readonly code?: string
  /** a Service, a pool, the subject of the finding */
  readonly subject?: string | undefined
  readonly host?: HostSettings | undefined
}

/** The findings in question in the order of their rank, each with its remedy. */
export function planFix(facts: ClusterFacts, options: PlanOptions = {}): readonly FindingWithRemedy[] {
  const planned: FindingWithRemedy[] = []
  const seen = new Set<string>()
  let now = facts
  for (;;) {
    const finding = findingsOf(now).find((each) => isAsked(each, options) && !seen.has(findingKey(each)))
    if (finding === undefined || planned.length === MOST) return planned
    seen.add(findingKey(finding))
    const { code, subject, title, severity } = finding
    const remedy = remedyFor(finding, now, options.host)
    planned.push({ code, subject, title, severity, remedy })
    if (isRemedy(remedy)) now = patchedFacts(now, remedy.changes)
  }
}

const SERVICE_KEY = /^[^/\s]+\/[^/\s]+$/

/** `shop/web` stands for `Service shop/web`, `lan` for `IPAddressPool lan`. What is wrong with everything is so with each Service. */
export function isAsked(
  { code, subject, affects }: ClusterFinding,
  { code: wanted, subject: asked }: PlanOptions,
): boolean {
  if (wanted !== undefined && code !== wanted) return false
  if (asked === undefined) return true
  return (
    subject === asked ||
    subject.endsWith(` ${asked}`) ||
    (affects === 'installation' ? SERVICE_KEY.test(asked) : affects.includes(asked))
  )
}

/** The first draft that makes the finding go away and brings no other; else the first that makes it go away. */
export function remedyFor(
  finding: ClusterFinding,
  facts: ClusterFacts,
  host: HostSettings | undefined,
): Remedy | ByHand {
  const { code, subject, title } = finding
  const answer = answerFor({ view: new ClusterView(facts), finding, host })
  if ('reason' in answer) return answer
  const predictor = new Predictor(facts)
  let next: Remedy | undefined
  for (const draft of answer) {
    const prediction = predictor.after(draft.changes, finding)
    if (prediction.gone === false) continue
    const remedy = { ...draft, code, subject, title, prediction }
    if (prediction.fresh.length === 0) return remedy
    next ??= remedy
  }
  return (
    next ??
    byHand(
      'No change that lbctl could make by itself is enough: the same would be found again after each of them.',
    )
  )
}

/** Drafts without a prediction: whether there is a way at all. */
export function answerFor(context: RemedyContext): RemedyAnswer {
  const { code, subject } = context.finding
  if (/^\d+ more$/.test(subject))
    return byHand('They stand for several, and are told one by one when those before them are settled.')
  const remedy = REMEDIES.get(code)
  return remedy === undefined ? byHand(WITHOUT_REMEDY.get(code) ?? '') : remedy(context)
}
