// Every check of an installation, in the order of the chain.
import { addressesAllocated } from './checks/addresses-allocated.ts'
import { addressesOnce } from './checks/addresses-once.ts'
import { announceInterfaces } from './checks/announce-interfaces.ts'
import { ciliumAnnounces } from './checks/cilium-announces.ts'
import { cloudNetwork } from './checks/cloud-network.ts'
import { configurationAccepted } from './checks/configuration-accepted.ts'
import { equalShares } from './checks/equal-shares.ts'
import { foreignAddresses } from './checks/foreign-addresses.ts'
import { frrAccepts } from './checks/frr-accepts.ts'
import { localEndpoints } from './checks/local-endpoints.ts'
import { logsTold } from './checks/logs-told.ts'
import { noLegacyConfiguration } from './checks/no-legacy-configuration.ts'
import { nodesNotExcluded } from './checks/nodes-not-excluded.ts'
import { oneBgpSpeaker } from './checks/one-bgp-speaker.ts'
import { oneController } from './checks/one-controller.ts'
import { oneOwner } from './checks/one-owner.ts'
import { oneProxy } from './checks/one-proxy.ts'
import { ownerReady } from './checks/owner-ready.ts'
import { peerSettings } from './checks/peer-settings.ts'
import { podsRun } from './checks/pods-run.ts'
import { poolsAnnounced } from './checks/pools-announced.ts'
import { prefixCounts } from './checks/prefix-counts.ts'
import { probedLink } from './checks/probed-link.ts'
import { probedPath } from './checks/probed-path.ts'
import { probedReturn } from './checks/probed-return.ts'
import { probedSessions } from './checks/probed-sessions.ts'
import { sessionsEstablished } from './checks/sessions-established.ts'
import { speakerRollouts } from './checks/speaker-rollouts.ts'
import { strictArp } from './checks/strict-arp.ts'
import { switchPorts } from './checks/switch-ports.ts'
import { usableEndpoints } from './checks/usable-endpoints.ts'
import { webhookReachable } from './checks/webhook-reachable.ts'
import type { ClusterCheck } from './cluster-check.ts'

export const CLUSTER_CHECKS: readonly ClusterCheck[] = [
  webhookReachable,
  podsRun,
  oneController,
  configurationAccepted,
  noLegacyConfiguration,
  frrAccepts,
  foreignAddresses,
  addressesAllocated,
  addressesOnce,
  poolsAnnounced,
  nodesNotExcluded,
  usableEndpoints,
  localEndpoints,
  ownerReady,
  oneOwner,
  announceInterfaces,
  ciliumAnnounces,
  strictArp,
  cloudNetwork,
  switchPorts,
  oneBgpSpeaker,
  peerSettings,
  prefixCounts,
  speakerRollouts,
  equalShares,
  sessionsEstablished,
  probedSessions,
  probedLink,
  oneProxy,
  probedPath,
  probedReturn,
  logsTold,
]
