// Sessions to export to, and what a peer must have in each of them.
import { expect } from 'vitest'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { type Prefix, parsePrefix } from '../../net/prefix.ts'
import { PLAIN_CONTEXT } from '../../wire/bgp/context.ts'
import type { ExportContext, OutboundRoutes } from '../outbound.ts'
import type { BgpAdvertisement } from '../peer.ts'

const address = (text: string) => parseIp(text) as Ip
export const prefix = (text: string): Prefix => parsePrefix(text) as Prefix
export const advertisement = (text: string, change: Partial<BgpAdvertisement> = {}): BgpAdvertisement => ({
  ...{ prefix: prefix(text), localPreference: undefined, communities: [], largeCommunities: [] },
  ...change,
})

export const external: ExportContext = {
  wire: { ...PLAIN_CONTEXT, asn4: true, peer: 'external' },
  internal: false,
  localAsn: 4_200_000_000,
  families: [4, 6],
  nextHop4: address('192.0.2.1'),
  nextHop6: address('2001:db8::1'),
  linkLocal: undefined,
}
export const internal: ExportContext = {
  ...external,
  wire: { ...external.wire, peer: 'internal' },
  internal: true,
  linkLocal: address('fe80::1'),
}
const twoBytes: ExportContext = { ...external, wire: { ...external.wire, asn4: false } }
const onlyLinkLocal: ExportContext = {
  ...external,
  wire: { ...external.wire, extendedNextHop: true, extendedMessage: true },
  nextHop4: undefined,
  nextHop6: undefined,
  linkLocal: address('fe80::1'),
}
export const onlyIpv4: ExportContext = { ...external, families: [4], nextHop6: undefined }
export const ipv6Transport: ExportContext = { ...external, nextHop4: undefined }
export const CONTEXTS = { external, internal, twoBytes, onlyLinkLocal, onlyIpv4, ipv6Transport }

/** What a peer must have of an advertisement; written down a second time, from the RFCs. */
export function shown(given: BgpAdvertisement, context: ExportContext): string | undefined {
  const { family } = given.prefix
  if (!context.families.includes(family)) return undefined
  const plain = family === 4 ? context.nextHop4 : undefined
  if (family === 4 && plain === undefined && !context.wire.extendedNextHop) return undefined
  const hops = [context.nextHop6 ?? context.linkLocal, context.linkLocal].flatMap((hop) =>
    hop === undefined ? [] : [formatIp(hop)],
  )
  const { communities, largeCommunities } = given
  return [
    `via ${plain === undefined ? hops.join('+') : formatIp(plain)} igp`,
    `path [${context.internal ? '' : context.localAsn}]`,
    ...(context.internal ? [`preference ${given.localPreference ?? 100}`] : []),
    ...(communities.length > 0 ? [`communities ${communities.join()}`] : []),
    ...(largeCommunities.length > 0
      ? [`large ${largeCommunities.map((c) => `${c.global}:${c.local1}:${c.local2}`).join()}`]
      : []),
  ].join(' ')
}

/** Everything pending, checked against the limit of sizes. */
export function drain(rib: OutboundRoutes, budgetBytes = 100_000): Uint8Array[] {
  const all: Uint8Array[] = []
  while (rib.pending) {
    const messages = rib.take(budgetBytes)
    expect(messages.length).toBeGreaterThan(0)
    all.push(...messages)
  }
  expect(rib.take(1)).toEqual([])
  return all
}
