// Every check of an installation, in the order of the chain.
import { nodesNotExcluded } from './checks/nodes-not-excluded.ts'
import { poolsAnnounced } from './checks/pools-announced.ts'
import { usableEndpoints } from './checks/usable-endpoints.ts'
import type { ClusterCheck } from './cluster-check.ts'

export const CLUSTER_CHECKS: readonly ClusterCheck[] = [poolsAnnounced, nodesNotExcluded, usableEndpoints]
