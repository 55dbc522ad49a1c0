// Who is known, in the order in which they are probed.
import type { Ip } from '../net/ip.ts'
import type { MemberState } from '../wire/gossip/protocol.ts'
import type { NodeState } from '../wire/gossip/push-pull.ts'
import type { Versions } from '../wire/gossip/versions.ts'
import type { GossipEndpoint } from './endpoint.ts'
import { reachable } from './endpoint.ts'

/** What is known of a member. */
export interface Member {
  /** the Kubernetes node name */
  readonly name: string
  readonly address: Ip
  readonly port: number
  /** opaque data of its application; MetalLB has none */
  readonly meta: Uint8Array
  /** `suspect`: did not answer and may still object. `left`: said goodbye. `dead` and `left` are forgotten after a while */
  readonly state: MemberState
  readonly incarnation: number
  /** when the state changed, on the clock of the machine */
  readonly stateChangedMs: number
}

/** The same, where it is written. */
export interface MemberRecord extends Member {
  address: Ip
  port: number
  meta: Uint8Array
  state: MemberState
  incarnation: number
  stateChangedMs: number
  versions: Versions | undefined
}

/** A number from 0 up to, not including, 1. */
export type Random = () => number

export const isGone = ({ state }: { readonly state: MemberState }): boolean =>
  state === 'dead' || state === 'left'

export const endpointOf = ({ address, port }: Member): GossipEndpoint => reachable({ address, port })

export const copyOf = ({
  name,
  address,
  port,
  meta,
  state,
  incarnation,
  stateChangedMs,
}: Member): Member => ({
  ...{ name, address, port, meta: meta.slice() },
  ...{ state, incarnation, stateChangedMs },
})

export class MemberTable {
  readonly #byName = new Map<string, MemberRecord>()
  #order: MemberRecord[] = []
  #probed = 0
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** Everybody in the list, the gone ones that are not forgotten too: what times and counts scale with. */
  get size(): number {
    return this.#order.length
  }

  get all(): readonly MemberRecord[] {
    return this.#order
  }

  get(name: string): MemberRecord | undefined {
    return this.#byName.get(name)
  }

  /** To a random place: appended everywhere, a new member would be probed by all others at the same moment. */
  add(member: MemberRecord): void {
    this.#byName.set(member.name, member)
    const last = this.#order.push(member) - 1
    this.#swap(this.#below(last), last)
  }

  /**
   * The next one to probe of those that `wanted` takes; undefined when there is none. At the end of a round the gone ones
   * whose state is older than `forgetBeforeMs` are forgotten and the order is drawn anew.
   */
  nextToProbe(wanted: (member: MemberRecord) => boolean, forgetBeforeMs: number): MemberRecord | undefined {
    for (let looked = 0; looked <= this.#order.length; looked++) {
      if (this.#probed >= this.#order.length) {
        this.#forget(forgetBeforeMs)
        this.#shuffle()
        this.#probed = 0
      }
      const member = this.#order[this.#probed++]
      if (member !== undefined && wanted(member)) return member
    }
    return undefined
  }

  /** Up to `count` different members that `wanted` takes. With few members the search is exhaustive, with many a good guess. */
  pick(count: number, wanted: (member: MemberRecord) => boolean): MemberRecord[] {
    const size = this.#order.length
    if (size < count * 3) return this.#pickOfFew(count, wanted)
    const picked: MemberRecord[] = []
    for (let tries = size * 3; tries > 0 && picked.length < count; tries--) {
      const member = this.#order[this.#below(size)]
      if (member !== undefined && !picked.includes(member) && wanted(member)) picked.push(member)
    }
    return picked
  }

  /** For a push/pull: what we believe of everybody. */
  states(): NodeState[] {
    return this.#order.map(({ name, address, port, meta, incarnation, state, versions }) => ({
      ...{ name, address, port, meta },
      ...{ incarnation, state, versions },
    }))
  }

  #pickOfFew(count: number, wanted: (member: MemberRecord) => boolean): MemberRecord[] {
    const candidates = this.#order.filter(wanted)
    const picked: MemberRecord[] = []
    while (picked.length < count && candidates.length > 0)
      picked.push(...candidates.splice(this.#below(candidates.length), 1))
    return picked
  }

  #forget(beforeMs: number): void {
    if (!this.#order.some((member) => isGone(member) && member.stateChangedMs < beforeMs)) return
    this.#order = this.#order.filter((member) => {
      const forgotten = isGone(member) && member.stateChangedMs < beforeMs
      if (forgotten) this.#byName.delete(member.name)
      return !forgotten
    })
  }

  #shuffle(): void {
    for (let last = this.#order.length - 1; last > 0; last--) this.#swap(this.#below(last + 1), last)
  }

  #swap(a: number, b: number): void {
    const first = this.#order[a]
    const second = this.#order[b]
    if (first === undefined || second === undefined) return
    this.#order[a] = second
    this.#order[b] = first
  }

  /** A whole number from 0 to below `limit`; 0 for a limit of 0. */
  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }
}
