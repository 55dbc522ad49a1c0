// The table of path attributes: one entry for each that we understand, with everything in which they differ.
// Standards: RFC 4271 §4.3, §5; RFC 7606 §7 (what to do when one is wrong); RFC 1997; RFC 4360; RFC 4456 §8; RFC 4760;
// RFC 6793; RFC 8092; RFC 9234 §5.
import { readIpv4, writeIp } from '../addresses.ts'
import type { Reader } from '../reader.ts'
import { isConfederation, readSegments, writeSegments } from './as-path.ts'
import type { AttributeEntry, AttributeFlags } from './attribute-entry.ts'
import type { BgpErrorAction } from './bgp-error.ts'
import { isUnicastHost, readMpReach, readMpUnreach, writeMpReach, writeMpUnreach } from './mp-attributes.ts'
import { UPDATE_ERROR } from './notification-codes.ts'
import type { KnownAttribute } from './path-attribute.ts'

type AttributeTable = {
  readonly [K in KnownAttribute['kind']]: AttributeEntry<Extract<KnownAttribute, { kind: K }>>
}

const head = (type: number, name: string, flags: AttributeFlags) => ({ type, name, flags })
const whenWrong = (action: BgpErrorAction, subcode: number, rfc: string) => ({ action, subcode, rfc })
const exactly = (need: number) => (bytes: number) => bytes === need
const multipleOf = (size: number) => (bytes: number) => bytes > 0 && bytes % size === 0
const anyLength = () => true
const ORIGINS = ['igp', 'egp', 'incomplete'] as const
const optional = UPDATE_ERROR.optionalAttribute

export const ATTRIBUTES: AttributeTable = {
  //   | 0 IGP, 1 EGP, 2 incomplete (1) |
  origin: {
    ...head(1, 'ORIGIN', 'well-known'),
    lengthIsRight: exactly(1),
    ...whenWrong('treat-as-withdraw', UPDATE_ERROR.invalidOrigin, 'RFC 7606 §7.1'),
    decode: (r) => {
      const origin = ORIGINS[r.u8()]
      if (origin === undefined) throw r.reject('unknown-origin', 'RFC 7606 §7.1')
      return { kind: 'origin', origin }
    },
    encode: (w, { origin }) => {
      w.u8(ORIGINS.indexOf(origin))
    },
  },
  'as-path': {
    ...head(2, 'AS_PATH', 'well-known'),
    lengthIsRight: anyLength,
    ...whenWrong('treat-as-withdraw', UPDATE_ERROR.malformedAsPath, 'RFC 7606 §7.2'),
    decode: (r, { context }) => ({ kind: 'as-path', segments: readSegments(r, context.asn4) }),
    encode: (w, { segments }, { asn4 }) => writeSegments(w, segments, asn4),
  },
  //   | IPv4 address (4) |
  'next-hop': {
    ...head(3, 'NEXT_HOP', 'well-known'),
    lengthIsRight: exactly(4),
    ...whenWrong('treat-as-withdraw', UPDATE_ERROR.invalidNextHop, 'RFC 7606 §7.3'),
    decode: (r) => {
      const { at } = r
      const address = readIpv4(r)
      if (!isUnicastHost(address)) throw r.reject('next-hop-is-no-host', 'RFC 4271 §6.3', { at })
      return { kind: 'next-hop', address }
    },
    encode: (w, { address }) => writeIp(w, address),
  },
  //   | value (4) |
  'multi-exit-discriminator': {
    ...head(4, 'MULTI_EXIT_DISC', 'optional'),
    lengthIsRight: exactly(4),
    ...whenWrong('treat-as-withdraw', optional, 'RFC 7606 §7.4'),
    decode: (r) => ({ kind: 'multi-exit-discriminator', value: r.u32() }),
    encode: (w, { value }) => {
      w.u32(value)
    },
  },
  //   | value (4) |
  'local-preference': {
    ...head(5, 'LOCAL_PREF', 'well-known'),
    lengthIsRight: exactly(4),
    internalOnly: true,
    ...whenWrong('treat-as-withdraw', optional, 'RFC 7606 §7.5'),
    decode: (r) => ({ kind: 'local-preference', value: r.u32() }),
    encode: (w, { value }) => {
      w.u32(value)
    },
  },
  //   nothing
  'atomic-aggregate': {
    ...head(6, 'ATOMIC_AGGREGATE', 'well-known'),
    lengthIsRight: exactly(0),
    ...whenWrong('discard-attribute', optional, 'RFC 7606 §7.6'),
    decode: () => ({ kind: 'atomic-aggregate' }),
    encode: () => {},
  },
  //   | AS number (2 or 4) | IPv4 address (4) |
  aggregator: {
    ...head(7, 'AGGREGATOR', 'optional-transitive'),
    lengthIsRight: (bytes, { asn4 }) => bytes === (asn4 ? 8 : 6),
    ...whenWrong('discard-attribute', optional, 'RFC 7606 §7.7'),
    decode: (r, { context }, partial) => ({
      kind: 'aggregator',
      asn: notZero(r, context.asn4 ? r.u32() : r.u16()),
      address: readIpv4(r),
      partial,
    }),
    encode: (w, { asn, address }, { asn4 }) => {
      writeIp(asn4 ? w.u32(asn) : w.u16(asn), address)
    },
  },
  //   | AS (2), number (2) | …
  communities: {
    ...head(8, 'COMMUNITIES', 'optional-transitive'),
    lengthIsRight: multipleOf(4),
    ...whenWrong('treat-as-withdraw', optional, 'RFC 7606 §7.8'),
    decode: (r, _, partial) => ({ kind: 'communities', communities: r.many(() => r.u32()), partial }),
    encode: (w, { communities }) => {
      for (const community of communities) w.u32(community)
    },
  },
  //   | router identifier (4) |
  'originator-id': {
    ...head(9, 'ORIGINATOR_ID', 'optional'),
    lengthIsRight: exactly(4),
    internalOnly: true,
    ...whenWrong('treat-as-withdraw', optional, 'RFC 7606 §7.9'),
    decode: (r) => ({ kind: 'originator-id', id: readIpv4(r) }),
    encode: (w, { id }) => writeIp(w, id),
  },
  //   | cluster identifier (4) | …
  'cluster-list': {
    ...head(10, 'CLUSTER_LIST', 'optional'),
    lengthIsRight: multipleOf(4),
    internalOnly: true,
    ...whenWrong('treat-as-withdraw', optional, 'RFC 7606 §7.10'),
    decode: (r) => ({ kind: 'cluster-list', ids: r.many(readIpv4) }),
    encode: (w, { ids }) => {
      for (const id of ids) writeIp(w, id)
    },
  },
  'mp-reach': {
    ...head(14, 'MP_REACH_NLRI', 'optional'),
    lengthIsRight: (bytes) => bytes >= 5,
    ...whenWrong('reset', optional, 'RFC 7606 §7.11'),
    decode: readMpReach,
    encode: writeMpReach,
  },
  'mp-unreach': {
    ...head(15, 'MP_UNREACH_NLRI', 'optional'),
    lengthIsRight: (bytes) => bytes >= 3,
    ...whenWrong('reset', optional, 'RFC 7606 §7.12'),
    decode: readMpUnreach,
    encode: writeMpUnreach,
  },
  //   | type (1 or 2) | value (7 or 6) | …
  'extended-communities': {
    ...head(16, 'EXTENDED COMMUNITIES', 'optional-transitive'),
    lengthIsRight: multipleOf(8),
    ...whenWrong('treat-as-withdraw', optional, 'RFC 7606 §7.14'),
    decode: (r, _, partial) => ({
      kind: 'extended-communities',
      communities: r.many(() => r.u64()),
      partial,
    }),
    encode: (w, { communities }) => {
      for (const community of communities) w.u64(community)
    },
  },
  'as4-path': {
    ...head(17, 'AS4_PATH', 'optional-transitive'),
    // RFC 6793 §6: at least a segment of one number.
    lengthIsRight: (bytes) => bytes >= 6 && bytes % 2 === 0,
    ...whenWrong('discard-attribute', optional, 'RFC 6793 §6'),
    decode: (r, { report }, partial) => {
      const { at } = r
      const all = readSegments(r, true)
      const segments = all.filter((segment) => !isConfederation(segment))
      // RFC 6793 §6: these segments are dropped, the rest of the attribute is kept.
      if (segments.length === 0) throw r.reject('confederation-in-as4-path', 'RFC 6793 §6', { at })
      if (segments.length < all.length)
        report(
          { at, reason: 'confederation-in-as4-path', rfc: 'RFC 6793 §6' },
          { subcode: optional, action: 'discard-attribute' },
        )
      return { kind: 'as4-path', segments, partial }
    },
    encode: (w, { segments }) => writeSegments(w, segments, true),
  },
  //   | AS number (4) | IPv4 address (4) |
  'as4-aggregator': {
    ...head(18, 'AS4_AGGREGATOR', 'optional-transitive'),
    lengthIsRight: exactly(8),
    ...whenWrong('discard-attribute', optional, 'RFC 6793 §6'),
    decode: (r, _, partial) => ({
      kind: 'as4-aggregator',
      asn: notZero(r, r.u32()),
      address: readIpv4(r),
      partial,
    }),
    encode: (w, { asn, address }) => {
      writeIp(w.u32(asn), address)
    },
  },
  //   | AS number (4) | number (4) | number (4) | …
  'large-communities': {
    ...head(32, 'LARGE_COMMUNITY', 'optional-transitive'),
    lengthIsRight: multipleOf(12),
    ...whenWrong('treat-as-withdraw', optional, 'RFC 8092 §6'),
    decode: (r, _, partial) => ({
      kind: 'large-communities',
      communities: r.many(() => ({ global: r.u32(), local1: r.u32(), local2: r.u32() })),
      partial,
    }),
    encode: (w, { communities }) => {
      for (const { global, local1, local2 } of communities) w.u32(global).u32(local1).u32(local2)
    },
  },
  //   | AS number (4) |
  'only-to-customer': {
    ...head(35, 'ONLY_TO_CUSTOMER', 'optional-transitive'),
    lengthIsRight: exactly(4),
    ...whenWrong('treat-as-withdraw', optional, 'RFC 9234 §5'),
    decode: (r, _, partial) => ({ kind: 'only-to-customer', asn: r.u32(), partial }),
    encode: (w, { asn }) => {
      w.u32(asn)
    },
  },
}

/** RFC 7607 §2 */
function notZero(r: Reader, asn: number): number {
  if (asn === 0) throw r.reject('as-number-is-0', 'RFC 7607 §2')
  return asn
}

const ENTRIES = Object.values(ATTRIBUTES) as readonly AttributeEntry<KnownAttribute>[]
const BY_TYPE: ReadonlyMap<number, AttributeEntry<KnownAttribute>> = new Map(
  ENTRIES.map((entry) => [entry.type, entry]),
)

export const attributeEntry = (type: number): AttributeEntry<KnownAttribute> | undefined => BY_TYPE.get(type)

/** `AS_PATH`; `attribute 99` where there is no name here. */
export const attributeName = (type: number): string => BY_TYPE.get(type)?.name ?? `attribute ${type}`
