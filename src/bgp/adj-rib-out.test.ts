import { describe, expect, it } from 'vitest'
import { formatPrefix } from '../net/prefix.ts'
import { AdjRibOut } from './adj-rib-out.ts'
import type { ExportContext } from './outbound.ts'
import type { BgpAdvertisement } from './peer.ts'
import {
  advertisement,
  CONTEXTS,
  drain,
  external,
  internal,
  ipv6Transport,
  onlyIpv4,
  prefix,
  shown,
} from './testing/export-cases.ts'
import { RouteReceiver } from './testing/route-receiver.ts'

function up(context: ExportContext, ...advertisements: BgpAdvertisement[]) {
  const rib = new AdjRibOut()
  const receiver = new RouteReceiver()
  rib.setDesired(advertisements)
  rib.sessionUp(context)
  const heard = receiver.hear(drain(rib), context.wire)
  return { rib, receiver, heard, hear: () => receiver.hear(drain(rib), context.wire) }
}

describe('what a peer is told', () => {
  it.each(Object.entries(CONTEXTS))('%s: attributes, next hops and the end marks', (_, context) => {
    const given = [
      advertisement('203.0.113.1/32', { localPreference: 0, communities: [0xfde80064] }),
      advertisement('198.51.100.0/24', {
        largeCommunities: [{ global: 4_200_000_000, local1: 1, local2: 2 }],
      }),
      advertisement('2001:db8:1::/48'),
      advertisement('::/0'),
    ]
    const { rib, receiver, heard } = up(context, ...given)
    const expected = given.flatMap((ad) => {
      const attributes = shown(ad, context)
      return attributes === undefined ? [] : [[formatPrefix(ad.prefix), attributes]]
    })
    expect([...receiver.routes].map(([name, { attributes }]) => [name, attributes]).sort()).toEqual(
      expected.sort(),
    )
    expect(heard.marks).toEqual(context.families.map((family) => `end of IPv${family}`))
    expect(rib.counts).toEqual({ desired: 4, announced: expected.length, pending: 0 })
    for (const { prefix } of given) rib.withdraw(prefix)
    expect(receiver.hear(drain(rib), context.wire).withdrawn.toSorted()).toEqual(
      expected.map(([name]) => name).sort(),
    )
    expect(rib.counts).toEqual({ desired: 0, announced: 0, pending: 0 })
  })

  it('LOCAL_PREF that an advertisement leaves open is 100, or what the exporter says', () => {
    const rib = new AdjRibOut({ defaultLocalPreference: 0 })
    rib.announce(advertisement('203.0.113.1/32'))
    rib.sessionUp(internal)
    const receiver = new RouteReceiver()
    receiver.hear(drain(rib), internal.wire)
    expect(receiver.routes.get('203.0.113.1/32')?.attributes).toContain('preference 0')
  })

  it('nothing of IPv4 where neither side of RFC 8950 was agreed on', () => {
    const { rib, receiver } = up(
      ipv6Transport,
      advertisement('203.0.113.1/32'),
      advertisement('2001:db8::/32'),
    )
    expect([...receiver.routes.keys()]).toEqual(['2001:db8::/32'])
    expect(rib.counts).toEqual({ desired: 2, announced: 1, pending: 0 })
  })
})

describe('the fewest messages', () => {
  const hosts = (count: number, change: Partial<BgpAdvertisement> = {}) =>
    Array.from({ length: count }, (_, i) => ({
      ...advertisement('0.0.0.0/0', change),
      prefix: { family: 4 as const, base: 0x0a000000n + BigInt(i), length: 32 },
    }))

  it('are full: 810 host routes go into 4096 bytes', () => {
    const { receiver, rib, hear } = up(external, ...hosts(8100))
    expect(receiver.updates).toBe(10)
    rib.setDesired([])
    expect(hear().withdrawn.length).toBe(8100)
    expect(receiver.updates).toBe(10 + 10)
  })

  it.each(['external', 'onlyLinkLocal'] as const)('stay at 4096 bytes, %s', (name) => {
    const context = CONTEXTS[name]
    const rib = new AdjRibOut()
    rib.setDesired(hosts(5000))
    rib.sessionUp(context)
    const sizes = drain(rib).map(({ length }) => length)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4096)
    expect(Math.max(...sizes)).toBeGreaterThan(4096 - 5)
  })

  it('are longer only for attributes that need it, where the peer agreed', () => {
    const communities = Array.from({ length: 1100 }, (_, i) => i)
    const extended = { ...external, wire: { ...external.wire, extendedMessage: true } }
    const given = [advertisement('203.0.113.1/32', { communities }), advertisement('203.0.113.2/32')]
    expect(up(extended, ...given).receiver.routes.size).toBe(2)
    const { rib, receiver } = up(external, ...given)
    expect([...receiver.routes.keys()]).toEqual(['203.0.113.2/32'])
    expect(rib.counts).toEqual({ desired: 2, announced: 1, pending: 0 })
  })

  it('withdraw what the peer has when its new attributes fit no message', () => {
    const { rib, hear } = up(external, advertisement('203.0.113.1/32'))
    rib.announce(advertisement('203.0.113.1/32', { communities: Array.from({ length: 1100 }, (_, i) => i) }))
    expect(hear()).toMatchObject({ announced: [], withdrawn: ['203.0.113.1/32'] })
  })

  it('none for what changed and changed back, and for what was never sent', () => {
    const first = advertisement('203.0.113.1/32')
    const { rib } = up(external, first)
    rib.announce({ ...first, communities: [1] })
    rib.announce({ ...first, communities: [] })
    rib.withdraw(first.prefix)
    rib.announce({ ...first })
    rib.announce(advertisement('203.0.113.2/32'))
    rib.withdraw(prefix('203.0.113.2/32'))
    rib.withdraw(prefix('203.0.113.3/32'))
    rib.setDesired([first])
    expect(rib.pending).toBe(false)
    expect(rib.take(1)).toEqual([])
  })

  it('none for a difference that the peer does not see', () => {
    const first = advertisement('203.0.113.1/32')
    const { rib, receiver, hear } = up(external, first)
    rib.announce({ ...first, localPreference: 7 })
    expect(rib.pending).toBe(false)
    rib.announce(advertisement('203.0.113.2/32', { localPreference: 1, communities: [1] }))
    rib.announce(advertisement('203.0.113.3/32', { localPreference: 2, communities: [1] }))
    hear()
    expect(receiver.updates).toBe(1 + 1)
  })

  it('keep to the budget, and send at least one', () => {
    const rib = new AdjRibOut()
    rib.setDesired(hosts(8100))
    rib.sessionUp(external)
    // The End-of-RIB of IPv6, which is empty.
    expect(rib.take(0).length).toBe(1)
    expect(rib.take(4096 * 2).length).toBe(3)
    expect(rib.counts).toEqual({ desired: 8100, announced: 3 * 810, pending: 7 * 810 })
  })

  it('give each group its turn: one change does not wait for 100,000 others', () => {
    const { rib, receiver } = up(external)
    rib.setDesired(hosts(8100))
    rib.announce(advertisement('203.0.113.1/32', { communities: [1] }))
    const { announced } = receiver.hear(rib.take(4096 + 1), external.wire)
    expect(announced.length).toBe(811)
    expect(announced).toContain('203.0.113.1/32')
  })
})

describe('refresh', () => {
  const routes = [advertisement('203.0.113.1/32'), advertisement('2001:db8::/32')]
  it('sends a family again, between marks when they were agreed on', () => {
    const { rib, hear } = up(external, ...routes)
    rib.refresh(4, false)
    rib.refresh(4, false)
    expect(hear()).toEqual({ announced: ['203.0.113.1/32'], withdrawn: [], marks: [] })
    rib.refresh(6, true)
    expect(hear()).toEqual({
      announced: ['2001:db8::/32'],
      withdrawn: [],
      marks: ['begin of refresh of IPv6', 'end of refresh of IPv6'],
    })
  })
  it('of an empty family is two marks, or nothing', () => {
    const { rib, hear } = up(external)
    rib.refresh(4, false)
    expect(rib.pending).toBe(false)
    rib.refresh(4, true)
    expect(hear().marks).toEqual(['begin of refresh of IPv4', 'end of refresh of IPv4'])
  })
  it('waits for the End-of-RIB (RFC 7313 §4)', () => {
    const rib = new AdjRibOut()
    rib.setDesired(routes)
    rib.sessionUp(external)
    rib.refresh(4, true)
    const { marks } = new RouteReceiver().hear(drain(rib), external.wire)
    expect(marks).toEqual(
      ['end of IPv4', 'begin of refresh of IPv4', 'end of refresh of IPv4', 'end of IPv6'].sort(
        (a, b) => marks.indexOf(a) - marks.indexOf(b),
      ),
    )
    expect(marks.indexOf('end of IPv4')).toBeLessThan(marks.indexOf('begin of refresh of IPv4'))
  })
  it('is nothing without a session, or for a family that was not agreed on', () => {
    const { rib } = up(onlyIpv4, ...routes)
    rib.refresh(6, true)
    expect(rib.pending).toBe(false)
    rib.sessionDown()
    rib.refresh(4, true)
    expect(rib.pending).toBe(false)
    expect(rib.counts).toEqual({ desired: 2, announced: 0, pending: 2 })
  })
})
