// How releases of MetalLB differ in who announces. Speakers of two releases that compute different owners answer both, or neither,
// so a speaker beside others has to count as they do. One table, with the releases beside the facts.
import { compareReleases, NEWEST_RELEASE, type Release } from '../../config/schema/release.ts'

export interface ReleaseRules {
  /** what is hashed with the node's name: the first address, or the Service's name (so that sharers of an address part) */
  readonly hashes: 'address' | 'service'
  /** who may stand for election before anything else is asked */
  readonly candidates: 'speakers' | 'speakers-with-endpoints' | 'nodes-with-endpoints'
  readonly canServe: 'ready' | 'serving-else-ready' | 'ready-or-serving'
  /** nodes with the condition NetworkUnavailable stay out */
  readonly networkUnavailable: boolean
  /** nodes with the exclude label stay out */
  readonly excludeLabel: boolean
  /** --ignore-exclude-lb exists */
  readonly ignoresExcludeLabel: boolean
  /** cordoned nodes stay out */
  readonly unschedulable: boolean
  /** fields that older releases do not know, and read as not there */
  readonly nodeSelectors: boolean
  readonly interfaces: boolean
  readonly serviceSelectors: boolean
  readonly preferences: boolean
  /** BGPPeers and BGPAdvertisements for other nodes are left out before the configuration is judged */
  readonly judgesPerNode: boolean
  /** a shared address together with serviceSelectors is refused by layer 2 */
  readonly refusesSharedAddress: boolean
}

export const DEFAULT_RELEASE: Release = NEWEST_RELEASE

export function releaseRules(release: Release): ReleaseRules {
  const since = (first: Release): boolean => compareReleases(release, first) >= 0
  return {
    hashes: since('0.11.0') ? 'address' : 'service',
    candidates: since('0.11.0')
      ? 'speakers'
      : since('0.9.0')
        ? 'speakers-with-endpoints'
        : 'nodes-with-endpoints',
    canServe: since('0.14.5') ? 'ready-or-serving' : since('0.14.2') ? 'serving-else-ready' : 'ready',
    networkUnavailable: since('0.13.10'),
    excludeLabel: since('0.14.2'),
    ignoresExcludeLabel: since('0.14.4'),
    // In 0.14.9 only: 0.15 took it back.
    unschedulable: since('0.14.9') && !since('0.15.0'),
    nodeSelectors: since('0.13.0'),
    interfaces: since('0.13.6'),
    serviceSelectors: since('0.16.0'),
    preferences: since('main'),
    judgesPerNode: since('0.16.0'),
    refusesSharedAddress: since('main'),
  }
}
