// The account of a migration: each key of the source and what became of it.
import type { Node } from '../config/source/node.ts'
import type { Span } from '../config/source/source.ts'
import type { Migration } from './migrate.ts'
import { type Planned, valueAt } from './planned.ts'
import { type Leaf, type Place, reasonFor } from './reasons.ts'

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
export function reportEntries(migration: Migration, limit = Number.POSITIVE_INFINITY): ReportEntries {
  const leaves: Leaf[] = []
  let count = 0
  for (const { root, ignored } of migration.sources) {
    const left = new Set(ignored)
    walk(root, '', [], (node, path, around) => {
      if (count++ < limit) leaves.push({ node, path, around: [...around], ignored: left })
    })
  }
  const wanted = new Set(leaves.flatMap(({ node, around }) => [node, ...around.map((place) => place.node)]))
  const targets = targetsOf(wanted, migration.planned)
  return { entries: leaves.map((leaf) => entryOf(leaf, targets, migration)), more: count - leaves.length }
}

function entryOf(leaf: Leaf, targets: Targets, migration: Migration): ReportEntry {
  const { node, path } = leaf
  const at: Span = { source: node.source, start: node.start, end: node.end }
  const replaced = replacedBy(leaf, targets)
  if (replaced !== undefined) return { key: path, at, became: [], reason: replaced }
  const became = targets.fields.get(node)?.map(textOf) ?? within(leaf, targets)
  if (became.length > 0) return { key: path, at, became }
  return {
    key: path,
    at,
    became: [],
    reason: targets.accounts.get(node) ?? reasonFor(leaf, targets, migration),
  }
}

interface Target {
  readonly planned: Planned
  /** of the field; '' for the object as a whole */
  readonly path: string
}

interface Targets {
  readonly fields: ReadonlyMap<Node, readonly Target[]>
  /** advertisements that an equal one stands for */
  readonly merged: ReadonlyMap<Node, string>
  readonly accounts: ReadonlyMap<Node, string>
}

const idOf = ({ object }: Planned): string => `${object.kind} ${object.metadata.name}`
const textOf = ({ planned, path }: Target): string =>
  path === '' ? idOf(planned) : `${idOf(planned)} ${path}`

/** What became of the nodes that are asked for. */
function targetsOf(wanted: ReadonlySet<Node>, all: readonly Planned[]): Targets {
  const fields = new Map<Node, Target[]>()
  const merged = new Map<Node, string>()
  const accounts = new Map<Node, string>()
  const add = (node: Node, target: Target) => {
    const known = fields.get(node)
    if (known === undefined) fields.set(node, [target])
    else if (!known.some((other) => textOf(other) === textOf(target))) known.push(target)
  }
  for (const planned of all) {
    for (const [path, { node, bare, accounts: others = [] }] of planned.origins) {
      for (const other of others) accounts.set(other.node, other.reason)
      // A value that equals its default has an origin, but no field.
      if (wanted.has(node) && valueAt(planned.object, path) !== undefined)
        add(node, { planned, path: bare ? '' : path })
    }
    for (const { node } of planned.mergedFrom ?? []) {
      if (!wanted.has(node)) continue
      if (node.kind === 'map') merged.set(node, idOf(planned))
      add(node, { planned, path: '' })
    }
  }
  return { fields, merged, accounts }
}

/** The fields of a leaf whose list or map became a field as a whole, and which holds the same there. */
function within({ node, path, around }: Leaf, { fields, merged }: Targets): string[] {
  if (node.kind !== 'scalar') return []
  for (const place of around.toReversed()) {
    if (merged.has(place.node)) return []
    const rest = path.slice(place.path.length)
    const found = (fields.get(place.node) ?? [])
      .map((target) => ({
        ...target,
        path: `${target.path}${target.path === '' ? rest.replace(/^\./, '') : rest}`,
      }))
      .filter((target) => String(valueAt(target.planned.object, target.path)) === node.text)
    if (found.length > 0) return found.map(textOf)
  }
  return []
}

/** `apiVersion` and `kind` of an object of the 0.13 era say what it was, not what it is. */
function replacedBy({ path, around }: Leaf, { fields }: Targets): string | undefined {
  const [root] = around
  if (root === undefined || around.length > 1 || (path !== 'apiVersion' && path !== 'kind')) return undefined
  const now = fields.get(root.node)?.[0]?.planned.object
  return now === undefined ? undefined : `replaced: ${now.kind} of ${now.apiVersion} now`
}

/** Values, and lists or maps that hold none. `around` is reused between calls. */
function walk(
  node: Node,
  path: string,
  around: Place[],
  visit: (node: Node, path: string, around: readonly Place[]) => void,
): void {
  around.push({ node, path })
  if (node.kind === 'map' && node.entries.length > 0)
    for (const { key, value } of node.entries)
      walk(value, path === '' ? key.text : `${path}.${key.text}`, around, visit)
  else if (node.kind === 'list' && node.items.length > 0)
    for (const [index, item] of node.items.entries()) walk(item, `${path}[${index}]`, around, visit)
  around.pop()
  if (node.kind === 'scalar' || (node.kind === 'map' ? node.entries : node.items).length === 0)
    visit(node, path, around)
}
