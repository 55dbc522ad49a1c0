import type { Ip } from '../../net/ip.ts'
import type { ExaminedInterface, LinkFacts, RouteFacts } from '../facts/link-facts.ts'
import type { Neighbour } from '../ports/tables.ts'
import type { Tables } from './examine-route.ts'
import type { PlanInput } from './probe-plan.ts'

/** What is known before anything is sent. */
export interface Prepared {
  readonly read: Tables
  readonly route: RouteFacts
  readonly interfaces: readonly ExaminedInterface[]
  readonly own: LinkFacts['own']
  /** target or gateway */
  readonly examined: Ip
  readonly neighboursBefore: readonly Neighbour[]
  /** one for each interface that can be asked on */
  readonly plans: readonly PlanInput[]
}
