// Which changes the new findings speak of: they are told first.
import type { ClusterFinding } from '../cluster/cluster-check.ts'
import type { ObjectChange } from './object-change.ts'

/** In the order that they are in, those that explain something in front of the others. */
export function byExplanation(
  changes: readonly ObjectChange[],
  fresh: readonly ClusterFinding[],
): readonly ObjectChange[] {
  const words = fresh.map((finding) => ({ code: finding.code, text: wordsOf(finding) }))
  const told = changes.map((change) => ({ ...change, explains: explained(change, words) }))
  return [
    ...told.filter(({ explains }) => explains.length > 0),
    ...told.filter(({ explains }) => explains.length === 0),
  ]
}

const wordsOf = ({ subject, title, cause, evidence, affects }: ClusterFinding): string =>
  [subject, title, cause, ...evidence, ...(affects === 'installation' ? [] : affects)].join('\n')

function explained(
  change: ObjectChange,
  findings: readonly { readonly code: string; readonly text: string }[],
): string[] {
  const { kind, object } = change
  const name = object.slice(object.lastIndexOf('/') + 1)
  const isNamed = (text: string): boolean =>
    hasWord(text, object) ||
    (hasWord(text, name) && (hasWord(text, kind) || kind === 'Host' || kind === 'Node'))
  const isRelated = (text: string): boolean =>
    (kind === 'EndpointSlice' && hasWord(text, object.replace(/-[a-z0-9]+$/, ''))) ||
    (kind === 'IPAddressPool' && (hasWord(text, 'pool') || hasWord(text, 'pools')))
  // What is not there any more is not called by its name.
  const isMissed = (text: string): boolean => change.change !== 'changed' && hasWord(text, kind)
  return [
    ...new Set(
      findings
        .filter(({ text }) => isNamed(text) || isMissed(text) || isRelated(text))
        .map(({ code }) => code),
    ),
  ]
}

const hasWord = (text: string, word: string): boolean => {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!/[\w-]/.test(text.charAt(at - 1)) && !/[\w-]/.test(text.charAt(at + word.length))) return true
  return false
}
