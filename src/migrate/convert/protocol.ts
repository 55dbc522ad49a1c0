import type { Dialect } from '../dialect.ts'
import type { Field, LegacyPool } from '../legacy/shape.ts'
import { type Origin, originOf } from '../planned.ts'
import { type Convert, say, sayMissing } from './context.ts'
import type { PoolPlan } from './pool.ts'

/** What MetalLB took, and what people wrote instead. `arp` and `ndp` were names of their own until v0.5. */
const SPELLINGS: Readonly<Record<string, 'bgp' | 'layer2'>> = {
  bgp: 'bgp',
  layer2: 'layer2',
  arp: 'layer2',
  ndp: 'layer2',
}
const MISSPELLINGS: Readonly<Record<string, 'bgp' | 'layer2'>> = {
  l2: 'layer2',
  'layer-2': 'layer2',
  layer_2: 'layer2',
  'layer 2': 'layer2',
  ...SPELLINGS,
}

export interface PoolProtocol {
  readonly value: PoolPlan['protocol']
  readonly origin: Origin
}

/** How a pool is announced; undefined when that cannot be told, which is reported. */
export function readProtocol(
  pool: Field<LegacyPool>,
  dialect: Dialect,
  convert: Convert,
): PoolProtocol | undefined {
  const { protocol } = pool.value
  if (protocol === undefined || protocol.value === '') return withoutProtocol(pool, dialect, convert)
  const exact = Object.hasOwn(SPELLINGS, protocol.value) ? SPELLINGS[protocol.value] : undefined
  if (exact !== undefined) return { value: exact, origin: originOf(protocol) }
  const folded = protocol.value.trim().toLowerCase()
  const meant = Object.hasOwn(MISSPELLINGS, folded) ? MISSPELLINGS[folded] : undefined
  if (meant === undefined) {
    say(
      convert,
      'M015',
      'error',
      protocol.node,
      `"${protocol.value}" is no protocol of MetalLB.`,
      'Write "bgp" or "layer2".',
    )
    return undefined
  }
  say(
    convert,
    'M015',
    'warning',
    protocol.node,
    `"${protocol.value}" is taken for "${meant}".`,
    'MetalLB refused this spelling, and its own converter leaves such a pool without any advertisement.',
  )
  return { value: meant, origin: originOf(protocol) }
}

/** v0.1 and v0.2 knew BGP only, and announced a pool only if it listed advertisements. From v0.3 on the key was required. */
function withoutProtocol(
  pool: Field<LegacyPool>,
  { assumed }: Dialect,
  convert: Convert,
): PoolProtocol | undefined {
  const name = pool.value.name?.value ?? ''
  const origin = originOf(pool)
  if (assumed !== undefined && assumed >= 3) {
    sayMissing(
      convert,
      pool.node,
      `The pool "${name}" has no protocol, which v0.${assumed} demanded.`,
      'Add "protocol: layer2" or "protocol: bgp".',
    )
    return undefined
  }
  const { advertisements, 'bgp-advertisements': later } = pool.value
  if (advertisements !== undefined && advertisements.value.length > 0)
    return { value: 'bgp', origin: originOf(advertisements) }
  if (later !== undefined) {
    sayMissing(
      convert,
      pool.node,
      `The pool "${name}" has no protocol; it lists bgp-advertisements, so "bgp" seems to be meant.`,
      'Add "protocol: bgp".',
    )
    return undefined
  }
  if (assumed === undefined) {
    say(
      convert,
      'M013',
      'error',
      pool.node,
      `The pool "${name}" has neither a protocol nor advertisements. MetalLB v0.1 and v0.2 handed out its addresses and announced none of them; later releases refused it.`,
      'Add "protocol: layer2" or "protocol: bgp", or say with --assume-version 0.2 that it is to stay unannounced.',
    )
    return undefined
  }
  say(
    convert,
    'M051',
    'warning',
    pool.node,
    `The pool "${name}" keeps announcing nothing, as under v0.${assumed}: its addresses are handed out, but no node answers for them.`,
    'Add an L2Advertisement or BGPAdvertisement if that was never wanted.',
  )
  return { value: 'none', origin }
}
