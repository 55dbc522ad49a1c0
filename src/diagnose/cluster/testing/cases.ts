// One fault each, put into the healthy world.
import { healthyWorld, type World } from './world.ts'

export interface FaultCase {
  /** what is wrong, in a few words */
  readonly name: string
  /** code of the finding that must come first */
  readonly code: string
  /** id of the check that finds it */
  readonly check: string
  /** a part of the first finding's title */
  readonly says: RegExp
  readonly fault: (world: World) => void
  /** healthy, and as near to the fault as can be; the healthy world itself without one */
  readonly twin?: (world: World) => void
  /** severity of the first finding, `error` by default */
  readonly severity?: 'error' | 'warning' | 'info'
  /** codes that stand beside it by right */
  readonly beside?: readonly string[]
}

export function worldWith(change: FaultCase['fault']): World {
  const world = healthyWorld()
  change(world)
  return world
}

/** What was seen on hosts and on the wire, or written in logs, no API server tells. */
export function isOfObjects({ fault }: FaultCase): boolean {
  const { origin, hosts, probes, logs } = worldWith(fault)
  return origin === 'cluster' && hosts === undefined && probes === undefined && logs === undefined
}
