// Which of the findings is the cause: what breaks Services today first, then by severity, then what is sure before what is possible,
// then by place in the chain. A finding that another one explains goes with it, and not beside it.
import type { Confidence } from '../finding.ts'
import {
  type Affected,
  type Breaks,
  breaksOf,
  CHAIN,
  type ClusterDraft,
  type ClusterFinding,
} from './cluster-check.ts'
import { codeInfo } from './codes.ts'
import { affectedCount } from './wording.ts'

const BREAKS: Readonly<Record<Breaks, number>> = { now: 0, 'some day': 1 }
const SEVERITY = { error: 0, warning: 1, info: 2 } as const
/** What is only possible never comes before what is likely; among the others the chain decides. */
const SURENESS = { certain: 0, likely: 0, possible: 1 } as const

type Weighed = Pick<ClusterDraft, 'breaks' | 'severity' | 'confidence'>

/** What is worse and surer first, wherever it is. */
export const byWeight = (a: Weighed, b: Weighed): number =>
  BREAKS[breaksOf(a)] - BREAKS[breaksOf(b)] ||
  SEVERITY[a.severity] - SEVERITY[b.severity] ||
  SURENESS[a.confidence] - SURENESS[b.confidence]

const SUREST: readonly Confidence[] = ['certain', 'likely', 'possible']

/** How sure all of them are at least. */
export const leastSure = (findings: readonly Pick<ClusterDraft, 'confidence'>[]): Confidence =>
  SUREST[Math.max(0, ...findings.map(({ confidence }) => SUREST.indexOf(confidence)))] ?? 'possible'

export const byRank = (a: ClusterFinding, b: ClusterFinding): number =>
  byWeight(a, b) ||
  CHAIN.indexOf(a.link) - CHAIN.indexOf(b.link) ||
  Number(a.isSum === true) - Number(b.isSum === true) ||
  affectedCount(b.affects) - affectedCount(a.affects) ||
  (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)

/** Causes by rank, each with all that follows from it, near or far, by rank too. */
export function nestConsequences(findings: readonly ClusterFinding[]): readonly ClusterFinding[] {
  const ranked = [...findings].sort(byRank)
  const causeOf = new Map(ranked.map((each) => [each, ranked.find((other) => explains(other, each))]))
  const following = new Map<ClusterFinding, ClusterFinding[]>()
  for (const each of ranked) {
    const root = rootOf(each, causeOf)
    if (root !== each) following.set(root, [...(following.get(root) ?? []), each])
  }
  return ranked
    .filter((each) => causeOf.get(each) === undefined)
    .map((cause) => withConsequences(cause, following.get(cause) ?? []))
    .sort(byRank)
}

/** What a cause brings down, it breaks, so that a cause never ranks behind what follows from it. */
const withConsequences = (
  cause: ClusterFinding,
  consequences: readonly ClusterFinding[],
): ClusterFinding => ({
  ...cause,
  breaks: [cause, ...consequences].some(({ breaks }) => breaks === 'now') ? 'now' : 'some day',
  consequences,
})

/** There is an end to it: `consequenceOf` in the table of codes goes round in no circle, and the chain has one direction. */
function rootOf(
  finding: ClusterFinding,
  causeOf: ReadonlyMap<ClusterFinding, ClusterFinding | undefined>,
): ClusterFinding {
  let root = finding
  for (let cause = causeOf.get(root); cause !== undefined; cause = causeOf.get(root)) root = cause
  return root
}

/** A cause is sure, is known to look like this, and is about the same Services. */
function explains(cause: ClusterFinding, finding: ClusterFinding): boolean {
  if (cause.title === finding.explainedBy) return covers(cause.affects, finding.affects)
  if (cause.severity !== 'error' || cause.confidence === 'possible') return false
  if (finding.standsAlone === true || cause.mayCause?.includes(finding.code) === false) return false
  // What the configuration says already, the wire says again.
  const same = cause.code === finding.code && CHAIN.indexOf(cause.link) < CHAIN.indexOf(finding.link)
  const isKnown = same || codeInfo(finding.code).consequenceOf.includes(cause.code)
  return isKnown && covers(cause.affects, finding.affects)
}

function covers(cause: Affected, finding: Affected): boolean {
  if (cause === 'installation') return true
  return finding !== 'installation' && finding.every((key) => cause.includes(key))
}
