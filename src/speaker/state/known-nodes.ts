// The nodes and the members as they were last told, and whether a change to them matters to anybody.
import type { Members, NodeFact } from '../facts/facts.ts'
import { sameValue } from '../facts/same-value.ts'

export interface NodesChange {
  /** decisions may be others now */
  readonly decisions: boolean
  /** this node is another one: its peers and its identifier may change */
  readonly own: boolean
}

const NO_CHANGE: NodesChange = { decisions: false, own: false }

export class KnownNodes {
  readonly #told = new Map<string, NodeFact>()
  readonly #nodeName: string
  readonly #outsideCluster: boolean
  #members: Members
  #nodes: ReadonlyMap<string, NodeFact> | undefined

  constructor({ nodeName, outsideCluster }: { readonly nodeName: string; readonly outsideCluster: boolean }) {
    this.#nodeName = nodeName
    this.#outsideCluster = outsideCluster
  }

  get members(): Members {
    return this.#members
  }

  /** By name. The map stays as it is; a change makes another one. */
  nodes(): ReadonlyMap<string, NodeFact> {
    this.#nodes ??= new Map([
      ...this.#implied().map((name) => [name, plainNode(name)] as const),
      ...this.#told,
    ])
    return this.#nodes
  }

  #implied(): readonly string[] {
    return this.#outsideCluster ? [this.#nodeName, ...(this.#members ?? [])] : []
  }

  /** Kubelets renew their Nodes all the time; few of these changes have a meaning here. */
  set(node: NodeFact): NodesChange {
    const before = this.#told.get(node.name)
    if (sameValue(before, node)) return NO_CHANGE
    this.#told.set(node.name, node)
    this.#nodes = undefined
    const decisions =
      before === undefined || !sameValue({ ...before, addresses: [] }, { ...node, addresses: [] })
    return { decisions, own: node.name === this.#nodeName }
  }

  delete(name: string): NodesChange {
    if (!this.#told.delete(name)) return NO_CHANGE
    this.#nodes = undefined
    return { decisions: true, own: name === this.#nodeName }
  }

  setMembers(members: Members): NodesChange {
    if (sameValue(this.#members, members)) return NO_CHANGE
    this.#members = members
    this.#nodes = undefined
    return { decisions: true, own: false }
  }
}

const plainNode = (name: string): NodeFact => ({
  name,
  labels: {},
  networkUnavailable: false,
  unschedulable: false,
  addresses: [],
})
