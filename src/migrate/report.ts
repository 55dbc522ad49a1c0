// The account of a migration: each key of the source and what became of it.
import type { KubeObject } from '../config/kube-object.ts'
import type { Node } from '../config/source/node.ts'
import { isNull } from '../config/source/node.ts'
import type { Span } from '../config/source/source.ts'
import type { Migration } from './migrate.ts'
import type { Planned } from './planned.ts'

export interface ReportEntry {
  /** path in the source: `address-pools[0].addresses[1]` */
  readonly key: string
  readonly at: Span
  /** `IPAddressPool lan spec.addresses[1]`; empty when nothing became of it */
  readonly became: readonly string[]
  /** why nothing became of it */
  readonly reason?: string
}

/** One entry a value of every legacy document, in the order of the source. */
export function reportEntries({ legacy, planned }: Migration): ReportEntry[] {
  const targets = targetsByNode(planned)
  return legacy.flatMap(({ document, ignored }) => {
    const left = new Set(ignored.map(({ node }) => node))
    const entries: ReportEntry[] = []
    walk(document.payload, '', [], (node, path, around) => {
      const at: Span = { source: node.source, start: node.start, end: node.end }
      const became = targets.get(node)
      if (became !== undefined) entries.push({ key: path, at, became })
      else entries.push({ key: path, at, became: [], reason: reasonFor(node, around, left, targets) })
    })
    return entries
  })
}

type Targets = ReadonlyMap<Node, string[]>

function targetsByNode(planned: readonly Planned[]): Targets {
  const targets = new Map<Node, string[]>()
  const add = (node: Node, target: string) => {
    const known = targets.get(node)
    if (known === undefined) targets.set(node, [target])
    else if (!known.includes(target)) known.push(target)
  }
  for (const { object, origins, mergedFrom = [] } of planned) {
    const id = `${object.kind} ${object.metadata.name}`
    for (const [path, { node }] of origins)
      if (isWritten(object, path))
        add(node, path === '' || path.startsWith('spec.ipAddressPools') ? id : `${id} ${path}`)
    for (const { node } of mergedFrom) add(node, id)
  }
  return targets
}

/** A value that equals its default has an origin, but no field. */
function isWritten(object: KubeObject, path: string): boolean {
  let value: unknown = object
  for (const [step] of path.matchAll(/[^.[\]]+/g)) {
    if (step === 'matchLabels') return true // label keys hold dots
    if (typeof value !== 'object' || value === null) return false
    value = (value as Record<string, unknown>)[step]
  }
  return value !== undefined
}

/** Values, and lists or maps that hold none. */
function walk(
  node: Node,
  path: string,
  around: readonly Node[],
  visit: (node: Node, path: string, around: readonly Node[]) => void,
): void {
  const inside = [...around, node]
  if (node.kind === 'map' && node.entries.length > 0)
    for (const { key, value } of node.entries)
      walk(value, path === '' ? key.text : `${path}.${key.text}`, inside, visit)
  else if (node.kind === 'list' && node.items.length > 0)
    for (const [index, item] of node.items.entries()) walk(item, `${path}[${index}]`, inside, visit)
  else visit(node, path, around)
}

function reasonFor(
  node: Node,
  around: readonly Node[],
  ignored: ReadonlySet<Node>,
  targets: Targets,
): string {
  if ([node, ...around].some((n) => ignored.has(n))) return 'not a known key; left out'
  if (isNull(node) || node.kind !== 'scalar') return 'empty; nothing to write'
  const nearest = around.toReversed().flatMap((n) => targets.get(n) ?? [])[0]
  return nearest === undefined
    ? 'the same without it; not written'
    : `the default, or already said by ${nearest}; not written`
}
