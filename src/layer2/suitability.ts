// Whether an interface can answer ARP and neighbour solicitations (metallb.md §5.3).
import type { Ip } from '../net/ip.ts'
import type { Mac } from '../net/mac.ts'
import type { LinkInterface } from './ports.ts'

export type Unsuitable = 'down' | 'part-of-another' | 'no-arp' | 'no-mac'

/** An interface that can answer something. */
export interface Link {
  readonly name: string
  readonly index: number
  readonly mac: Mac
  readonly carrier: boolean
  /** it has broadcasts, which ARP lives on */
  readonly arp: boolean
  /** undefined: it has no usable link-local address, and so no neighbour discovery yet */
  readonly linkLocal: Ip | undefined
}

export type Suitability =
  | { readonly ok: true; readonly link: Link }
  | { readonly ok: false; readonly why: Unsuitable }

export function suitability(each: LinkInterface): Suitability {
  const { name, index, mac, carrier, linkLocal } = each
  if (!each.up) return { ok: false, why: 'down' }
  if (each.enslaved) return { ok: false, why: 'part-of-another' }
  if (each.noArp) return { ok: false, why: 'no-arp' }
  // MetalLB fails when it makes the responder; loopback and tunnels have none.
  if (mac === undefined) return { ok: false, why: 'no-mac' }
  return { ok: true, link: { name, index, mac, carrier, arp: each.broadcast, linkLocal } }
}

/** The same name, but another interface, or another card in it. */
export const isAnother = (before: Link | undefined, now: Link): boolean =>
  before !== undefined && (before.index !== now.index || before.mac !== now.mac)

/** Whether the same interfaces answer for the same families. */
export const answersAlike = (before: ReadonlyMap<string, Link>, now: ReadonlyMap<string, Link>): boolean =>
  before.size === now.size &&
  [...now.values()].every((link) => {
    const known = before.get(link.name)
    const sameFamilies =
      known?.arp === link.arp && (known.linkLocal === undefined) === (link.linkLocal === undefined)
    return sameFamilies && !isAnother(known, link)
  })
