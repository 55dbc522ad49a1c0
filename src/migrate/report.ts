// The account of a migration: each key of the source and what became of it.
import type { Node } from '../config/source/node.ts'
import { isNull } from '../config/source/node.ts'
import type { Span } from '../config/source/source.ts'
import type { Migration } from './migrate.ts'
import { type Planned, valueAt } from './planned.ts'

export interface ReportEntry {
  /** path in the source: `address-pools[0].addresses[1]` */
  readonly key: string
  readonly at: Span
  /** `IPAddressPool lan spec.addresses[1]`; empty when nothing became of it */
  readonly became: readonly string[]
  /** why nothing became of it */
  readonly reason?: string
}

export interface ReportEntries {
  readonly entries: readonly ReportEntry[]
  /** how many there are beyond those */
  readonly more: number
}

/** One entry a value of everything that was converted, in the order of the source; `limit` of them. */
export function reportEntries(
  { sources, planned }: Migration,
  limit = Number.POSITIVE_INFINITY,
): ReportEntries {
  const leaves: Leaf[] = []
  let count = 0
  for (const { root, ignored } of sources) {
    const left = new Set(ignored)
    walk(root, '', [], (node, path, around) => {
      if (count++ < limit) leaves.push({ node, path, around: [...around], ignored: left })
    })
  }
  const targets = targetsOf(new Set(leaves.flatMap(({ node, around }) => [node, ...around])), planned)
  return { entries: leaves.map((leaf) => entryOf(leaf, targets)), more: count - leaves.length }
}

interface Leaf {
  readonly node: Node
  readonly path: string
  /** what it stands in, outermost first */
  readonly around: readonly Node[]
  readonly ignored: ReadonlySet<Node>
}

function entryOf(leaf: Leaf, targets: Targets): ReportEntry {
  const { node, path } = leaf
  const at: Span = { source: node.source, start: node.start, end: node.end }
  const became = targets.get(node)
  return became === undefined
    ? { key: path, at, became: [], reason: reasonFor(leaf, targets) }
    : { key: path, at, became }
}

type Targets = ReadonlyMap<Node, string[]>

/** What became of the nodes that are asked for. */
function targetsOf(wanted: ReadonlySet<Node>, planned: readonly Planned[]): Targets {
  const targets = new Map<Node, string[]>()
  const add = (node: Node, target: string) => {
    const known = targets.get(node)
    if (known === undefined) targets.set(node, [target])
    else if (!known.includes(target)) known.push(target)
  }
  for (const { object, origins, mergedFrom = [] } of planned) {
    const id = `${object.kind} ${object.metadata.name}`
    // A value that equals its default has an origin, but no field.
    for (const [path, { node, bare }] of origins)
      if (wanted.has(node) && valueAt(object, path) !== undefined)
        add(node, path === '' || bare ? id : `${id} ${path}`)
    for (const { node } of mergedFrom) if (wanted.has(node)) add(node, id)
  }
  return targets
}

/** Values, and lists or maps that hold none. `around` is reused between calls. */
function walk(
  node: Node,
  path: string,
  around: Node[],
  visit: (node: Node, path: string, around: readonly Node[]) => void,
): void {
  around.push(node)
  if (node.kind === 'map' && node.entries.length > 0)
    for (const { key, value } of node.entries)
      walk(value, path === '' ? key.text : `${path}.${key.text}`, around, visit)
  else if (node.kind === 'list' && node.items.length > 0)
    for (const [index, item] of node.items.entries()) walk(item, `${path}[${index}]`, around, visit)
  around.pop()
  if (node.kind === 'scalar' || (node.kind === 'map' ? node.entries : node.items).length === 0)
    visit(node, path, around)
}

function reasonFor({ node, around, ignored }: Leaf, targets: Targets): string {
  if ([node, ...around].some((n) => ignored.has(n))) return 'not a known key; left out'
  if (isNull(node) || node.kind !== 'scalar') return 'empty; nothing to write'
  const nearest = around.toReversed().flatMap((n) => targets.get(n) ?? [])[0]
  return nearest === undefined
    ? 'the same without it; not written'
    : `the default, or already said by ${nearest}; not written`
}
