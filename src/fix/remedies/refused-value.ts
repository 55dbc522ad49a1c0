// F05: values that MetalLB refuses and that can be put right in one way only: an item that stands twice, and ebgpMultiHop within one AS.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Json, KubeObject } from '../../config/kube-object.ts'
import { isRefusal } from '../../diagnose/cluster/configuration-problems.ts'
import { isObject } from '../../migrate/apply/json.ts'
import { editsBetween, withValue } from '../object-edit.ts'
import { findObject, refOfObject } from '../patched-facts.ts'
import type { Change, RemedyAnswer } from '../remedy.ts'
import { byHand } from '../remedy.ts'
import type { RemedyContext } from '../remedy-context.ts'

/** The item at the place of the problem is the second one, and says nothing that the first does not. */
const TWICE: ReadonlySet<string> = new Set(['V031', 'V032', 'V110', 'V501', 'V605'])
const MULTI_HOP_WITHIN_AS = 'V204'

export function acceptedValues({ view, finding }: RemedyContext): RemedyAnswer {
  const refusals = view.problems.filter((problem) => isRefusal(problem, view.facts.origin))
  if (refusals.length === 0)
    return byHand('MetalLB names it, and lbctl finds nothing wrong with the objects as they are now.')
  const open = refusals.filter(({ code }) => !TWICE.has(code) && code !== MULTI_HOP_WITHIN_AS)
  const [first] = open
  if (first !== undefined)
    return byHand(
      `${first.code}: ${first.message} Which of several values is right only you know${first.hint === undefined ? '.' : `. ${first.hint}`}`,
    )
  const byObject = new Map<KubeObject, Diagnostic[]>()
  for (const problem of refusals) {
    const object = objectOf(problem, view.facts)
    if (object === undefined) return byHand(`${problem.code}: the object is not among the facts.`)
    byObject.set(object, [...(byObject.get(object) ?? []), problem])
  }
  return [
    {
      changes: [...byObject].map(([object, problems]) => corrected(object, problems)),
      summary: refusals.some(({ code }) => code === MULTI_HOP_WITHIN_AS)
        ? 'Take out what MetalLB refuses: ebgpMultiHop means nothing within one AS.'
        : 'Take out what stands there twice.',
      why: finding.cause,
      risk: 'MetalLB loads every change at once that was made since it began to refuse.',
    },
  ]
}

function objectOf({ subject }: Diagnostic, facts: RemedyContext['view']['facts']): KubeObject | undefined {
  const { kind = '', name = '', namespace } = subject ?? {}
  const place = namespace === undefined ? {} : { namespace }
  return findObject(facts, { apiVersion: 'metallb.io/v1beta1', kind, name, ...place })
}

function corrected(object: KubeObject, problems: readonly Diagnostic[]): Change {
  // From behind, so that the places of the others stay right.
  const paths = problems
    .map(({ code, subject }) =>
      code === MULTI_HOP_WITHIN_AS ? ['spec', 'ebgpMultiHop'] : stepsOf(subject?.field ?? ''),
    )
    .sort((a, b) => (pathKey(a) < pathKey(b) ? 1 : -1))
  const spec = paths.reduce<Json>((value, path) => removed(value, path), object as unknown as Json)
  return { kind: 'edit', ref: refOfObject(object), edits: editsBetween(object as unknown as Json, spec) }
}

type Step = string | number

/** `spec.nodeSelectors[1].matchLabels` */
const stepsOf = (field: string): Step[] =>
  [...field.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? (key ?? '') : Number(index),
  )

const pathKey = (path: readonly Step[]): string =>
  path.map((step) => (typeof step === 'number' ? String(step).padStart(6, '0') : step)).join('.')

function removed(value: Json | undefined, path: readonly Step[]): Json {
  const [step, ...rest] = path
  if (Array.isArray(value) && typeof step === 'number')
    return rest.length === 0
      ? value.toSpliced(step, 1)
      : value.map((item: Json, index) => (index === step ? removed(item, rest) : item))
  if (!isObject(value) || typeof step !== 'string') return value ?? null
  return withValue(value, [step], rest.length === 0 ? undefined : removed(value[step], rest))
}
