// Every rule about objects that could be read.
import { bfdEcho } from './bfd/echo.ts'
import { bfdProfiles } from './bfd/profiles.ts'
import { bgpAggregation } from './bgp/aggregation.ts'
import { bgpCommunities } from './bgp/communities.ts'
import { bgpLocalPreference } from './bgp/local-preference.ts'
import { bgpReferences } from './bgp/references.ts'
import { announcedPools } from './cluster/announced.ts'
import { foreignAddresses } from './cluster/foreign-addresses.ts'
import { clusterNodes } from './cluster/nodes.ts'
import { namespaces, objectNames } from './cluster/objects.ts'
import { prefixLimit } from './cluster/prefix-limit.ts'
import { clusterServices } from './cluster/services.ts'
import { communityAliases } from './communities/aliases.ts'
import type { Rule } from './context.ts'
import { l2Interfaces } from './l2/interfaces.ts'
import { l2References } from './l2/references.ts'
import { sessionFamilies } from './modes/families.ts'
import { frrModes } from './modes/frr.ts'
import { nativeMode } from './modes/native.ts'
import { peerAddresses } from './peers/addresses.ts'
import { peerAsNumbers } from './peers/as-numbers.ts'
import { peerPasswords } from './peers/passwords.ts'
import { peerTimers } from './peers/timers.ts'
import { poolAddresses } from './pools/addresses.ts'
import { poolAllocation } from './pools/allocation.ts'
import { poolOverlap } from './pools/overlap.ts'
import { releases } from './releases.ts'
import { labelSelectors } from './selectors.ts'

export const ALL_RULES: readonly Rule[] = [
  objectNames,
  namespaces,
  labelSelectors,
  poolAddresses,
  poolOverlap,
  poolAllocation,
  peerAsNumbers,
  peerAddresses,
  peerTimers,
  peerPasswords,
  bfdProfiles,
  bfdEcho,
  communityAliases,
  l2References,
  l2Interfaces,
  bgpReferences,
  bgpAggregation,
  bgpCommunities,
  bgpLocalPreference,
  nativeMode,
  frrModes,
  sessionFamilies,
  announcedPools,
  foreignAddresses,
  prefixLimit,
  clusterNodes,
  clusterServices,
  releases,
]
