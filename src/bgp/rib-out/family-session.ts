// What is still to be said of one family in one session.
import { unicast } from '../../wire/bgp/families.ts'
import { encodeBgpMessage } from '../../wire/bgp/message.ts'
import { endOfRibUpdate } from '../../wire/bgp/route-changes.ts'
import type { ExportContext } from '../outbound.ts'
import type { AttributeGroup } from './attribute-group.ts'
import { Outlet } from './outlet.ts'
import type { RouteTable } from './route-table.ts'
import { announcementFrame, frameKey, withdrawalFrame } from './update-frame.ts'

/**
 * The table for the first time, the table once more, or changes. The first two end with a mark as soon as nothing is owed any
 * more; changes that come meanwhile do not delay it.
 */
type Phase = 'initial' | 'refresh' | 'enhanced-refresh' | 'changes'
const MARKED: ReadonlySet<Phase | undefined> = new Set<Phase>(['initial', 'enhanced-refresh'])

export interface SessionShare {
  readonly context: ExportContext
  readonly defaultLocalPreference: number
  /** outlets with somebody in them, of all families, the next to be served first */
  readonly turns: Set<Outlet>
}

export class FamilySession {
  readonly #share: SessionShare
  readonly #table: RouteTable
  readonly #withdrawals: Outlet
  readonly #byKey = new Map<string, Outlet>()
  // { outlet: undefined }: the peer cannot be told of the group
  readonly #ofGroup = new WeakMap<AttributeGroup, { readonly outlet: Outlet | undefined }>()
  #phase: Phase = 'initial'
  #owed = 0
  #announced = 0
  #refreshWanted: 'refresh' | 'enhanced-refresh' | undefined

  /** @param table in which nothing is announced or waits */
  constructor(table: RouteTable, share: SessionShare) {
    this.#share = share
    this.#table = table
    this.#withdrawals = new Outlet(table, withdrawalFrame(this.#family, share.context), 'withdrawals')
    this.#oweAll()
  }

  get #family() {
    return this.#table.prefixes.family
  }

  get announced(): number {
    return this.#announced
  }

  /** A mark is due, or will be. */
  get marksPending(): boolean {
    const wanted = this.#refreshWanted
    // A plain refresh has no marks: without routes it is nothing.
    return MARKED.has(this.#phase) || MARKED.has(wanted) || (wanted !== undefined && this.#announced > 0)
  }

  /** It begins when the table that is on its way is through, so that many requests cost no more than one. */
  wantRefresh(enhanced: boolean): void {
    if (this.#refreshWanted !== 'enhanced-refresh')
      this.#refreshWanted = enhanced ? 'enhanced-refresh' : 'refresh'
  }

  /** After every change of what is desired: puts the prefix where it has to wait. */
  schedule(slot: number): void {
    const { desired, outlet } = this.#table
    const group = desired[slot]
    const place = this.#placeOf(slot, group === undefined ? undefined : this.#outletOf(group))
    const before = outlet[slot]
    if (before !== place) {
      if (before !== undefined) this.#leave(slot, before)
      place?.push(slot)
      if (place !== undefined) this.#share.turns.add(place)
    }
    this.#table.deleteIfUnused(slot)
  }

  #placeOf(slot: number, target: Outlet | undefined): Outlet | undefined {
    const announced = this.#table.announced[slot]
    // The peer has nothing and shall have nothing, so nothing is owed either.
    if (target === undefined && announced === undefined) this.#settle(slot)
    if (target === announced && this.#table.owed[slot] === 0) return undefined
    return target ?? this.#withdrawals
  }

  #outletOf(group: AttributeGroup): Outlet | undefined {
    const known = this.#ofGroup.get(group)
    if (known !== undefined) return known.outlet
    const { context, defaultLocalPreference } = this.#share
    const frame = announcementFrame(group, context, defaultLocalPreference)
    let outlet: Outlet | undefined
    if (frame !== undefined) {
      // Groups can look the same to this peer: external ones see no LOCAL_PREF.
      const key = frameKey(frame)
      outlet = this.#byKey.get(key) ?? new Outlet(this.#table, frame, key)
      this.#byKey.set(key, outlet)
    }
    this.#ofGroup.set(group, { outlet })
    return outlet
  }

  /** The peer now has the first one of an outlet, or has it no more. */
  sent(slot: number, outlet: Outlet): void {
    const after = outlet.frame.withdraws ? undefined : outlet
    const before = this.#table.announced[slot]
    this.#table.announced[slot] = after
    this.#announced += (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1)
    if (after !== undefined) after.users++
    if (before !== undefined) {
      before.users--
      this.#dropIfIdle(before)
    }
    this.#settle(slot)
    this.#leave(slot, outlet)
    this.#table.deleteIfUnused(slot)
  }

  /** A mark whose time has come. */
  nextMark(): Uint8Array | undefined {
    while (this.#owed === 0) {
      const [phase, wanted] = [this.#phase, this.#refreshWanted]
      if (phase !== 'changes') {
        this.#phase = 'changes'
        if (phase === 'initial')
          return encodeBgpMessage(endOfRibUpdate(this.#family), this.#share.context.wire)
        if (phase === 'enhanced-refresh') return this.#refreshMark('end')
      } else {
        if (wanted === undefined) return undefined
        // RFC 7313 §4: never before the End-of-RIB, with which the first phase ends.
        this.#phase = wanted
        this.#refreshWanted = undefined
        this.#oweAll()
        if (wanted === 'enhanced-refresh') return this.#refreshMark('begin')
      }
    }
    return undefined
  }

  #refreshMark(subtype: 'begin' | 'end'): Uint8Array {
    const content = { family: unicast(this.#family), subtype, filters: new Uint8Array(0) }
    return encodeBgpMessage({ kind: 'route-refresh', ...content }, this.#share.context.wire)
  }

  #oweAll(): void {
    const { prefixes, owed } = this.#table
    for (let slot = prefixes.next(-1); slot >= 0; slot = prefixes.next(slot)) {
      this.#owed += 1 - (owed[slot] as number)
      owed[slot] = 1
      this.schedule(slot)
    }
  }

  #settle(slot: number): void {
    this.#owed -= this.#table.owed[slot] as number
    this.#table.owed[slot] = 0
  }

  #leave(slot: number, outlet: Outlet): void {
    outlet.remove(slot)
    if (outlet.size === 0) this.#share.turns.delete(outlet)
    this.#dropIfIdle(outlet)
  }

  /** Communities come and go; what nobody has or waits for must not stay. Its groups are gone too: they had no other prefix. */
  #dropIfIdle(outlet: Outlet): void {
    if (outlet.users === 0 && outlet.size === 0) this.#byKey.delete(outlet.key)
  }
}
