// Every key of MetalLB's configuration file from v0.1 to v0.12, and of the unreleased peer-autodiscovery.
import {
  boolean,
  type Field,
  integer,
  list,
  type MapOf,
  map,
  type Reader,
  secretText,
  text,
  textMap,
} from './readers.ts'

const UINT32_MAX = 4_294_967_295
const INT32 = integer(-2_147_483_648, 2_147_483_647)
const ASN = integer(0, UINT32_MAX)
const PORT = integer(0, 65_535)

const matchExpression = map({ key: text, operator: text, values: list(text) })
const nodeSelector = map({ 'match-labels': textMap, 'match-expressions': list(matchExpression) })

const peer = map({
  'my-asn': ASN,
  'peer-asn': ASN,
  'peer-address': text,
  'peer-port': PORT,
  'source-address': text,
  'hold-time': text,
  'keepalive-time': text,
  'router-id': text,
  'node-selectors': list(nodeSelector),
  password: secretText,
  'bfd-profile': text,
  'ebgp-multihop': boolean,
})

const advertisement = map({
  'aggregation-length': INT32,
  'aggregation-length-v6': INT32,
  localpref: integer(0, UINT32_MAX),
  communities: list(text),
})

const pool = map({
  name: text,
  protocol: text,
  /** ≤0.5 */
  cidr: list(text),
  /** ≥0.5 */
  addresses: list(text),
  'avoid-buggy-ips': boolean,
  /** ≥0.3 */
  'auto-assign': boolean,
  /** ≤0.2 */
  advertisements: list(advertisement),
  /** ≥0.3 */
  'bgp-advertisements': list(advertisement),
  /** 0.3, 0.4 */
  'arp-network': text,
})

const bfdProfile = map({
  name: text,
  'receive-interval': integer(0, UINT32_MAX),
  'transmit-interval': integer(0, UINT32_MAX),
  'detect-multiplier': integer(0, UINT32_MAX),
  'echo-interval': integer(0, UINT32_MAX),
  'echo-mode': boolean,
  'passive-mode': boolean,
  'minimum-ttl': integer(0, UINT32_MAX),
})

const autodiscoveryParameters = {
  'my-asn': text,
  'peer-asn': text,
  'peer-address': text,
  'peer-port': text,
  'hold-time': text,
  'router-id': text,
}
const peerAutodiscovery = map({
  defaults: map(autodiscoveryParameters),
  'node-selectors': list(nodeSelector),
  'from-annotations': list(map(autodiscoveryParameters)),
  'from-labels': list(map(autodiscoveryParameters)),
})

const legacy = map({
  peers: list(peer),
  'address-pools': list(pool),
  'bgp-communities': textMap,
  /** ≤0.2 */
  communities: textMap,
  'bfd-profiles': list(bfdProfile),
  'peer-autodiscovery': peerAutodiscovery,
})

type Read<R> = R extends Reader<infer T> ? T : never
export type LegacyConfig = Read<typeof legacy>
export type LegacyPeer = Read<typeof peer>
export type LegacyPool = Read<typeof pool>
export type LegacyAdvertisement = Read<typeof advertisement>
export type LegacyBfdProfile = Read<typeof bfdProfile>
export type LegacyNodeSelector = Read<typeof nodeSelector>
export type LegacyAutodiscovery = Read<typeof peerAutodiscovery>
export type AutodiscoveryParameters = MapOf<typeof autodiscoveryParameters>
export type { Field }

export const readLegacy = legacy

/** Keys by which a legacy configuration is recognised. */
export const LEGACY_TOP_KEYS = [
  'peers',
  'address-pools',
  'bgp-communities',
  'bfd-profiles',
  'peer-autodiscovery',
] as const
