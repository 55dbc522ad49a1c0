// Where the nodes are, as the facts tell it: that is where other speakers are looked for.
import { formatIp, type Ip } from '../../net/ip.ts'
import type { FactChange } from '../../speaker/facts/facts.ts'

export class NodeAddresses {
  readonly #me: string
  readonly #byName = new Map<string, readonly Ip[]>()

  constructor(me: string) {
    this.#me = me
  }

  /** @returns whether the nodes other than this one are at other addresses now */
  take(changes: readonly FactChange[]): boolean {
    let changed = false
    for (const change of changes) {
      if (change.kind === 'node' && change.node.name !== this.#me) {
        const before = this.#byName.get(change.node.name)
        changed ||= before === undefined || text(before) !== text(change.node.addresses)
        this.#byName.set(change.node.name, change.node.addresses)
      }
      if (change.kind === 'node-deleted') changed = this.#byName.delete(change.name) || changed
    }
    return changed
  }

  /** Names of the nodes other than this one. */
  get others(): readonly string[] {
    return [...this.#byName.keys()]
  }

  ofOthers(): readonly Ip[] {
    return [...this.#byName.values()].flat()
  }
}

const text = (addresses: readonly Ip[]): string => addresses.map(formatIp).join(' ')
