// The prefixes of one family in an Adj-RIB-Out, with what is known of each, by slot.
import type { IpFamily } from '../../net/ip.ts'
import type { Prefix } from '../../net/prefix.ts'
import { grown, PrefixTable } from '../prefix-table.ts'
import type { AttributeGroup } from './attribute-group.ts'
import type { Outlet, WaitingPrefixes } from './outlet.ts'

export class RouteTable implements WaitingPrefixes {
  readonly prefixes: PrefixTable
  /** what the peer shall have */
  readonly desired: (AttributeGroup | undefined)[] = []
  /** what it has, or will have once it read what was taken */
  readonly announced: (Outlet | undefined)[] = []
  readonly outlet: (Outlet | undefined)[] = []
  previous = new Int32Array(0)
  next = new Int32Array(0)
  /** 1: it is sent even if nothing changed, and the end mark of the family waits for it */
  owed = new Uint8Array(0)
  /** the replacement of the desired state that named it last */
  generation = new Uint32Array(0)

  constructor(family: IpFamily) {
    this.prefixes = new PrefixTable(family)
  }

  /** The slot of a prefix; of a new one with nothing known. */
  add(prefix: Prefix): number {
    const before = this.prefixes.size
    const slot = this.prefixes.add(prefix)
    if (this.prefixes.size > before) {
      if (this.owed.length < this.prefixes.capacity) this.#grow(this.prefixes.capacity)
      this.desired[slot] = this.announced[slot] = this.outlet[slot] = undefined
      this.owed[slot] = 0
    }
    return slot
  }

  /** A prefix that neither side knows needs no slot. */
  deleteIfUnused(slot: number): void {
    if (
      this.desired[slot] === undefined &&
      this.announced[slot] === undefined &&
      this.outlet[slot] === undefined
    )
      this.prefixes.delete(slot)
  }

  /** What the peer had, or was about to get, it has no more. */
  forgetPeer(): void {
    for (let slot = this.prefixes.next(-1); slot >= 0; slot = this.prefixes.next(slot)) {
      this.announced[slot] = this.outlet[slot] = undefined
      this.owed[slot] = 0
      this.deleteIfUnused(slot)
    }
  }

  #grow(capacity: number): void {
    this.previous = grown(this.previous, new Int32Array(capacity))
    this.next = grown(this.next, new Int32Array(capacity))
    this.owed = grown(this.owed, new Uint8Array(capacity))
    this.generation = grown(this.generation, new Uint32Array(capacity))
  }
}
