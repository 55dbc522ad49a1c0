// Free addresses: for a person as a table, for scripts as lines.
import type { FreeFamily, FreePool, FreeReport, KeptAddress } from '../../controller/pools/free-report.ts'
import type { UseReason } from '../../controller/pools/known-uses.ts'
import { safeText } from '../safe-text.ts'
import { wrap } from '../wrap.ts'
import { countText, type PoolStyle, table } from './text.ts'

/** A person reads a few ranges; all of them are in the other formats. */
const MOST_RANGES = 12

export function renderFree({ pools, kept, addresses }: FreeReport, style: PoolStyle): string {
  if (pools.length === 0) return 'There is no IPAddressPool.\n'
  if (addresses !== null) {
    if (addresses.length === 0) return ''
    const rows = addresses.map(({ address, pool }) => [address, pool])
    return `${table(['ADDRESS', 'POOL'], rows, style).join('\n')}\n`
  }
  const rows = pools.flatMap((pool) =>
    familiesOf(pool).map(([family, { free, capacity, ranges }]) => [
      pool.name,
      family,
      `${countText(free)} of ${countText(capacity)}`,
      rangesText(ranges),
    ]),
  )
  const leftOut = pools.filter(({ ipv4 }) => ipv4 !== null && ipv4.leftOut !== 0)
  const blocks = [
    table(['POOL', 'FAMILY', 'FREE', 'ADDRESSES'], rows, style),
    kept.length === 0
      ? []
      : table(
          ['NOT FREE', 'POOL', 'WHY'],
          kept.map((each) => [each.address, each.pool, WORDS[each.why](each)]),
          style,
        ),
    leftOut.flatMap(({ name, ipv4 }) => wrap(leftOutText(name, ipv4), style.width)),
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

function leftOutText(pool: string, family: FreeFamily | null): string {
  const { leftOut = 0, leftOutAddresses = [] } = family ?? {}
  const more = Number(leftOut) - leftOutAddresses.length
  const which = `${leftOutAddresses.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return `Pool ${safeText(pool)} never hands out ${which} (avoidBuggyIPs).`
}

const WORDS: Readonly<Record<UseReason, (kept: KeptAddress) => string>> = {
  node: ({ by }) => `address of Node ${by}, and the controller would hand it out`,
  router: ({ by }) => `address of BGPPeer ${by}, and the controller would hand it out`,
  'not-allowed': ({ by }) => `${by} has it, and the pools do not allow it`,
  'other-class': ({ by }) => `${by}, of another loadBalancerClass, has it`,
  'asked-for': ({ by }) => `${by} asks for it, and has no address yet`,
}

const familiesOf = ({ ipv4, ipv6 }: FreePool): (readonly [string, FreeFamily])[] => [
  ...(ipv4 === null ? [] : [['IPv4', ipv4] as const]),
  ...(ipv6 === null ? [] : [['IPv6', ipv6] as const]),
]

function rangesText(ranges: readonly string[]): string {
  if (ranges.length === 0) return 'none'
  const more = ranges.length - MOST_RANGES
  const shown = ranges.slice(0, MOST_RANGES).join(', ')
  return more > 0 ? `${shown} and ${more} more ranges (-o lines)` : shown
}

/** One range or one address a line, and nothing else. */
export function freeLines({ pools, addresses }: FreeReport): string {
  const lines =
    addresses?.map(({ address }) => address) ??
    pools.flatMap((pool) => familiesOf(pool).flatMap(([, { ranges }]) => ranges))
  return lines.map((line) => `${line}\n`).join('')
}

/** Undefined where there are as many as were wanted. */
export function tooFew({ addresses }: FreeReport, wanted: number | undefined): string | undefined {
  const found = addresses?.length ?? 0
  if (wanted === undefined || found >= wanted) return undefined
  if (found === 0) return 'No address is free.'
  return `Only ${found} of the ${wanted} addresses that were asked for are free.`
}
