// Which nodes an object is for, and whether two objects meet on a node. Equal selections are one class: thousands of
// objects have a handful of them.
import type { NodeObject } from '../objects/read-object.ts'
import type { LabelSelector } from '../schema/field.ts'
import { LabelIndex } from './label-index.ts'
import { compileSelector, selectorKey } from './selector.ts'

export interface NodeClass {
  readonly id: number
  /** no selectors, or one that matches everything */
  readonly all: boolean
  /** the nodes, when nodes are known */
  readonly nodes: readonly NodeObject[] | undefined
}

export class NodeSelector {
  readonly known: boolean
  readonly #index: LabelIndex<NodeObject>
  readonly #classes = new Map<string, NodeClass>()
  readonly #oneNode: boolean
  #every: NodeClass | undefined

  /** @param oneNode everything that is asked about is for one and the same node, whatever its selectors */
  constructor(nodes: readonly NodeObject[], oneNode = false) {
    this.#oneNode = oneNode
    this.known = nodes.length > 0
    this.#index = new LabelIndex(nodes)
  }

  /** The class of a list of selectors; undefined when one of them is wrong. */
  classOf(selectors: readonly LabelSelector[] = []): NodeClass | undefined {
    if (selectors.length === 0) {
      this.#every ??= this.#make([])
      return this.#every
    }
    return this.#make(selectors)
  }

  #make(selectors: readonly LabelSelector[]): NodeClass | undefined {
    const keys = [...new Set(selectors.map(selectorKey))].sort()
    const all = this.#oneNode || keys.length === 0 || keys.includes('[[],[]]')
    const key = all && !this.#oneNode ? '' : keys.join('\n')
    const known = this.#classes.get(key)
    if (known !== undefined) return known
    const compiled = []
    for (const selector of selectors) {
      const result = compileSelector(selector)
      if (!result.ok) return undefined
      compiled.push(result.value)
    }
    const nodes = this.known ? this.#index.select(all ? [{ requirements: [] }] : compiled) : undefined
    const made: NodeClass = { id: this.#classes.size, all, nodes }
    this.#classes.set(key, made)
    return made
  }
}
