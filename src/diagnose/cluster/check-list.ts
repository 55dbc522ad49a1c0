// Every check of an installation, in the order of the chain.
import { addressesOnce } from './checks/addresses-once.ts'
import { configurationAccepted } from './checks/configuration-accepted.ts'
import { localEndpoints } from './checks/local-endpoints.ts'
import { noLegacyConfiguration } from './checks/no-legacy-configuration.ts'
import { nodesNotExcluded } from './checks/nodes-not-excluded.ts'
import { oneController } from './checks/one-controller.ts'
import { podsRun } from './checks/pods-run.ts'
import { poolsAnnounced } from './checks/pools-announced.ts'
import { probedLink } from './checks/probed-link.ts'
import { strictArp } from './checks/strict-arp.ts'
import { usableEndpoints } from './checks/usable-endpoints.ts'
import { webhookReachable } from './checks/webhook-reachable.ts'
import type { ClusterCheck } from './cluster-check.ts'

export const CLUSTER_CHECKS: readonly ClusterCheck[] = [
  webhookReachable,
  podsRun,
  oneController,
  configurationAccepted,
  noLegacyConfiguration,
  addressesOnce,
  poolsAnnounced,
  nodesNotExcluded,
  usableEndpoints,
  localEndpoints,
  strictArp,
  probedLink,
]
