// What a remedy would do to the findings: the same checks over the same facts with the changes made. Nothing is asked of anybody.
import { CLUSTER_CHECKS } from '../diagnose/cluster/check-list.ts'
import type { ClusterFinding } from '../diagnose/cluster/cluster-check.ts'
import type { ClusterFacts } from '../diagnose/cluster/cluster-facts.ts'
import { ClusterView } from '../diagnose/cluster/cluster-view.ts'
import { judgeCluster } from '../diagnose/cluster/judge-cluster.ts'
import { patchedFacts } from './patched-facts.ts'
import type { Change, Prediction } from './remedy.ts'
import { settledFacts } from './settled-facts.ts'

/** Causes and what follows from them, each by itself. */
export function findingsOf(facts: ClusterFacts): readonly ClusterFinding[] {
  const verdict = judgeCluster(new ClusterView(facts), { checks: CLUSTER_CHECKS, failOn: 'warning' })
  return verdict.findings.flatMap((finding) => [finding, ...finding.consequences])
}

export const findingKey = ({ code, subject }: Pick<ClusterFinding, 'code' | 'subject'>): string =>
  `${code} ${subject}`

/** The findings before any change, computed once for all remedies. */
export class Predictor {
  readonly #facts: ClusterFacts
  readonly #lasting: ReadonlySet<string>
  readonly #known: ReadonlySet<string>

  constructor(facts: ClusterFacts) {
    this.#facts = facts
    // What the cluster does by itself anyway is no consequence of a change.
    const lasting = findingsOf(settledFacts(facts, facts)).map(findingKey)
    this.#lasting = new Set(lasting)
    this.#known = new Set([...lasting, ...findingsOf(facts).map(findingKey)])
  }

  /** @param finding the one that the changes are for */
  after(changes: readonly Change[], finding: ClusterFinding): Prediction {
    const then = findingsOf(settledFacts(patchedFacts(this.#facts, changes), this.#facts))
    const key = findingKey(finding)
    return {
      gone: this.#lasting.has(key) ? then.every((each) => findingKey(each) !== key) : undefined,
      fresh: then
        .filter((each) => !this.#known.has(findingKey(each)))
        .map(({ code, title }) => `${code} ${title}`),
    }
  }
}
