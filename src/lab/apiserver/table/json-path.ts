// The simple JSONPath of printer columns: members, indexes, `[*]`, and a filter on equality.
import { isObject } from '../json-value.ts'

type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'filter'; readonly path: readonly string[]; readonly equal: string }

const STEP =
  /^(?:\.([A-Za-z0-9_$-]+(?:\\\.[A-Za-z0-9_/$-]+)*)|\['([^']+)'\]|\[(\d+)\]|\[(\*)\]|\[\?\(@\.([\w.]+)\s*==\s*["']([^"']*)["']\)\])/

/** The steps of a path, or undefined when it is of a kind that is not served here. */
export function parseJsonPath(path: string): readonly Step[] | undefined {
  const steps: Step[] = []
  let rest = path.trim()
  while (rest !== '') {
    const match = STEP.exec(rest)
    if (match === null) return undefined
    const [whole, member, quoted, index, all, filter, equal] = match
    if (member !== undefined) steps.push({ kind: 'member', name: member.replaceAll('\\.', '.') })
    else if (quoted !== undefined) steps.push({ kind: 'member', name: quoted })
    else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) })
    else if (all !== undefined) steps.push({ kind: 'all' })
    else steps.push({ kind: 'filter', path: (filter ?? '').split('.'), equal: equal ?? '' })
    rest = rest.slice(whole.length)
  }
  return steps
}

/** Everything that the steps lead to. */
export function findAll(value: unknown, steps: readonly Step[]): readonly unknown[] {
  const [step, ...rest] = steps
  if (step === undefined) return value === undefined || value === null ? [] : [value]
  return next(value, step).flatMap((one) => findAll(one, rest))
}

function next(value: unknown, step: Step): readonly unknown[] {
  switch (step.kind) {
    case 'member':
      return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : []
    case 'index':
      return Array.isArray(value) && step.index < value.length ? [value[step.index]] : []
    case 'all':
      return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
    case 'filter':
      return Array.isArray(value) ? value.filter((one) => String(deep(one, step.path)) === step.equal) : []
  }
}

const deep = (value: unknown, path: readonly string[]): unknown =>
  path.reduce((at: unknown, key) => (isObject(at) ? at[key] : undefined), value)
