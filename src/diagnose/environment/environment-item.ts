// One thing in the surroundings that decides what will work: found or not, and what it does to each way of announcing.

import type { ClusterFacts } from '../cluster/cluster-facts.ts'
import type { Fix } from '../finding.ts'
import type { EnvironmentFacts, HostEnvironment } from './environment-facts.ts'

/** `change`: works once something is changed; `fails`: cannot work there */
export type Effect = 'works' | 'change' | 'fails'

export interface EnvironmentItem {
  /** kebab-case, stable: it is in the JSON */
  readonly id: string
  /** page that tells more: `F16` */
  readonly code: string | undefined
  /** what was seen, one line */
  readonly title: string
  readonly layer2: Effect
  readonly bgp: Effect
  /** why, a whole sentence */
  readonly reason: string
  /** what to change first; undefined: nothing */
  readonly change: Fix | undefined
  readonly of: 'host' | 'cluster'
}

type Found = Pick<EnvironmentItem, 'title'> &
  Partial<Pick<EnvironmentItem, 'layer2' | 'bgp' | 'reason' | 'change'>>

/** A row of a table: the defaults, and how to find it. */
export interface Row<T> extends Omit<EnvironmentItem, 'title' | 'of'> {
  /** undefined: it is not there */
  find(known: T): Found | undefined
}
export type HostRow = Row<HostEnvironment>
export type ClusterRow = Row<ClusterFacts>

const itemOf = <T>(
  { find, ...row }: Row<T>,
  known: T,
  of: EnvironmentItem['of'],
): readonly EnvironmentItem[] => {
  const found = find(known)
  return found === undefined ? [] : [{ ...row, of, ...found }]
}

export function itemsIn(
  { host, cluster }: EnvironmentFacts,
  hostRows: readonly HostRow[],
  clusterRows: readonly ClusterRow[],
): readonly EnvironmentItem[] {
  return [
    ...(host.status === 'read' ? hostRows.flatMap((row) => itemOf(row, host.value, 'host')) : []),
    ...(cluster.status === 'read' ? clusterRows.flatMap((row) => itemOf(row, cluster.value, 'cluster')) : []),
  ]
}
