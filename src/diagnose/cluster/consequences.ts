// Which of the findings is the cause: worst first, by severity, then what is sure before what is possible, then by place in the chain.
// A finding that another one explains goes with it, and not beside it.
import { type Affected, CHAIN, type ClusterFinding } from './cluster-check.ts'
import { codeInfo } from './codes.ts'
import { affectedCount } from './wording.ts'

const SEVERITY = { error: 0, warning: 1, info: 2 } as const
/** What is only possible never comes before what is likely; among the others the chain decides. */
const SURENESS = { certain: 0, likely: 0, possible: 1 } as const

export const byRank = (a: ClusterFinding, b: ClusterFinding): number =>
  SEVERITY[a.severity] - SEVERITY[b.severity] ||
  SURENESS[a.confidence] - SURENESS[b.confidence] ||
  CHAIN.indexOf(a.link) - CHAIN.indexOf(b.link) ||
  affectedCount(b.affects) - affectedCount(a.affects) ||
  (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)

export function nestConsequences(findings: readonly ClusterFinding[]): readonly ClusterFinding[] {
  const ranked = [...findings].sort(byRank)
  const causes: { readonly cause: ClusterFinding; readonly consequences: ClusterFinding[] }[] = []
  for (const finding of ranked) {
    const explaining = causes.find(({ cause }) => explains(cause, finding))
    if (explaining === undefined) causes.push({ cause: finding, consequences: [] })
    else explaining.consequences.push(finding)
  }
  return causes.map(({ cause, consequences }) => ({ ...cause, consequences }))
}

/** A cause is surer and nearer to the beginning of the chain, is known to look like this, and is about the same Services. */
function explains(cause: ClusterFinding, finding: ClusterFinding): boolean {
  if (cause.severity !== 'error' || cause.confidence === 'possible') return false
  // What the configuration says already, the wire says again.
  const same = cause.code === finding.code && CHAIN.indexOf(cause.link) < CHAIN.indexOf(finding.link)
  const isKnown = same || codeInfo(finding.code).consequenceOf.includes(cause.code)
  return isKnown && covers(cause.affects, finding.affects)
}

function covers(cause: Affected, finding: Affected): boolean {
  if (cause === 'installation') return true
  return finding !== 'installation' && finding.every((key) => cause.includes(key))
}
