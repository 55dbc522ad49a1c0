// Which neighbours are told by unicast where an address is, and when: those that asked for it, once in a while, and at once when it
// comes to this node. It needs no broadcast, which networks may lose or limit, and that wakes every host of the link.
// Questions for addresses of others are remembered, too, as far as they are heard: they are what makes a takeover known.
import { formatIp, type Ip } from '../net/ip.ts'
import { isGroupMac } from '../net/mac.ts'
import { type Asker, Askers } from './askers.ts'
import { ROUND_MS, WINDOW_MS } from './bursts.ts'
import { pairKey } from './owned-pairs.ts'

/** One frame: an ARP reply, or an advertisement with override that answers nothing. */
export interface Refresh {
  readonly interfaceName: string
  readonly address: Ip
  readonly to: Asker
}

/** Frames of one turn; the next turn comes TURN_MS later. That is 6,400 frames in a second at most. */
export const FRAMES_PER_TURN = 64
export const TURN_MS = 10
/** Addresses with askers, each on one interface: those held here, and those of others. The ones asked for longest ago are forgotten. */
export const HELD_REMEMBERED = 4_096
export const OTHERS_REMEMBERED = 1_024

interface Known {
  readonly interfaceName: string
  readonly address: Ip
  readonly askers: Askers
  /** of those that are held: when they are due */
  nextMs: number
  /** taken over so lately that it is told in rounds */
  endsMs: number
}

export class NeighborRefresh {
  readonly #intervalMs: number
  readonly #held = new Map<string, Known>()
  readonly #others = new Map<string, Known>()
  /** frames of addresses that were due, and whether these still count when their turn comes */
  #queue: { readonly key: string; readonly refresh: Refresh }[] = []
  #turnMs = 0
  /** no address is due before */
  #dueMs = Number.POSITIVE_INFINITY

  /** @param intervalMs between two refreshes of an address that is held */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /**
   * Somebody asked, and was answered where the address is held here.
   * @param isHeld whether it is
   * @param nowMs of a clock that never goes back
   */
  asked(interfaceName: string, address: Ip, asker: Asker, isHeld: boolean, nowMs: number): void {
    // A probe (RFC 5227 §2.1) and an announcement of oneself (§2.3) are no questions of somebody who will send there.
    if (asker.address.value === 0n || asker.address.value === address.value || isGroupMac(asker.mac)) return
    const key = pairKey(interfaceName, formatIp(address))
    const [known, limit] = isHeld ? [this.#held, HELD_REMEMBERED] : [this.#others, OTHERS_REMEMBERED]
    const entry = known.get(key) ?? {
      ...{ interfaceName, address, askers: new Askers() },
      ...{ nextMs: nowMs + this.#intervalMs, endsMs: nowMs },
    }
    entry.askers.add(asker, nowMs)
    remember(known, key, entry, limit)
    if (isHeld) this.#dueMs = Math.min(this.#dueMs, entry.nextMs)
  }

  /**
   * From now on the address is held: whoever asked for it while it was another's is told at once, and in the rounds of an
   * announcement. Once is not enough: Linux ignores a reply within a second of the last (locktime in arp(7)).
   */
  taken(interfaceName: string, address: Ip, nowMs: number): void {
    const key = pairKey(interfaceName, formatIp(address))
    const entry = this.#others.get(key)
    if (entry === undefined) return
    this.#others.delete(key)
    entry.nextMs = nowMs
    entry.endsMs = nowMs + WINDOW_MS
    remember(this.#held, key, entry, HELD_REMEMBERED)
    this.#dueMs = Math.min(this.#dueMs, nowMs)
  }

  /** Nobody is told of it any more, from this call on. */
  given(interfaceName: string, address: Ip): void {
    const key = pairKey(interfaceName, formatIp(address))
    const entry = this.#held.get(key)
    if (entry === undefined) return
    this.#held.delete(key)
    remember(this.#others, key, entry, OTHERS_REMEMBERED)
  }

  /** When `take` has something at the earliest; undefined: not before somebody asks or something is taken. */
  get nextMs(): number | undefined {
    if (this.#queue.length > 0) return this.#turnMs
    return this.#dueMs === Number.POSITIVE_INFINITY ? undefined : Math.max(this.#dueMs, this.#turnMs)
  }

  /** What is to be sent now, and no more than fits into one turn. */
  take(nowMs: number): readonly Refresh[] {
    if (nowMs < this.#turnMs) return []
    if (nowMs >= this.#dueMs) this.#gather(nowMs)
    const frames: Refresh[] = []
    let looked = 0
    for (const { key, refresh } of this.#queue) {
      if (frames.length === FRAMES_PER_TURN) break
      looked++
      if (this.#held.has(key)) frames.push(refresh)
    }
    this.#queue = this.#queue.slice(looked)
    if (frames.length > 0) this.#turnMs = nowMs + TURN_MS
    return frames
  }

  /** Puts what is due into the queue. What is still in it from the last time is not put there again. */
  #gather(nowMs: number): void {
    const waiting = new Set(this.#queue.map(({ key }) => key))
    this.#dueMs = Number.POSITIVE_INFINITY
    for (const [key, entry] of this.#held) {
      if (entry.nextMs <= nowMs) {
        const { interfaceName, address } = entry
        const askers = entry.askers.current(nowMs)
        if (askers.length === 0) {
          this.#held.delete(key)
          continue
        }
        const isRound = nowMs + ROUND_MS < entry.endsMs
        entry.nextMs = nowMs + (isRound ? Math.min(ROUND_MS, this.#intervalMs) : this.#intervalMs)
        if (!waiting.has(key))
          for (const to of askers) this.#queue.push({ key, refresh: { interfaceName, address, to } })
      }
      this.#dueMs = Math.min(this.#dueMs, entry.nextMs)
    }
  }
}

/** The latest last; of too many, the first is forgotten. */
function remember(known: Map<string, Known>, key: string, entry: Known, limit: number): void {
  known.delete(key)
  known.set(key, entry)
  if (known.size <= limit) return
  for (const oldest of known.keys()) {
    known.delete(oldest)
    break
  }
}
