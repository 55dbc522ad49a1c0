// Finds objects that meet on a node and disagree, without comparing every pair: objects are put into groups (same pool, same
// router …), and within a group only the classes of nodes are compared.
import type { NodeObject } from '../objects/read-object.ts'
import type { NodeClass } from './node-selection.ts'

/** The first item, and the first one with another value: enough to find a disagreement with any value. */
class Slot<T> {
  readonly #value: string
  readonly #first: T
  #other: T | undefined

  constructor(value: string, first: T) {
    this.#value = value
    this.#first = first
  }

  add(value: string, item: T): void {
    if (value !== this.#value) this.#other ??= item
  }

  differing(value: string): T | undefined {
    return value === this.#value ? this.#other : this.#first
  }
}

export type Meeting = 'yes' | 'no' | 'maybe'

export class ClashFinder<T> {
  readonly #groups = new Map<string, Map<NodeClass, Slot<T>>>()
  readonly #meetings = new Map<NodeClass, Map<NodeClass, Meeting>>()
  readonly #nodeSets = new Map<NodeClass, ReadonlySet<NodeObject>>()

  add(group: string, nodes: NodeClass, value: string, item: T): void {
    let classes = this.#groups.get(group)
    if (classes === undefined) {
      classes = new Map()
      this.#groups.set(group, classes)
    }
    const slot = classes.get(nodes)
    if (slot === undefined) classes.set(nodes, new Slot(value, item))
    else slot.add(value, item)
  }

  /** An item of the group with another value, on a node of `nodes`: surely, or, while no nodes are known, maybe. */
  find(
    group: string,
    nodes: NodeClass,
    value: string,
  ): { readonly item: T; readonly sure: boolean } | undefined {
    let maybe: T | undefined
    for (const [other, slot] of this.#groups.get(group) ?? []) {
      const item = slot.differing(value)
      if (item === undefined) continue
      const meeting = this.#meet(nodes, other)
      if (meeting === 'yes') return { item, sure: true }
      if (meeting === 'maybe') maybe ??= item
    }
    return maybe === undefined ? undefined : { item: maybe, sure: false }
  }

  #meet(a: NodeClass, b: NodeClass): Meeting {
    const known = this.#meetings.get(a)?.get(b)
    if (known !== undefined) return known
    const meeting = this.#compare(a, b)
    const row = this.#meetings.get(a) ?? new Map<NodeClass, Meeting>()
    row.set(b, meeting)
    this.#meetings.set(a, row)
    return meeting
  }

  #compare(a: NodeClass, b: NodeClass): Meeting {
    if (a.nodes === undefined || b.nodes === undefined) return a === b || a.all || b.all ? 'yes' : 'maybe'
    const [small, large] = a.nodes.length < b.nodes.length ? [a, b] : [b, a]
    const set = this.#setOf(large)
    return (small.nodes ?? []).some((node) => set.has(node)) ? 'yes' : 'no'
  }

  #setOf(nodes: NodeClass): ReadonlySet<NodeObject> {
    const known = this.#nodeSets.get(nodes)
    if (known !== undefined) return known
    const made = new Set(nodes.nodes ?? [])
    this.#nodeSets.set(nodes, made)
    return made
  }
}
