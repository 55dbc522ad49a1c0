import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { parsePrefix } from '../../net/prefix.ts'
import type { BgpError } from './bgp-error.ts'
import { updateError, why } from './bgp-error.ts'
import { formatCommunity, formatExtendedCommunity, formatLargeCommunity } from './communities.ts'
import { PLAIN_CONTEXT } from './context.ts'
import { decodeBgpMessage, encodeBgpMessage } from './message.ts'
import { endOfRib, endOfRibUpdate, routeChanges } from './route-changes.ts'
import type { UpdateMessage } from './update.ts'

const route = (prefix: string) => ({ prefix: parsePrefix(prefix)! })
const hop4 = parseIp('192.0.2.1')!
const hop6 = parseIp('2001:db8::1')!
const linkLocal = parseIp('fe80::1')!
const update: UpdateMessage = {
  kind: 'update',
  withdrawn: [route('198.51.100.0/24')],
  attributes: [
    { kind: 'next-hop', address: hop4 },
    { kind: 'mp-reach', family: 6, nextHop: hop6, linkLocal, routes: [route('2001:db8:1::/48')] },
    { kind: 'mp-unreach', family: 6, routes: [route('2001:db8:2::/48')] },
  ],
  announced: [route('203.0.113.0/24'), route('203.0.113.128/25')],
}
const errorWith = (action: BgpError['action']): BgpError =>
  updateError(why(0, 'test', 'RFC 7606 §2'), { subcode: 0, action })

describe('routeChanges', () => {
  const gone = [
    { family: 4, routes: update.withdrawn },
    { family: 6, routes: [route('2001:db8:2::/48')] },
  ]
  it.each<[string, BgpError[]]>([
    ['without errors', []],
    ['when only attributes were discarded', [errorWith('discard-attribute')]],
  ])('brings both ways to write routes together %s', (_, errors) => {
    expect(routeChanges(update, errors)).toEqual({
      announced: [
        { family: 4, nextHop: hop4, routes: update.announced },
        { family: 6, nextHop: hop6, linkLocal, routes: [route('2001:db8:1::/48')] },
      ],
      withdrawn: gone,
      endOfRib: undefined,
    })
  })
  it.each(['treat-as-withdraw', 'disable-family'] as const)(
    'withdraws all that is announced on %s',
    (action) => {
      const withoutHop = { ...update, attributes: update.attributes.slice(1) }
      for (const given of [update, withoutHop])
        expect(routeChanges(given, [errorWith('discard-attribute'), errorWith(action)])).toEqual({
          announced: [],
          withdrawn: [
            ...gone,
            { family: 4, routes: update.announced },
            { family: 6, routes: [route('2001:db8:1::/48')] },
          ],
          endOfRib: undefined,
        })
    },
  )
})

describe('End-of-RIB (RFC 4724 §2)', () => {
  it.each([4, 6] as const)('of IPv%d is found again', (family) => {
    const decoded = decodeBgpMessage(encodeBgpMessage(endOfRibUpdate(family), PLAIN_CONTEXT), PLAIN_CONTEXT)
    if (!decoded.ok || decoded.value.kind !== 'update') throw new Error('no update')
    expect(endOfRib(decoded.value)).toBe(family)
    expect(routeChanges(decoded.value, decoded.errors)).toEqual({
      announced: [],
      withdrawn: [],
      endOfRib: family,
    })
  })
  it('is nothing that has a route or an attribute', () => {
    const empty = endOfRibUpdate(4)
    for (const change of [
      { withdrawn: update.withdrawn },
      { announced: update.announced },
      { attributes: update.attributes.slice(0, 1) },
      { attributes: update.attributes.slice(2) },
      { attributes: [...endOfRibUpdate(6).attributes, ...update.attributes.slice(0, 1)] },
    ])
      expect(endOfRib({ ...empty, ...change })).toBeUndefined()
  })
})

describe('communities', () => {
  it.each<[number, string]>([
    [0xfde80064, '65000:100'],
    [0xffffff01, 'no-export'],
    [0xffff029a, 'blackhole'],
    [0, '0:0'],
  ])('%d is %s', (community, text) => expect(formatCommunity(community)).toBe(text))
  it.each<[bigint, string]>([
    [0x0002fde800000064n, 'target 65000:100'],
    [0x0003fde8fffffffen, 'origin 65000:4294967294'],
    [0x0102c00002010007n, 'target 192.0.2.1:7'],
    [0x0202fc0012340007n, 'target 4227863092:7'],
    [0x4004fde800000064n, '0x4004fde800000064'],
    [0x030c000000000008n, '0x030c000000000008'],
  ])('%d is %s', (community, text) => expect(formatExtendedCommunity(community)).toBe(text))
  it('large ones have three parts', () =>
    expect(formatLargeCommunity({ global: 4_200_000_000, local1: 0, local2: 7 })).toBe('4200000000:0:7'))
})
