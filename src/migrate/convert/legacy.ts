// One legacy document, whole.

import { type Dialect, readDialect } from '../dialect.ts'
import type { NodeFact } from '../facts.ts'
import type { ReadContext } from '../legacy/readers.ts'
import { type LegacyConfig, readLegacy } from '../legacy/shape.ts'
import type { Planned } from '../planned.ts'
import type { LegacyDocument } from '../recognise.ts'
import type { Election } from '../services/proof.ts'
import { autodiscoveredPeers } from './autodiscovery.ts'
import { bfdProfiles } from './bfd-profiles.ts'
import { communityObject, readCommunities } from './communities.ts'
import type { Convert } from './context.ts'
import { legacyPools } from './legacy-pools.ts'
import { legacyPeers } from './peers.ts'
import type { PoolPlan } from './pool.ts'

export interface LegacyResult {
  readonly document: LegacyDocument
  readonly config: LegacyConfig
  readonly dialect: Dialect
  readonly pools: readonly PoolPlan[]
  /** everything but pools and their advertisements */
  readonly planned: readonly Planned[]
  /** keys that nothing became of, with the reason */
  readonly ignored: ReadContext['ignored']
  readonly election: Election
  /** peer-autodiscovery could not be written out */
  readonly incomplete: boolean
}

export function convertLegacy(
  document: LegacyDocument,
  namespace: string,
  nodes: readonly NodeFact[] | undefined,
  lenient: boolean,
  convert: Convert,
): LegacyResult {
  const context: ReadContext = {
    diagnostics: convert.diagnostics,
    ignored: [],
    unknownKeys: lenient ? 'warning' : 'error',
    decoder: 'yaml.v2',
  }
  const read = readLegacy(document.payload, '', context) ?? {}
  const dialect = readDialect(read, convert.options.assumeVersion, convert.diagnostics)
  const { config } = dialect
  const communities = readCommunities(config, convert)
  const profiles = bfdProfiles(config, namespace, convert)
  const autodiscovery = config['peer-autodiscovery']
  const peers = [...(config.peers?.value ?? []), ...autodiscoveredPeers(autodiscovery, nodes, convert)]
  const all = { value: peers, node: document.payload, key: undefined, path: 'peers' }
  return {
    document,
    config,
    dialect,
    pools: legacyPools(config['address-pools'], dialect, communities, namespace, convert),
    planned: [
      ...communityObject(config, communities, namespace, convert),
      ...profiles.planned,
      ...legacyPeers(all, profiles, namespace, convert),
    ],
    ignored: context.ignored,
    election: electionOf(dialect),
    incomplete: autodiscovery !== undefined && nodes === undefined,
  }
}

/** metallb.md §1.8: v0.7 to v0.10 hashed the Service's name, v0.11 and later its address. Earlier ones elected by a Lease. */
function electionOf({ era, assumed }: Dialect): Election {
  if (assumed !== undefined) return assumed >= 11 ? 'by-address' : assumed >= 7 ? 'by-service' : 'unknown'
  return era.since >= 11 ? 'by-address' : 'unknown'
}
