// Every check of an installation, in the order of the chain.

import { addressOnLink } from './checks/address-on-link.ts'
import { addressesAllocated } from './checks/addresses-allocated.ts'
import { addressesOfPools } from './checks/addresses-of-pools.ts'
import { addressesOnce } from './checks/addresses-once.ts'
import { announceInterfaces } from './checks/announce-interfaces.ts'
import { ciliumAnnounces } from './checks/cilium-announces.ts'
import { clientsLetIn } from './checks/clients-let-in.ts'
import { cloudNetwork } from './checks/cloud-network.ts'
import { configurationAccepted } from './checks/configuration-accepted.ts'
import { equalShares } from './checks/equal-shares.ts'
import { foreignAddresses } from './checks/foreign-addresses.ts'
import { frrAccepts } from './checks/frr-accepts.ts'
import { frrRuns } from './checks/frr-runs.ts'
import { groupJoined } from './checks/group-joined.ts'
import { layer2Link } from './checks/layer-2-link.ts'
import { localEndpoints } from './checks/local-endpoints.ts'
import { logsTold } from './checks/logs-told.ts'
import { mtuFits } from './checks/mtu-fits.ts'
import { noLegacyConfiguration } from './checks/no-legacy-configuration.ts'
import { noProxyArp } from './checks/no-proxy-arp.ts'
import { noStaleAddress } from './checks/no-stale-address.ts'
import { nodeFirewall } from './checks/node-firewall.ts'
import { nodesNotExcluded } from './checks/nodes-not-excluded.ts'
import { oneBgpSpeaker } from './checks/one-bgp-speaker.ts'
import { oneCard } from './checks/one-card.ts'
import { oneController } from './checks/one-controller.ts'
import { oneOwner } from './checks/one-owner.ts'
import { oneProxy } from './checks/one-proxy.ts'
import { ownSession } from './checks/own-session.ts'
import { ownerReady } from './checks/owner-ready.ts'
import { peerSettings } from './checks/peer-settings.ts'
import { podsReach } from './checks/pods-reach.ts'
import { podsRun } from './checks/pods-run.ts'
import { poolsAnnounced } from './checks/pools-announced.ts'
import { portsServed } from './checks/ports-served.ts'
import { prefixCounts } from './checks/prefix-counts.ts'
import { probedLink } from './checks/probed-link.ts'
import { probedPath } from './checks/probed-path.ts'
import { probedReturn } from './checks/probed-return.ts'
import { probedSessions } from './checks/probed-sessions.ts'
import { routerDistance } from './checks/router-distance.ts'
import { routersTold } from './checks/routers-told.ts'
import { sameAnswer } from './checks/same-answer.ts'
import { sessionsEstablished } from './checks/sessions-established.ts'
import { sharingAnnounced } from './checks/sharing-announced.ts'
import { speakerRollouts } from './checks/speaker-rollouts.ts'
import { speakersReach } from './checks/speakers-reach.ts'
import { strictArp } from './checks/strict-arp.ts'
import { switchPorts } from './checks/switch-ports.ts'
import { uniqueAddresses } from './checks/unique-addresses.ts'
import { usableEndpoints } from './checks/usable-endpoints.ts'
import { wayBack } from './checks/way-back.ts'
import { webhookPort } from './checks/webhook-port.ts'
import { webhookReachable } from './checks/webhook-reachable.ts'
import { wiredLink } from './checks/wired-link.ts'
import type { ClusterCheck } from './cluster-check.ts'

export const CLUSTER_CHECKS: readonly ClusterCheck[] = [
  webhookReachable,
  webhookPort,
  podsRun,
  frrRuns,
  oneController,
  configurationAccepted,
  noLegacyConfiguration,
  frrAccepts,
  foreignAddresses,
  addressesAllocated,
  addressesOnce,
  addressesOfPools,
  poolsAnnounced,
  sharingAnnounced,
  nodesNotExcluded,
  usableEndpoints,
  portsServed,
  localEndpoints,
  ownerReady,
  nodeFirewall,
  oneOwner,
  announceInterfaces,
  ciliumAnnounces,
  addressOnLink,
  layer2Link,
  wiredLink,
  oneCard,
  noProxyArp,
  strictArp,
  noStaleAddress,
  uniqueAddresses,
  groupJoined,
  cloudNetwork,
  switchPorts,
  oneBgpSpeaker,
  peerSettings,
  routersTold,
  prefixCounts,
  speakerRollouts,
  equalShares,
  ownSession,
  routerDistance,
  sessionsEstablished,
  probedSessions,
  probedLink,
  oneProxy,
  probedPath,
  clientsLetIn,
  podsReach,
  wayBack,
  mtuFits,
  probedReturn,
  logsTold,
  speakersReach,
  sameAnswer,
]
