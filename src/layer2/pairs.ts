// Addresses by interface: each pair is answered for, announced and withdrawn by itself.
import type { Ip } from '../net/ip.ts'
import type { Due } from './bursts.ts'

/** interface → text of an address → address */
export type Owned = ReadonlyMap<string, ReadonlyMap<string, Ip>>

export interface Pair extends Due {
  readonly key: string
}

export const pairKey = (interfaceName: string, text: string): string => `${interfaceName} ${text}`

export const pairsOf = (interfaceName: string, own: ReadonlyMap<string, Ip> | undefined): Pair[] =>
  [...(own ?? [])].map(([text, address]) => ({ interfaceName, address, key: pairKey(interfaceName, text) }))

/** Pairs of `all` that are not in `some`. */
export function missingIn(some: Owned, all: Owned): Pair[] {
  const missing: Pair[] = []
  for (const [interfaceName, own] of all) {
    const there = some.get(interfaceName)
    for (const [text, address] of own)
      if (there?.has(text) !== true)
        missing.push({ interfaceName, address, key: pairKey(interfaceName, text) })
  }
  return missing
}
