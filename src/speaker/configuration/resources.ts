// The custom resources as they are handed to be compiled, whatever brings them.
import type { BGPPeer } from '../../config/objects/read-object.ts'
import type {
  BGPAdvertisementSpec,
  CommunitySpec,
  L2AdvertisementSpec,
} from '../../config/schema/advertisement-kinds.ts'
import type { BFDProfileSpec } from '../../config/schema/peer-kinds.ts'
import type { IPAddressPoolSpec } from '../../config/schema/pool-kinds.ts'
import type { SessionPassword } from '../../config/semantics/bgp-session.ts'
import type { Labels } from '../facts/facts.ts'

/** An object as this needs it; those of `config/objects` fit, and so do those of a cluster. */
export interface Resource<S> {
  readonly kind: string
  readonly name: string
  readonly namespace: string | undefined
  readonly labels: Labels
  readonly spec: { readonly [K in keyof S]?: S[K] }
}

export type SecretPassword = Extract<SessionPassword, { kind: 'secret' }>

export interface Resources {
  readonly pools: readonly Resource<IPAddressPoolSpec>[]
  readonly l2Advertisements: readonly Resource<L2AdvertisementSpec>[]
  readonly bgpAdvertisements: readonly Resource<BGPAdvertisementSpec>[]
  readonly peers: readonly BGPPeer[]
  readonly bfdProfiles: readonly Resource<BFDProfileSpec>[]
  readonly communities: readonly Resource<CommunitySpec>[]
  /** what is in a Secret; undefined when it is not there */
  readonly password: (secret: SecretPassword) => string | undefined
}
