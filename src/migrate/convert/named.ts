// Things that the user named: each must have a name, each name must be there once, and Kubernetes must allow it.
import { spanOf } from '../../config/source/node.ts'
import type { Field } from '../legacy/readers.ts'
import { type Convert, sayMissing } from './context.ts'

export interface Named<T> {
  readonly item: Field<T>
  /** as the source has it */
  readonly source: Field<string>
  /** in the cluster */
  readonly name: string
}

interface Kind {
  readonly kind: 'IPAddressPool' | 'BFDProfile'
  /** as a person calls it: `pool` */
  readonly noun: string
}

/** The items that have a name of their own, with the name that they get; what is wrong with the others is reported. */
export function named<T extends { readonly name?: Field<string> }>(
  items: readonly Field<T>[],
  { kind, noun }: Kind,
  namespace: string,
  convert: Convert,
): Named<T>[] {
  const byName = new Map<string, { item: Field<T>; source: Field<string> }>()
  for (const item of items) {
    const { name } = item.value
    const first = name === undefined ? undefined : byName.get(name.value)
    if (name === undefined || name.value === '')
      sayMissing(
        convert,
        item.node,
        `"${item.path}" has no name.`,
        `Give the ${noun} the name by which others refer to it.`,
      )
    else if (first === undefined) byName.set(name.value, { item, source: name })
    else
      convert.diagnostics.push({
        code: 'M018',
        severity: 'error',
        message: `Two ${noun}s are called "${name.value}"; MetalLB refused that.`,
        at: spanOf(name.node),
        related: [{ message: 'the other one', at: spanOf(first.source.node) }],
      })
  }
  const kept = [...byName.values()]
  const wanted = kept.map(({ source }) => ({ name: source.value, at: source.node }))
  const names = convert.names.adopt(
    kind,
    namespace,
    wanted,
    (index) => `${noun.replaceAll(' ', '-').toLowerCase()}-${index + 1}`,
  )
  return kept.map((entry, index) => ({ ...entry, name: names[index] ?? entry.source.value }))
}
