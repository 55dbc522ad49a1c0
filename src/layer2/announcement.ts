// What shall be answered for, in the words of whoever decides.
import { formatIp, type Ip } from '../net/ip.ts'

/** An address that this node answers for. Several may name one address (Services that share it): their interfaces add up. */
export interface Announcement {
  readonly address: Ip
  /** exact names, or all that can answer */
  readonly interfaces: 'all' | readonly string[]
}

/** What becomes of one address, whatever it was before: so it may be told twice, and of two the later one is enough. */
export interface AnnouncementChange {
  readonly address: Ip
  /** undefined: not answered for any more */
  readonly interfaces: 'all' | readonly string[] | undefined
}

/** Address text → where. */
export type WantedAddresses = ReadonlyMap<string, Wanted>

export interface Wanted {
  readonly address: Ip
  readonly interfaces: 'all' | ReadonlySet<string>
}

/** The changes that make a whole set of what is wanted now. */
export function changesTo(
  announcements: Iterable<Announcement>,
  wanted: WantedAddresses,
): readonly AnnouncementChange[] {
  const added = new Map<string, AnnouncementChange>()
  for (const { address, interfaces } of announcements) {
    const text = formatIp(address)
    const before = added.get(text)?.interfaces ?? []
    const all = interfaces === 'all' || before === 'all'
    added.set(text, { address, interfaces: all ? 'all' : [...before, ...interfaces] })
  }
  const gone = [...wanted].flatMap(([text, { address }]) =>
    added.has(text) ? [] : [{ address, interfaces: undefined }],
  )
  return [...gone, ...added.values()]
}

export const isWantedOn = ({ interfaces }: Wanted, name: string): boolean =>
  interfaces === 'all' || interfaces.has(name)
