// What the responder has not been told yet. While it is busy with one command, those that follow become one.
import type { PairChanges } from './owned-pairs.ts'
import type { OwnedChange, OwnedChanges } from './ports.ts'

export class GatheredChanges {
  #last = new Map<string, { readonly pair: PairChanges['come'][number]; readonly isOwned: boolean }>()

  add({ gone, come }: PairChanges): void {
    for (const pair of gone) this.#last.set(pair.key, { pair, isOwned: false })
    for (const pair of come) this.#last.set(pair.key, { pair, isOwned: true })
  }

  /** The last word on each pair, by interface; nothing is left then. */
  take(): OwnedChanges {
    const changes = new Map<
      string,
      { readonly gone: OwnedChange['gone'][number][]; readonly come: OwnedChange['come'][number][] }
    >()
    for (const { pair, isOwned } of this.#last.values()) {
      const { interfaceName, address } = pair
      const change = changes.get(interfaceName) ?? { gone: [], come: [] }
      changes.set(interfaceName, change)
      change[isOwned ? 'come' : 'gone'].push(address)
    }
    this.#last = new Map()
    return changes
  }
}
