// A change as a unified diff of YAML, for people. Secrets are masked, so that it may be pasted into a ticket.
import type { Json, KubeObject } from '../../config/kube-object.ts'
import { printYaml } from '../../config/print.ts'
import { HIDDEN } from '../../config/secrets/hidden.ts'
import type { LiveObject } from '../ports.ts'
import { toSent } from './content.ts'
import { diffObjects, isSecretPath, type PathStep } from './diff.ts'
import { isObject, own, sameJson } from './json.ts'
import { refOf, refText } from './plan.ts'
import { unifiedDiff } from './unified-diff.ts'

/** '' when nothing would change. Both sides show only what lbctl sets, or has set and takes away. */
export function diffText(live: LiveObject | undefined, wanted: KubeObject): string {
  const changes = diffObjects(live, wanted)
  if (changes.length === 0) return ''
  const sent = toSent(wanted)
  const shown = live === undefined ? undefined : projection(live as unknown as Json, sent as unknown as Json)
  const before = shown as Json | undefined
  const removed = changes.filter((change) => change.kind === 'remove')
  const beforeWithRemoved = removed.reduce<Json | undefined>(
    (value, { path, before: was }) => put(value, path, was),
    before,
  )
  const name = refText(refOf(wanted))
  return unifiedDiff(
    beforeWithRemoved === undefined
      ? ''
      : printYaml(masked(wanted.kind, beforeWithRemoved, sent as unknown as Json, 'before')),
    printYaml(masked(wanted.kind, sent as unknown as Json, beforeWithRemoved, 'after')),
    { before: live === undefined ? '/dev/null' : `cluster: ${name}`, after: `wanted: ${name}` },
  )
}

/** `live` cut down to the fields that `wanted` sets, in the order of `wanted`. */
function projection(live: Json | undefined, wanted: Json): Json | undefined {
  if (isObject(wanted) && isObject(live))
    return Object.fromEntries(
      Object.entries(wanted)
        .map(
          ([key, value]) =>
            [key, value === undefined ? undefined : projection(own(live, key), value)] as const,
        )
        .filter(([, value]) => value !== undefined),
    )
  if (Array.isArray(wanted) && Array.isArray(live) && wanted.length === live.length)
    return wanted.map((item, index) => projection(live[index], item as Json) ?? null)
  return live
}

/** A copy of `value` with `leaf` at `path`; only maps are gone through. */
function put(value: Json | undefined, path: readonly PathStep[], leaf: Json | undefined): Json | undefined {
  const [step, ...rest] = path
  if (step === undefined) return leaf
  const map = isObject(value) ? value : {}
  return { ...map, [step]: put(own(map, String(step)), rest, leaf) }
}

/** Secret values become `(hidden)`; where they differ from the other side, each side says which one it is. */
function masked(
  kind: string,
  value: Json,
  other: Json | undefined,
  side: 'before' | 'after',
  path: PathStep[] = [],
): Json {
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        inner === undefined ? undefined : masked(kind, inner, own(other, key), side, [...path, key]),
      ]),
    )
  if (!isSecretPath(kind, path)) return value
  return sameJson(value, other) ? HIDDEN : `${HIDDEN.slice(0, -1)}, ${side})`
}
