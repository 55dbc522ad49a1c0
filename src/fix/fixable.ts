// Whether `lbctl fix` has something to offer for a finding. Whether it helps is computed when it is asked for.
import type { ClusterFinding } from '../diagnose/cluster/cluster-check.ts'
import type { ClusterFacts } from '../diagnose/cluster/cluster-facts.ts'
import { ClusterView } from '../diagnose/cluster/cluster-view.ts'
import { answerFor } from './plan-fix.ts'

export function fixableIn(facts: ClusterFacts): (finding: ClusterFinding) => boolean {
  const view = new ClusterView(facts)
  return (finding) => !('reason' in answerFor({ view, finding, host: undefined }))
}
