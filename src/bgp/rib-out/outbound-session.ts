// What is sent in one session, in which order: a message of each group in turn, so that none waits for all of another.
import type { IpFamily } from '../../net/ip.ts'
import type { ExportContext } from '../outbound.ts'
import { FamilySession } from './family-session.ts'
import type { Outlet } from './outlet.ts'
import type { RouteTable } from './route-table.ts'
import { UpdatePacker } from './update-packer.ts'

export class OutboundSession {
  readonly #families = new Map<IpFamily, FamilySession>()
  readonly #turns = new Set<Outlet>()
  readonly #packer = new UpdatePacker()

  constructor(context: ExportContext, tables: readonly RouteTable[], defaultLocalPreference: number) {
    for (const table of tables) {
      const { family } = table.prefixes
      const share = { context, defaultLocalPreference, turns: this.#turns }
      if (context.families.includes(family)) this.#families.set(family, new FamilySession(table, share))
    }
  }

  get announced(): number {
    let all = 0
    for (const { announced } of this.#families.values()) all += announced
    return all
  }

  get waiting(): number {
    let all = 0
    for (const { size } of this.#turns) all += size
    return all
  }

  get pending(): boolean {
    if (this.#turns.size > 0) return true
    for (const { marksPending } of this.#families.values()) if (marksPending) return true
    return false
  }

  /** RFC 2918 §4: for families that were not agreed on it is ignored. */
  refresh(family: IpFamily, enhanced: boolean): void {
    this.#families.get(family)?.wantRefresh(enhanced)
  }

  /** What is desired of a prefix has changed. Prefixes of other families than were agreed on need no attention. */
  schedule(table: RouteTable, slot: number): void {
    const family = this.#families.get(table.prefixes.family)
    if (family === undefined) table.deleteIfUnused(slot)
    else family.schedule(slot)
  }

  /** The next message; undefined: nothing to send. */
  next(): Uint8Array | undefined {
    for (const family of this.#families.values()) {
      const mark = family.nextMark()
      if (mark !== undefined) return mark
    }
    for (const outlet of this.#turns) return this.#pack(outlet)
    return undefined
  }

  #pack(outlet: Outlet): Uint8Array {
    const { prefixes } = outlet.table
    const family = this.#families.get(prefixes.family)
    this.#packer.begin(outlet.frame)
    for (let slot = outlet.first; slot >= 0 && this.#packer.add(prefixes, slot); slot = outlet.first)
      family?.sent(slot, outlet)
    // Behind the others.
    if (this.#turns.delete(outlet)) this.#turns.add(outlet)
    return this.#packer.finish()
  }
}
