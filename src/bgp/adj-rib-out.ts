// Adj-RIB-Out (RFC 4271 §3.2) of one peer: what it shall have, what it has, and the UPDATEs between the two.
import type { IpFamily } from '../net/ip.ts'
import type { Prefix } from '../net/prefix.ts'
import type { ExportContext, OutboundRoutes } from './outbound.ts'
import type { BgpAdvertisement } from './peer.ts'
import { AttributeGroups } from './rib-out/attribute-group.ts'
import { OutboundSession } from './rib-out/outbound-session.ts'
import { RouteTable } from './rib-out/route-table.ts'

/**
 * LOCAL_PREF of advertisements that name none, to internal peers: what FRR sends, and so MetalLB in its FRR modes. MetalLB's
 * native speaker sends 0, which makes its routes the last choice beside any others.
 */
export const DEFAULT_LOCAL_PREFERENCE = 100

export class AdjRibOut implements OutboundRoutes {
  readonly #defaultLocalPreference: number
  /** what is desired or announced */
  readonly #tables = { 4: new RouteTable(4), 6: new RouteTable(6) } as const
  readonly #groups = new AttributeGroups()
  #session: OutboundSession | undefined
  #desired = 0
  #generation = 0

  constructor(options: { readonly defaultLocalPreference?: number } = {}) {
    this.#defaultLocalPreference = options.defaultLocalPreference ?? DEFAULT_LOCAL_PREFERENCE
  }

  /** Of two advertisements for one prefix the later counts. */
  setDesired(advertisements: Iterable<BgpAdvertisement>): void {
    this.#generation++
    for (const advertisement of advertisements) this.announce(advertisement)
    for (const table of this.#both)
      for (const slot of table.prefixes.slots())
        if (table.generation[slot] !== this.#generation) this.#dismiss(table, slot)
  }

  announce(advertisement: BgpAdvertisement): void {
    const table = this.#tables[advertisement.prefix.family]
    const slot = table.add(advertisement.prefix)
    table.generation[slot] = this.#generation
    const before = table.desired[slot]
    const after = this.#groups.hold(advertisement)
    table.desired[slot] = after
    if (before === undefined) this.#desired++
    else this.#groups.release(before)
    if (after !== before) this.#session?.schedule(table, slot)
  }

  withdraw(prefix: Prefix): void {
    const table = this.#tables[prefix.family]
    const slot = table.prefixes.find(prefix)
    if (slot >= 0) this.#dismiss(table, slot)
  }

  sessionUp(context: ExportContext): void {
    this.sessionDown()
    this.#session = new OutboundSession(context, this.#both, this.#defaultLocalPreference)
  }

  sessionDown(): void {
    // A table without a session knows nothing of the peer that it could forget.
    if (this.#session === undefined) return
    this.#session = undefined
    for (const table of this.#both) table.forgetPeer()
  }

  refresh(family: IpFamily, enhanced: boolean): void {
    this.#session?.refresh(family, enhanced)
  }

  take(budgetBytes: number): readonly Uint8Array[] {
    const messages: Uint8Array[] = []
    let bytes = 0
    do {
      const message = this.#session?.next()
      if (message === undefined) break
      messages.push(message)
      bytes += message.length
    } while (bytes < budgetBytes)
    return messages
  }

  get pending(): boolean {
    return this.#session?.pending ?? false
  }

  /** Without a session everything desired is pending, though there is nothing to take. */
  get counts(): { readonly desired: number; readonly announced: number; readonly pending: number } {
    const { announced, waiting } = this.#session ?? { announced: 0, waiting: this.#desired }
    return { desired: this.#desired, announced, pending: waiting }
  }

  get #both(): readonly RouteTable[] {
    return [this.#tables[4], this.#tables[6]]
  }

  #dismiss(table: RouteTable, slot: number): void {
    const group = table.desired[slot]
    if (group === undefined) return
    this.#groups.release(group)
    table.desired[slot] = undefined
    this.#desired--
    if (this.#session === undefined) table.deleteIfUnused(slot)
    else this.#session.schedule(table, slot)
  }
}
