// How the old release treated an address, read from what the source says and not from what was made of it.

import type { KubeObject } from '../../config/kube-object.ts'
import type { BGPPeerSpec } from '../../config/schema/peer-kinds.ts'
import { RangeIndex } from '../../config/semantics/range-index.ts'
import type { Ip } from '../../net/ip.ts'
import type { IpRange } from '../../net/prefix.ts'
import type { PoolPlan } from '../convert/pool.ts'
import { addressRanges } from './after.ts'
import { labelTest } from './label-test.ts'
import type { Before } from './proof.ts'

/** Up to v0.12 every node announced by layer 2, and every node that had a session by BGP; no label kept a node out. */
export function beforeMigration(
  pools: readonly PoolPlan[],
  objects: readonly KubeObject[],
): (ip: Ip) => Before | undefined {
  const index = new RangeIndex<{ range: IpRange; pool: PoolPlan }>(
    // The entries of the source, before anything was cut out of them.
    pools.flatMap((pool) =>
      addressRanges([...new Set(pool.addresses.map(sourceText))]).map((range) => ({ range, pool })),
    ),
  )
  const sessions = objects
    .filter(({ kind }) => kind === 'BGPPeer')
    .map((peer) => labelTest(((peer['spec'] ?? {}) as Partial<BGPPeerSpec>).nodeSelectors))
  return (ip) => {
    const pool = index.find({ family: ip.family, first: ip.value, last: ip.value })?.pool
    if (pool === undefined) return undefined
    return {
      pool: pool.sourceName,
      protocol: pool.protocol,
      announcedBy: ({ labels }) =>
        pool.protocol === 'layer2' || sessions.some((takes) => takes === undefined || takes(labels)),
    }
  }
}

const sourceText = ({ text, origin }: PoolPlan['addresses'][number]): string =>
  origin.node.kind === 'scalar' ? origin.node.text.trim() : text
