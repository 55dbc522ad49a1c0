// An object that migrate wants, with the place in the input that each of its fields came from.

import type { KubeObject } from '../config/kube-object.ts'
import type { Comments } from '../config/print.ts'
import { commentBeside, commentBesideKey, commentsAbove } from '../config/source/comments.ts'
import type { MapEntry, Node, ScalarNode } from '../config/source/node.ts'
import type { Field } from './legacy/readers.ts'

export interface Planned {
  readonly object: KubeObject
  /** by path from the object's root; '' is the object itself */
  readonly origins: ReadonlyMap<string, Origin>
  /** other places that this object also came from: equal advertisements that were merged */
  readonly mergedFrom?: readonly Origin[]
}

export interface Origin {
  /** path in the source: `address-pools[0].addresses[1]` */
  readonly path: string
  readonly node: Node
  readonly key: ScalarNode | undefined
  /** the comments there belong to another field that came from the same place */
  readonly bare?: true
  /** for the report: what became of places that shaped this value and stand in no field themselves */
  readonly accounts?: readonly { readonly node: Node; readonly reason: string }[]
}

/** For a field that only refers to what stands at `origin`. */
export const referenceTo = (origin: Origin): Origin => ({ ...origin, bare: true })

/** A field that was read knows where it stands; it is its own origin, so that large configurations stay small in memory. */
export const originOf = (field: Field<unknown>): Origin => field

/** Comments of the source that stand above or beside the values that became a field. */
export function plannedComments({ object, origins, mergedFrom = [] }: Planned): Comments {
  const comments = new Map<string, { above?: readonly string[]; beside?: string }>()
  if (![origins.get(''), ...mergedFrom].some((origin) => origin?.node.source.mayHoldComments)) return comments
  const used = new Set<string>()
  for (const [path, { node, key, bare }] of withLists(origins)) {
    if (bare) continue
    const besideKey = key === undefined || node.kind === 'scalar' ? undefined : commentBesideKey(key)
    const above = once(
      [...commentsAbove(node, (key ?? node).start), ...(besideKey === undefined ? [] : [besideKey])],
      used,
      key ?? node,
    )
    const found = node.kind === 'scalar' ? commentBeside(node) : undefined
    // Beside a key whose value stands on the lines below, a comment would be taken for one about those.
    const beside = found !== undefined && isScalar(valueAt(object, path)) ? found : undefined
    if (above.length > 0 || beside !== undefined)
      comments.set(path, {
        ...(above.length > 0 ? { above } : {}),
        ...(beside === undefined ? {} : { beside }),
      })
  }
  const merged = mergedFrom.flatMap(({ node, key }) =>
    once(commentsAbove(node, (key ?? node).start), used, key ?? node),
  )
  if (merged.length > 0) comments.set('', { above: [...(comments.get('')?.above ?? []), ...merged] })
  return comments
}

/** The origins, and before the first item of a list that has none itself the key that the list stood behind. */
function* withLists(origins: Planned['origins']): Generator<readonly [string, Origin]> {
  const root = origins.get('')?.node
  for (const [path, origin] of origins) {
    const list = path.endsWith('[0]') ? path.slice(0, -'[0]'.length) : undefined
    const entry =
      list === undefined || origin.bare || origins.has(list) || root?.kind !== 'map'
        ? undefined
        : root.entries.find(({ value }) => value.kind === 'list' && value.items.includes(origin.node))
    if (list !== undefined && entry !== undefined)
      yield [list, { path: origin.path, node: entry.value, key: entry.key }]
    yield [path, origin]
  }
}

const isScalar = (value: unknown): boolean => value !== undefined && typeof value !== 'object'

/** The value at a path such as `spec.addresses[1]`; undefined when nothing is there. */
export function valueAt(object: KubeObject, path: string): unknown {
  let value: unknown = object
  const [, before = path, label] = /^(.*?\.(?:matchLabels|labels|annotations))\.(.*)$/.exec(path) ?? []
  for (const [step] of before.matchAll(/[^.[\]]+/g)) value = own(value, step)
  // Keys of labels and annotations hold dots themselves.
  return label === undefined ? value : own(value, label)
}

const own = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined

/** The first key of a list item stands on the item's own line: its comment belongs to the item. */
function once(comments: readonly string[], used: Set<string>, node: Node): readonly string[] {
  const line = `${node.source.name}:${node.source.lineStart(node.start)}`
  if (comments.length === 0 || used.has(line)) return []
  used.add(line)
  return comments
}

/**
 * The planned object as a tree whose nodes stand where their values came from, so that the rules for custom resources
 * point at the legacy text.
 */
export function plannedNode({ object, origins }: Planned): Node {
  const root = origins.get('')
  if (root === undefined) throw new Error(`the planned ${object.kind} ${object.metadata.name} has no origin`)
  return build(object, '', root, origins)
}

function build(value: unknown, path: string, around: Origin, origins: ReadonlyMap<string, Origin>): Node {
  const origin = origins.get(path) ?? around
  const { source, start, end } = origin.node
  if (Array.isArray(value))
    return {
      kind: 'list',
      items: value.map((item, i) => build(item, `${path}[${i}]`, origin, origins)),
      source,
      start,
      end,
    }
  if (typeof value === 'object' && value !== null) {
    const entries: MapEntry[] = []
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined) continue
      const at = path === '' ? name : `${path}.${name}`
      const key = origins.get(at)?.key ?? origin.node
      entries.push({
        key: {
          kind: 'scalar',
          text: name,
          style: 'plain',
          source: key.source,
          start: key.start,
          end: key.end,
        },
        value: build(field, at, origin, origins),
      })
    }
    return { kind: 'map', entries, source, start, end }
  }
  const style = typeof value === 'string' ? 'double' : 'plain'
  return { kind: 'scalar', text: String(value), style, source, start, end }
}
