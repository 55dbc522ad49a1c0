// Whether a check of a code could not be answered: then "not found" says nothing.
import { CLUSTER_CHECKS } from '../../diagnose/cluster/check-list.ts'
import type { ClusterFacts } from '../../diagnose/cluster/cluster-facts.ts'
import { ClusterView } from '../../diagnose/cluster/cluster-view.ts'
import { judgeCluster } from '../../diagnose/cluster/judge-cluster.ts'

/** The reason; undefined when every check of the code was answered, or did not apply. */
export function openChecks(facts: ClusterFacts, code: string): string | undefined {
  const checks = CLUSTER_CHECKS.filter((check) => check.code === code)
  const verdict = judgeCluster(new ClusterView(facts), { checks, failOn: 'warning' })
  return verdict.checks.find(({ result }) => result === 'unknown')?.text
}
