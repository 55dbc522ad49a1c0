// The nodes, and which of them may announce at all. One table for all Services; it is asked for classes of nodes, each of which is
// computed once per state of the nodes.
import { matchesAny, matchesSelector } from '../../config/semantics/selector.ts'
import type { L2Advert, Selectors } from '../configuration/configuration.ts'
import type { Members, NodeFact } from '../facts/facts.ts'
import type { Detail } from './reasons.ts'
import type { ReleaseRules } from './release-rules.ts'

export const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers'

export interface NodeOptions {
  readonly rules: ReleaseRules
  /** --ignore-exclude-lb */
  readonly ignoreExcludeLabel: boolean
}

export class NodeTable {
  readonly #nodes: ReadonlyMap<string, NodeFact>
  readonly #members: Members
  readonly #options: NodeOptions
  readonly #selected = new Map<Selectors, ReadonlySet<string>>()

  /** The map is read while the table is in use, and must not change meanwhile. */
  constructor(nodes: ReadonlyMap<string, NodeFact>, members: Members, options: NodeOptions) {
    this.#nodes = nodes
    this.#members = members
    this.#options = options
  }

  get rules(): ReleaseRules {
    return this.#options.rules
  }

  get(name: string): NodeFact | undefined {
    return this.#nodes.get(name)
  }

  names(): Iterable<string> {
    return this.#nodes.keys()
  }

  /** The nodes that an advertisement is for. */
  selectedBy(selectors: Selectors): ReadonlySet<string> {
    const known = this.#selected.get(selectors)
    if (known !== undefined) return known
    const all = selectors.length === 0 || !this.rules.nodeSelectors
    const names = [...this.#nodes.values()].filter(({ labels }) => all || matchesAny(selectors, labels))
    const selected = new Set(names.map(({ name }) => name))
    this.#selected.set(selectors, selected)
    return selected
  }

  selects(selectors: Selectors, name: string): boolean {
    return this.selectedBy(selectors).has(name)
  }

  /** Weights of the preferences that match, over the advertisements that are for the node. */
  scoreOf(name: string, adverts: readonly L2Advert[]): number {
    const labels = this.#nodes.get(name)?.labels ?? {}
    let score = 0
    for (const { nodes, preferences } of adverts) {
      if (preferences.length === 0 || !this.selects(nodes, name)) continue
      for (const preference of preferences)
        if (matchesSelector(preference.nodes, labels)) score += preference.weight
    }
    return score
  }

  /** Why the node is no candidate for layer 2, whatever the Service; undefined when it is one. */
  layer2Barrier(name: string): Detail | undefined {
    const node = this.#nodes.get(name)
    if (node === undefined) return 'unknown-node'
    if (this.rules.candidates !== 'nodes-with-endpoints' && this.#members?.has(name) === false)
      return 'no-speaker'
    if (this.networkUnavailable(node)) return 'network-unavailable'
    if (this.excludedByLabel(node)) return 'excluded-by-label'
    return this.rules.unschedulable && node.unschedulable ? 'unschedulable' : undefined
  }

  networkUnavailable(node: NodeFact): boolean {
    return this.rules.networkUnavailable && node.networkUnavailable
  }

  excludedByLabel(node: NodeFact): boolean {
    const { rules, ignoreExcludeLabel } = this.#options
    if (!rules.excludeLabel || (rules.ignoresExcludeLabel && ignoreExcludeLabel)) return false
    return Object.hasOwn(node.labels, EXCLUDE_LABEL)
  }
}
