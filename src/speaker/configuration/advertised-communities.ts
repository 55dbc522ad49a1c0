// Communities as they go into an advertisement: each once, in the order of their numbers.
import type { Community } from '../../config/semantics/community.ts'
import type { BgpAdvert } from './configuration.ts'

export function sortedNumbers(communities: readonly Community[]): number[] {
  const numbers = communities.flatMap(({ kind, value: [high, low] }) =>
    kind === 'legacy' ? [high * 0x10000 + low] : [],
  )
  return [...new Set(numbers)].sort((a, b) => a - b)
}

export function sortedLarge(communities: readonly Community[]): BgpAdvert['largeCommunities'] {
  const found = new Map<string, BgpAdvert['largeCommunities'][number]>()
  for (const { kind, value } of communities)
    if (kind === 'large') found.set(value.join(':'), { global: value[0], local1: value[1], local2: value[2] })
  return [...found.values()].sort((a, b) => a.global - b.global || a.local1 - b.local1 || a.local2 - b.local2)
}
