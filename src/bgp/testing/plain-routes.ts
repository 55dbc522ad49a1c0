// The simplest routes that a session can be given: they count, and send prefixes as they are told.
import type { IpFamily } from '../../net/ip.ts'
import { formatPrefix, type Prefix } from '../../net/prefix.ts'
import { type BgpMessage, encodeBgpMessage } from '../../wire/bgp/message.ts'
import { endOfRibUpdate, type RouteChanges } from '../../wire/bgp/route-changes.ts'
import type { InboundRoutes } from '../inbound.ts'
import type { ExportContext, OutboundRoutes } from '../outbound.ts'
import type { BgpAdvertisement } from '../peer.ts'

export class PlainInbound implements InboundRoutes {
  readonly routes = new Map<string, { readonly family: IpFamily; stale: boolean }>()

  apply({ announced, withdrawn }: RouteChanges): void {
    for (const { family, routes } of withdrawn)
      for (const { prefix } of routes) if (prefix.family === family) this.routes.delete(formatPrefix(prefix))
    for (const { family, routes } of announced)
      for (const { prefix } of routes) this.routes.set(formatPrefix(prefix), { family, stale: false })
  }

  markStale(family: IpFamily): void {
    for (const route of this.routes.values()) if (route.family === family) route.stale = true
  }

  dropStale(family: IpFamily): void {
    for (const [prefix, route] of this.routes)
      if (route.family === family && route.stale) this.routes.delete(prefix)
  }

  clear(family: IpFamily): void {
    for (const [prefix, route] of this.routes) if (route.family === family) this.routes.delete(prefix)
  }

  count(family: IpFamily): number {
    return [...this.routes.values()].filter((route) => route.family === family).length
  }
}

/** One UPDATE for each change. What was taken can be looked at. */
export class PlainOutbound implements OutboundRoutes {
  readonly desired = new Map<string, BgpAdvertisement>()
  readonly refreshed: { readonly family: IpFamily; readonly enhanced: boolean }[] = []
  context: ExportContext | undefined
  takes = 0
  readonly #pending: BgpMessage[] = []
  #announced = 0

  setDesired(advertisements: Iterable<BgpAdvertisement>): void {
    const next = new Map([...advertisements].map((one) => [formatPrefix(one.prefix), one]))
    for (const [key, { prefix }] of this.desired) if (!next.has(key)) this.withdraw(prefix)
    for (const advertisement of next.values()) this.announce(advertisement)
  }

  announce(advertisement: BgpAdvertisement): void {
    this.desired.set(formatPrefix(advertisement.prefix), advertisement)
    if (this.context !== undefined) this.#pending.push(this.#update(advertisement.prefix))
  }

  withdraw(prefix: Prefix): void {
    this.desired.delete(formatPrefix(prefix))
    if (this.context === undefined) return
    this.#announced--
    this.#pending.push({ kind: 'update', withdrawn: [{ prefix }], attributes: [], announced: [] })
  }

  sessionUp(context: ExportContext): void {
    this.sessionDown()
    this.context = context
    for (const { prefix } of this.desired.values()) this.#pending.push(this.#update(prefix))
    for (const family of context.families) this.#pending.push(endOfRibUpdate(family))
  }

  sessionDown(): void {
    this.context = undefined
    this.#pending.length = 0
    this.#announced = 0
  }

  refresh(family: IpFamily, enhanced: boolean): void {
    this.refreshed.push({ family, enhanced })
    for (const { prefix } of this.desired.values()) this.#pending.push(this.#update(prefix))
  }

  take(budgetBytes: number): readonly Uint8Array[] {
    this.takes++
    const messages: Uint8Array[] = []
    for (let bytes = 0; bytes < budgetBytes; ) {
      const next = this.#pending.shift()
      if (next === undefined || this.context === undefined) break
      const message = encodeBgpMessage(next, this.context.wire)
      messages.push(message)
      bytes += message.length
      this.#announced++
    }
    return messages
  }

  get pending(): boolean {
    return this.#pending.length > 0
  }

  get counts(): OutboundRoutes['counts'] {
    return { desired: this.desired.size, announced: this.#announced, pending: this.#pending.length }
  }

  /** IPv4 only. */
  #update(prefix: Prefix): BgpMessage {
    const asns = this.context?.internal === true ? [] : [this.context?.localAsn ?? 0]
    return {
      ...{ kind: 'update', withdrawn: [], announced: [{ prefix }] },
      attributes: [
        { kind: 'origin', origin: 'igp' },
        { kind: 'as-path', segments: asns.length === 0 ? [] : [{ kind: 'sequence', asns }] },
        { kind: 'next-hop', address: this.context?.nextHop4 ?? { family: 4, value: 1n } },
      ],
    }
  }
}
