// A way back that nodes have in different ways: who is named, how bad it is, and what is no fault.
import { describe, expect, it } from 'vitest'
import type { ExaminedInterface } from '../../facts/link-facts.ts'
import { CLUSTER_CHECKS } from '../check-list.ts'
import { judgeCluster } from '../judge-cluster.ts'
import { type WayBack, wayBack } from '../testing/host-cases.ts'
import { healthyWorld, object, viewOf, type World } from '../testing/world.ts'

/** All nodes announce it by BGP. */
const ROUTED = { address: '198.51.100.0' } as const

const told = (fault: (world: World) => void, ...focus: string[]) => {
  const world = healthyWorld()
  fault(world)
  return judgeCluster(viewOf(world, ...focus), { checks: CLUSTER_CHECKS, failOn: 'warning' }).findings
}

describe('no way back', () => {
  it('is said once of all nodes that have none, and beside those that have one', () => {
    const [finding, ...others] = told((world) => {
      wayBack(world, true, { ...ROUTED, node: 'node-b' })
      for (const node of ['node-a', 'node-c']) wayBack(world, false, { ...ROUTED, node })
    })
    expect(others).toEqual([])
    expect(finding).toMatchObject({ code: 'F30', severity: 'error', breaks: 'now', affects: ['shop/api'] })
    expect(finding?.title).toMatch(
      /that land on node-a and node-c fail: this host has no way back to 203\.0\.113\.5/,
    )
    expect(finding?.evidence.at(-1)).toBe('the way back is in order on node-b')
  })

  it('is said of no node in particular if none has one', () => {
    const findings = told((world) => {
      for (const node of ['node-a', 'node-b', 'node-c']) wayBack(world, false, { ...ROUTED, node })
    })
    expect(findings.map(({ title }) => title)).toEqual([
      'This host has no way back to 203.0.113.5: no route holds it.',
    ])
  })

  it('of the next owner is a warning: connections do not land there yet', () => {
    const [finding, ...others] = told((world) => {
      wayBack(world, true, { node: 'node-b' })
      wayBack(world, false, { node: 'node-a' })
    })
    expect(others).toEqual([])
    expect(finding).toMatchObject({ code: 'F30', severity: 'warning', breaks: 'some day' })
    expect(finding?.title).toMatch(/that would land on node-a fail: /)
    expect(finding?.evidence.at(-1)).toMatch(/^node-a gets no packets for 192\.0\.2\.100 now/)
  })

  it('of a node that no packet can come to is nothing', () => {
    const findings = told((world) => {
      object(world, 'configuration', 'routed', 'BGPAdvertisement').spec.nodeSelectors = [
        { matchLabels: { 'kubernetes.io/hostname': 'node-a' } },
        { matchLabels: { 'kubernetes.io/hostname': 'node-b' } },
      ]
      wayBack(world, true, { ...ROUTED, node: 'node-a' })
      wayBack(world, false, { ...ROUTED, node: 'node-c' })
    }, 'shop/api')
    expect(findings).toEqual([])
  })
})

describe('another router on the way back', () => {
  const through = (gateway: string, prefixLength = 24): WayBack => ({
    facts: { interface: eth0(prefixLength) },
    reply: { gateway },
  })
  const eth0 = (prefixLength: number): ExaminedInterface => ({
    ...{ name: 'eth0', kind: undefined, hardwareType: 1, up: true, carrier: true, broadcast: true },
    ...{ loopback: false, pointToPoint: false, noArp: false, promiscuous: false, mac: undefined, mtu: 1500 },
    ...{
      master: undefined,
      vlanId: undefined,
      bondMode: undefined,
      wireless: false,
      virtualDriver: undefined,
    },
    ...{ arpIgnore: undefined, arpAnnounce: undefined, rpFilter: 0 },
    addresses: [
      {
        ...{ interface: 'eth0', address: '192.0.2.13', prefixLength },
        ...{ linkLocal: false, tentative: false, dadFailed: false },
      },
    ],
  })
  const ways = (...gateways: readonly (readonly [node: string, way: WayBack])[]) =>
    told((world) => {
      for (const [node, way] of gateways) wayBack(world, true, { ...ROUTED, node, ...way })
    })

  it('is a warning where the nodes are on one link', () => {
    const [finding, ...others] = ways(
      ['node-a', through('192.0.2.254')],
      ['node-b', through('192.0.2.254')],
      ['node-c', through('192.0.2.50')],
    )
    expect(others).toEqual([])
    expect(finding).toMatchObject({ code: 'F30', severity: 'warning', confidence: 'likely' })
    expect(finding?.title).toBe(
      'Connections of 203.0.113.5 to 198.51.100.0 that land on node-c are answered through 192.0.2.50, and those on node-a and node-b through 192.0.2.254.',
    )
    expect(finding?.fix[1]?.command).toBe('ip route replace 203.0.113.5/32 via 192.0.2.254')
  })

  it.each([
    ['where the other router is out of reach, as in another rack', through('192.0.2.50', 27)],
    ['where all have the same', through('192.0.2.254')],
  ])('is nothing %s', (_, last) => {
    const first = through('192.0.2.254')
    expect(ways(['node-a', first], ['node-b', first], ['node-c', last])).toEqual([])
  })

  it('is nothing where two nodes differ, and neither is the odd one', () => {
    expect(ways(['node-a', through('192.0.2.254')], ['node-c', through('192.0.2.50')])).toEqual([])
  })
})
