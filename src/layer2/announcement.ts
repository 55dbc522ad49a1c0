// What shall be answered for, in the words of whoever decides.
import { formatIp, type Ip } from '../net/ip.ts'

/** An address that this node answers for. Several may name one address (Services that share it): their interfaces add up. */
export interface Announcement {
  readonly address: Ip
  /** exact names, or all that can answer */
  readonly interfaces: 'all' | readonly string[]
}

/** Address text → where. */
export type WantedAddresses = ReadonlyMap<string, Wanted>

export interface Wanted {
  readonly address: Ip
  readonly interfaces: 'all' | ReadonlySet<string>
}

export function wantedAddresses(announcements: Iterable<Announcement>): WantedAddresses {
  const wanted = new Map<string, Wanted>()
  for (const { address, interfaces } of announcements) {
    const text = formatIp(address)
    const before = wanted.get(text)?.interfaces
    const all = interfaces === 'all' || before === 'all'
    wanted.set(text, { address, interfaces: all ? 'all' : new Set([...(before ?? []), ...interfaces]) })
  }
  return wanted
}

export const isWantedOn = ({ interfaces }: Wanted, name: string): boolean =>
  interfaces === 'all' || interfaces.has(name)
