// Several steps as one remedy: one change for each object, and what is said of each step.
import type { ClusterFacts } from '../../diagnose/cluster/cluster-facts.ts'
import { mergedChanges } from '../merged-changes.ts'
import type { RemedyDraft } from '../remedy.ts'

/** @param facts those that the first step was computed from; each further one may see what those before it changed */
export function joinedDrafts(drafts: readonly RemedyDraft[], facts: ClusterFacts): RemedyDraft {
  const [only, ...others] = drafts
  if (only === undefined) throw new Error('no step to join')
  if (others.length === 0) return only
  const texts = (of: 'summary' | 'why' | 'risk'): string =>
    [...new Set(drafts.map((draft) => draft[of]))].join(' ')
  return {
    changes: mergedChanges(
      facts,
      drafts.flatMap(({ changes }) => changes),
    ),
    summary: texts('summary'),
    why: texts('why'),
    risk: texts('risk'),
  }
}
