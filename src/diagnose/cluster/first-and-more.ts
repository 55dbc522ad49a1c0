// Findings of the same kind, one each: a report of a thousand of them helps nobody, and one that hides the rest misleads.

import type { ServiceKey } from '../../speaker/facts/facts.ts'
import { breaksOf, type ClusterDraft } from './cluster-check.ts'
import { byWeight, leastSure } from './consequences.ts'

/** Services that a draft is about; none for one that is about all. */
const keysOf = ({ affects }: ClusterDraft): readonly ServiceKey[] =>
  affects === 'installation' ? [] : affects

/**
 * The worst `most` items as findings of their own, in their order where they are alike; the others as one more, which says how many
 * they are and names some, and never ranks before one of its own kind.
 * @param title of that one, without its full stop
 */
export function firstAndMore<T>(
  items: readonly T[],
  most: number,
  draftOf: (item: T) => ClusterDraft,
  title: (more: number) => string,
): ClusterDraft[] {
  // A sum that stands for one is no shorter than the one.
  const all = items.map(draftOf).sort(byWeight)
  const shown = all.length === most + 1 ? all : all.slice(0, most)
  const others = all.slice(shown.length)
  const [first] = others
  if (first === undefined) return shown
  const unnamed = others.length - NAMED
  // Its code is the check's: those that it stands for can have different ones.
  const { code: _code, ...like } = first
  const sum: ClusterDraft = {
    ...like,
    title: `${title(others.length)}.`,
    subject: `${others.length} more`,
    breaks: others.some((each) => breaksOf(each) === 'now') ? 'now' : 'some day',
    confidence: leastSure(others),
    isSum: true,
    evidence: [
      ...others.slice(0, NAMED).map((each) => each.title),
      ...(unnamed > 0 ? [`and ${unnamed} more`] : []),
    ],
    cause: `The first of them: ${like.cause}`,
    affects: [...new Set(others.flatMap(keysOf))],
  }
  return [...shown, sum]
}

const NAMED = 10
