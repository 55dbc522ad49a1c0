// The candidates of an election: the nodes that at least one of a set of advertisements selects and that may announce. Thousands of
// Services have a handful of electorates. An electorate knows how it differs from the one of the state before, so that an
// election among a thousand nodes is not held again when one of them comes or goes.
import type { L2Advert } from '../configuration/configuration.ts'
import type { NodeTable } from './node-table.ts'

export interface Electorate {
  readonly members: readonly string[]
  /** those with the highest score of preferences; all, where there are none */
  readonly preferred: readonly string[]
  /** electorates with the same preferred nodes have the same number, also across states */
  readonly id: number
  /** how `preferred` came from that of the state before */
  readonly change:
    | { readonly fromId: number; readonly added: readonly string[]; readonly removed: ReadonlySet<string> }
    | undefined
}

export class Electorates {
  readonly #nodes: NodeTable
  readonly #known = new Map<string, Electorate>()
  /** adverts of a pool come as the same list again and again */
  readonly #byList = new WeakMap<readonly L2Advert[], Electorate>()
  readonly #advertNumbers = new Map<L2Advert, number>()
  readonly #ids = new Map<string, number>()
  #nextId: number
  // Of the state before, and of no state before that.
  readonly #previous: ReadonlyMap<string, Electorate>
  readonly #previousIds: ReadonlyMap<string, number>
  readonly #previousNumbers: ReadonlyMap<L2Advert, number>

  constructor(nodes: NodeTable, previous?: Electorates) {
    this.#nodes = nodes
    this.#previous = previous === undefined ? new Map() : previous.#known
    this.#previousIds = previous === undefined ? new Map() : previous.#ids
    this.#previousNumbers = previous === undefined ? new Map() : previous.#advertNumbers
    this.#nextId = previous === undefined ? 0 : previous.#nextId
  }

  of(adverts: readonly L2Advert[]): Electorate {
    const known = this.#byList.get(adverts)
    if (known !== undefined) return known
    const key = adverts.map((advert) => this.#number(advert)).join(' ')
    const made = this.#known.get(key) ?? this.#make(adverts, this.#previous.get(key))
    this.#known.set(key, made)
    this.#byList.set(adverts, made)
    return made
  }

  /** Of these, the nodes with the highest score. */
  preferred(candidates: readonly string[], adverts: readonly L2Advert[]): readonly string[] {
    if (!this.prefers(adverts)) return candidates
    const scores = candidates.map((name) => this.#nodes.scoreOf(name, adverts))
    const best = Math.max(...scores)
    return candidates.filter((_, index) => scores[index] === best)
  }

  prefers(adverts: readonly L2Advert[]): boolean {
    return this.#nodes.rules.preferences && adverts.some(({ preferences }) => preferences.length > 0)
  }

  #number(advert: L2Advert): number {
    const known = this.#advertNumbers.get(advert)
    if (known !== undefined) return known
    const number = this.#previousNumbers.get(advert) ?? this.#nextId++
    this.#advertNumbers.set(advert, number)
    return number
  }

  #make(adverts: readonly L2Advert[], before: Electorate | undefined): Electorate {
    const selected = new Set<string>()
    for (const { nodes } of adverts) for (const name of this.#nodes.selectedBy(nodes)) selected.add(name)
    const members = [...selected].filter((name) => this.#nodes.layer2Barrier(name) === undefined)
    const preferred = this.preferred(members, adverts)
    const id = this.#idOf(preferred)
    if (before === undefined || before.id === id) return { members, preferred, id, change: undefined }
    const earlier = new Set(before.preferred)
    const now = new Set(preferred)
    const added = preferred.filter((name) => !earlier.has(name))
    const removed = new Set(before.preferred.filter((name) => !now.has(name)))
    return { members, preferred, id, change: { fromId: before.id, added, removed } }
  }

  #idOf(preferred: readonly string[]): number {
    const content = [...preferred].sort().join(' ')
    const id = this.#ids.get(content) ?? this.#previousIds.get(content) ?? this.#nextId++
    this.#ids.set(content, id)
    return id
  }
}
