// The controller in numbers, for metrics with MetalLB's names: `metallb_allocator_…` by pool.
import type { PoolState } from '../../ipam/pool-state.ts'
import type { ControllerState } from '../state/controller-state.ts'

export interface PoolNumbers {
  readonly pool: string
  /** addresses_total and addresses_in_use_total, and the same by family */
  readonly total: number
  readonly inUse: number
  readonly ipv4Total: number
  readonly ipv4InUse: number
  readonly ipv6Total: number
  readonly ipv6InUse: number
}

export interface ControllerNumbers {
  readonly pools: readonly PoolNumbers[]
  /** config_loaded_bool */
  readonly configLoaded: boolean
  /** config_stale_bool: what was told last is invalid, and what was before goes on counting */
  readonly configStale: boolean
  /** Services that would like more than they have */
  readonly waiting: number
}

export const controllerNumbers = (state: ControllerState): ControllerNumbers => ({
  pools: [...state.allocator.pools.all()].map(poolNumbers),
  configLoaded: state.hasPools,
  configStale: state.problems.length > 0,
  waiting: state.waiting.size,
})

/** A metric is a float: a /64 is told with 53 significant bits. */
function poolNumbers({ name, spaces }: PoolState): PoolNumbers {
  const [ipv4Total, ipv6Total] = [Number(spaces[4].capacity), Number(spaces[6].capacity)]
  const [ipv4InUse, ipv6InUse] = [spaces[4].inUse, spaces[6].inUse]
  return {
    pool: name,
    total: ipv4Total + ipv6Total,
    inUse: ipv4InUse + ipv6InUse,
    ipv4Total,
    ipv4InUse,
    ipv6Total,
    ipv6InUse,
  }
}
