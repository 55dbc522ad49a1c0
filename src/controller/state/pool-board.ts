// How many addresses of each pool are in use and free, and which of these numbers changed.
import type { Allocator } from '../../ipam/allocator.ts'
import type { PoolState } from '../../ipam/pool-state.ts'
import type { IpFamily } from '../../net/ip.ts'
import type { Effect, PoolCounters } from './effects.ts'

/** status is an int64. MetalLB gives up on counting at this; a sum beyond it would overflow there. */
const MOST = (1n << 63n) - 1n

export function countersOf({ spaces }: PoolState): PoolCounters {
  const available = (family: IpFamily): bigint => {
    const { capacity, inUse, heldBackCount } = spaces[family]
    const free = (capacity > MOST ? MOST : capacity) - BigInt(inUse + heldBackCount)
    return free < 0n ? 0n : free
  }
  return {
    assignedIPv4: spaces[4].inUse,
    assignedIPv6: spaces[6].inUse,
    availableIPv4: available(4),
    availableIPv6: available(6),
  }
}

export class PoolBoard {
  #told = new Map<string, PoolCounters>()

  changes({ pools }: Allocator): Effect[] {
    const now = new Map([...pools.all()].map((pool) => [pool.name, countersOf(pool)]))
    const changed = [...now].filter(([name, counters]) => !sameCounters(this.#told.get(name), counters))
    this.#told = now
    return changed.map(([pool, counters]) => ({ kind: 'pool-status', pool, counters }))
  }
}

const sameCounters = (a: PoolCounters | undefined, b: PoolCounters): boolean =>
  a !== undefined &&
  a.assignedIPv4 === b.assignedIPv4 &&
  a.assignedIPv6 === b.assignedIPv6 &&
  a.availableIPv4 === b.availableIPv4 &&
  a.availableIPv6 === b.availableIPv6
