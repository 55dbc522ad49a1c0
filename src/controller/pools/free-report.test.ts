import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readObjects } from '../../config/objects/read-objects.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { Source } from '../../config/source/source.ts'
import { formatIp, ip } from '../../net/ip.ts'
import { poolsOf, serviceOf } from '../testing/service-of.ts'
import { freeReport } from './free-report.ts'
import { knownUses } from './known-uses.ts'
import { PoolSurvey } from './pool-survey.ts'

type Pools = Parameters<typeof poolsOf>[0]
const surveyOf = (pools: Pools, services: ReturnType<typeof serviceOf>[]) =>
  new PoolSurvey({
    pools: poolsOf(pools),
    namespaces: new Map(),
    ...{ services, loadBalancerClass: undefined, nowMs: 0 },
  })
const BOTH = { families: [4, 6], wanted: undefined } as const

it('names what only looks free, each address once, and counts it out', () => {
  const text = `
apiVersion: v1
kind: Node
metadata: {name: worker-1}
status: {addresses: [{type: InternalIP, address: 192.0.2.12}, {type: Hostname, address: worker-1}]}
---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: tor, namespace: metallb-system}
spec: {peerAddress: 192.0.2.14, peerASN: 64512, myASN: 64513}
`
  const { objects } = readObjects(parseYaml(new Source('x', text)).documents)
  const survey = surveyOf({ lan: ['192.0.2.10-192.0.2.20'] }, [
    serviceOf('shop/a', { ingress: ['192.0.2.10'] }),
    serviceOf('shop/stray', { ingress: ['192.0.2.10'] }),
    serviceOf('shop/mixed', { ingress: ['192.0.2.18', '203.0.113.1'] }),
    serviceOf('shop/cloud', { ingress: ['192.0.2.16'], loadBalancerClass: 'cloud' }),
    serviceOf('shop/wait', { annotations: { 'metallb.io/loadBalancerIPs': '192.0.2.12' } }),
    serviceOf('shop/wish', { loadBalancerIP: '192.0.2.19' }),
  ])
  const { pools, kept } = freeReport(survey.pools(), knownUses(survey, objects), BOTH)
  expect(kept.map(({ address, why, by }) => [address, why, by])).toEqual([
    ['192.0.2.12', 'node', 'worker-1'],
    ['192.0.2.14', 'router', 'tor'],
    ['192.0.2.16', 'other-class', 'shop/cloud'],
    ['192.0.2.18', 'not-allowed', 'shop/mixed'],
    ['192.0.2.19', 'asked-for', 'shop/wish'],
  ])
  expect(pools[0]?.ipv4).toMatchObject({
    ...{ capacity: 11, free: 5 },
    ranges: ['192.0.2.11', '192.0.2.13', '192.0.2.15', '192.0.2.17', '192.0.2.20'],
  })
  expect(pools[0]?.ipv6).toBeNull()
})

it('says in the order of the pool what comes first, and joins entries that touch', () => {
  const survey = surveyOf(
    { lan: ['192.0.2.8/30', '192.0.2.12-192.0.2.13', '192.0.2.1/32', '2001:db8::/64'] },
    [],
  )
  const { pools, addresses } = freeReport(survey.pools(), [], { families: [4, 6], wanted: 8 })
  expect(pools[0]?.ipv4?.ranges).toEqual(['192.0.2.8-192.0.2.13', '192.0.2.1'])
  expect(addresses?.map(({ address }) => address)).toEqual([
    ...[8, 9, 10, 11, 12, 13, 1].map((last) => `192.0.2.${last}`),
    '2001:db8::',
  ])
})

it('is exactly what is neither in use nor left out nor kept', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(600), { maxLength: 40 }),
      fc.uniqueArray(fc.nat(600), { maxLength: 10 }),
      fc.boolean(),
      (used, nodes, avoidBuggyIPs) => {
        const text = (offset: number) => formatIp(ip(4, 0x0a0000f0n + BigInt(offset)))
        const survey = surveyOf(
          { lan: { addresses: ['10.0.0.240-10.0.2.200'], avoidBuggyIPs } },
          used.map((offset) => serviceOf(`a/s${offset}`, { ingress: [text(offset)] })),
        )
        const uses = nodes.map((offset) => ({
          ...{ address: ip(4, 0x0a0000f0n + BigInt(offset)), why: 'node' as const, by: 'n' },
        }))
        const { addresses, pools } = freeReport(survey.pools(), uses, { families: [4], wanted: 10_000 })
        const expected: string[] = []
        for (let offset = 0; offset <= 0x2c8 - 0xf0; offset++) {
          const isBuggy = avoidBuggyIPs && /\.(0|255)$/.test(text(offset))
          if (!isBuggy && !used.includes(offset) && !nodes.includes(offset)) expected.push(text(offset))
        }
        expect(addresses?.map(({ address }) => address)).toEqual(expected)
        expect(pools[0]?.ipv4?.free).toBe(expected.length)
      },
    ),
  )
})
