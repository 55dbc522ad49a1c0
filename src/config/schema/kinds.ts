// Every kind of MetalLB's API group, found by what stands in an object.
import { BGP_ADVERTISEMENT, COMMUNITY, L2_ADVERTISEMENT } from './advertisement-kinds.ts'
import { apiVersionOf, type KindSchema } from './field.ts'
import { BFD_PROFILE, BGP_PEER, BGP_PEER_V1BETA1 } from './peer-kinds.ts'
import { ADDRESS_POOL, ADDRESS_POOL_V1ALPHA1, IP_ADDRESS_POOL } from './pool-kinds.ts'
import { CONFIGURATION_STATE, SERVICE_BGP_STATUS, SERVICE_L2_STATUS } from './status-kinds.ts'

export const KINDS: readonly KindSchema[] = [
  IP_ADDRESS_POOL,
  L2_ADVERTISEMENT,
  BGP_ADVERTISEMENT,
  BGP_PEER,
  BGP_PEER_V1BETA1,
  BFD_PROFILE,
  COMMUNITY,
  SERVICE_L2_STATUS,
  SERVICE_BGP_STATUS,
  CONFIGURATION_STATE,
  ADDRESS_POOL,
  ADDRESS_POOL_V1ALPHA1,
]

const BY_ID: ReadonlyMap<string, KindSchema> = new Map(KINDS.map((k) => [`${apiVersionOf(k)}/${k.kind}`, k]))

export const findKind = (apiVersion: string, kind: string): KindSchema | undefined =>
  BY_ID.get(`${apiVersion}/${kind}`)

/** The versions in which a kind exists, the one to use first. */
export const versionsOf = (kind: string): readonly KindSchema[] =>
  KINDS.filter((k) => k.kind === kind).sort((a, b) => Number(b.storage) - Number(a.storage))
