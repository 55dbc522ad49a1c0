import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIp, ip, ipMax } from '../../net/ip.ts'
import { formatPrefix, type Prefix, prefixContains, prefixOf } from '../../net/prefix.ts'
import { FULL, INTERNAL, NODES, PLAIN, POOLS } from '../testing/clusters.ts'
import { DEFAULT_OPTIONS, node, objectsOf, planOf, plansOf } from '../testing/plans.ts'
import { samplesOf } from './import-filter.ts'
import { planRouters } from './plan-routers.ts'
import type { FilterEntry, RouterPlan } from './router-plan.ts'

const peer = (name: string, spec: string): string =>
  `---\napiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: ${name}, namespace: metallb-system}\nspec: {${spec}}\n`
const advertisement = (name: string, spec: string): string =>
  `---\napiVersion: metallb.io/v1beta1\nkind: BGPAdvertisement\nmetadata: {name: ${name}, namespace: metallb-system}\nspec: {${spec}}\n`
const pool = (name: string, addresses: string): string =>
  `---\napiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: ${name}, namespace: metallb-system}\nspec: {addresses: [${addresses}]}\n`
const TOR = peer('tor', 'myASN: 64512, peerASN: 64500, peerAddress: 192.0.2.1')

const entries = ({ filters }: RouterPlan): string[] =>
  filters.flatMap(({ name, entries }) =>
    entries.map(({ within, length }) => `${name} ${formatPrefix(within)} ${length}`),
  )
const neighbours = ({ neighbours }: RouterPlan): string[] =>
  neighbours.map(
    ({ node, address, asn }) => `${node} ${address === undefined ? '-' : formatIp(address)} ${asn}`,
  )
const admits = (all: readonly FilterEntry[], prefix: Prefix): boolean =>
  all.some(
    ({ within, length }) =>
      length === prefix.length && prefixContains(within, ip(prefix.family, prefix.base)),
  )
const refusal = (yaml: string, options = {}): string => {
  const result = planRouters(objectsOf(yaml), NODES, { ...DEFAULT_OPTIONS, ...options })
  return result.ok ? 'planned' : [result.error.message, ...result.error.hints].join(' ')
}

describe('neighbours', () => {
  it('are the nodes that the peer selects, by their address of its family', () => {
    const yaml = `${POOLS}${peer('tor', 'myASN: 64512, peerASN: 64500, peerAddress: "2001:db8::1", nodeSelectors: [{matchLabels: {kubernetes.io/hostname: worker-2}}]')}`
    expect(neighbours(planOf(yaml, NODES))).toEqual(['worker-2 2001:db8::12 64512'])
  })

  it('come in the order of their names, whatever the order of the nodes', () => {
    expect(neighbours(planOf(PLAIN, [...NODES].reverse()))).toEqual([
      'worker-1 192.0.2.11 64512',
      'worker-2 192.0.2.12 64512',
    ])
  })

  it('show localASN, and connect from sourceAddress', () => {
    const yaml = `${POOLS}${peer('tor', 'myASN: 64512, localASN: 64999, peerASN: 64500, peerAddress: 192.0.2.1, sourceAddress: 192.0.2.99')}`
    expect(neighbours(planOf(yaml, NODES.slice(0, 1)))).toEqual(['worker-1 192.0.2.99 64999'])
  })

  it('are in the AS of the router when that is internal, and need its number when it is external', () => {
    const dynamic = (kind: string): string =>
      `${POOLS}${peer('tor', `myASN: 64512, dynamicASN: ${kind}, peerAddress: 192.0.2.1`)}`
    const { asn, neighbours: all } = planOf(dynamic('internal'), NODES)
    expect([asn, all.every(({ internal }) => internal)]).toEqual([64512, true])
    expect(refusal(dynamic('external'))).toContain('--router-asn')
    expect(planOf(dynamic('external'), NODES, { routerAsn: 65000 }).asn).toBe(65000)
  })

  it('are left out with a remark when the node has no address of the family', () => {
    const { plans, notes } = plansOf(PLAIN, [
      node('worker-1', '2001:db8::11'),
      node('worker-2', '192.0.2.12'),
    ])
    expect(plans[0]?.neighbours.map((one) => one.node)).toEqual(['worker-2'])
    expect(notes.map(({ node: name, text }) => [name, text.includes('no known IPv4 address')])).toEqual([
      ['worker-1', true],
    ])
  })

  it('are remarked on when the node has several addresses', () => {
    const { notes } = plansOf(PLAIN, [node('worker-1', '192.0.2.11', '10.0.0.11')])
    expect(notes[0]?.text).toContain('192.0.2.11, not 10.0.0.11')
  })

  it('carry both families on a dual-stack session and on an unnumbered one', () => {
    expect(planOf(INTERNAL, NODES).neighbours[0]?.families).toEqual([4, 6])
    const unnumbered = `${POOLS}${peer('tor', 'myASN: 64512, peerASN: 64500, interface: eth0')}`
    const { plans, notes } = plansOf(unnumbered, NODES)
    expect(plans[0]?.neighbours.map(({ address, families }) => [address, families])).toEqual([
      [undefined, [4, 6]],
      [undefined, [4, 6]],
    ])
    expect(notes.map(({ node: name }) => name)).toEqual(['worker-1', 'worker-2'])
  })

  it('have what the peer asks for', () => {
    const [first] = planOf(FULL, NODES, { peers: ['tor'] }).neighbours
    expect(first).toMatchObject({
      password: { placeholder: 'PASSWORD-OF-TOR', value: undefined },
      hops: { kind: 'multihop', ttl: 255 },
      timers: { holdTimeSeconds: 30, keepaliveTimeSeconds: 10 },
      bfd: 'fast',
      gracefulRestart: true,
    })
    const [plain] = planOf(PLAIN, NODES).neighbours
    expect(plain).toMatchObject({
      password: undefined,
      hops: { kind: 'any' },
      timers: undefined,
      bfd: undefined,
      gracefulRestart: false,
    })
  })

  it('have their password only when it is handed over', () => {
    const [first] = planOf(FULL, NODES, {
      peers: ['tor'],
      passwords: new Map([['tor', 'secret']]),
    }).neighbours
    expect(first?.password?.value).toBe('secret')
  })
})

describe('routers', () => {
  const TWO = `${PLAIN}${peer('tor-b', 'myASN: 64512, peerASN: 64501, peerAddress: 192.0.2.2')}`

  it('are one for each address', () => {
    expect(plansOf(TWO, NODES).plans.map(({ asn, peers }) => [asn, peers])).toEqual([
      [64500, ['tor']],
      [64501, ['tor-b']],
    ])
  })

  it('are one when their peers are named together, unless they contradict each other', () => {
    const plan = planOf(FULL, NODES, { peers: ['tor-v6', 'tor'] })
    expect([plan.addresses.map(formatIp), plan.neighbours.length]).toEqual([['192.0.2.1', '2001:db8::1'], 4])
    expect(refusal(TWO, { peers: ['tor', 'tor-b'] })).toContain('AS numbers 64500 and 64501')
  })

  it('are not guessed from a name that is not there', () => {
    expect(refusal(PLAIN, { peers: ['tro'] })).toContain('Did you mean "tor"?')
    expect(refusal(POOLS)).toContain('no BGPPeer')
  })

  it('need multipath-relax only when the nodes are in different ASes', () => {
    expect(planOf(PLAIN, NODES).paths).toEqual({ external: 2, internal: 0, mixedAsns: false })
    const mixed = `${PLAIN}${peer('tor-b', 'myASN: 64999, peerASN: 64500, peerAddress: 192.0.2.1, nodeSelectors: [{matchLabels: {kubernetes.io/hostname: worker-2}}]')}`
    expect(planOf(mixed, NODES).paths.mixedAsns).toBe(true)
    expect(planOf(INTERNAL, NODES).paths).toEqual({ external: 0, internal: 2, mixedAsns: false })
  })
})

describe('import filters', () => {
  it('hold the blocks of the pools in the lengths that are announced', () => {
    expect(entries(planOf(FULL, NODES, { peers: ['tor'] }))).toEqual([
      'metallb 198.51.100.0/24 32',
      'metallb 203.0.113.0/25 30',
      'metallb 203.0.113.0/25 32',
      'metallb 203.0.113.200/30 30',
      'metallb 203.0.113.200/30 32',
      'metallb 2001:db8:1::/120 128',
    ])
  })

  it('hold the aggregate where a block of a range is smaller than it', () => {
    const yaml = `${pool('a', '203.0.113.10-203.0.113.20')}${advertisement('a', 'aggregationLength: 31')}${TOR}`
    expect(entries(planOf(yaml, NODES))).toEqual([
      'metallb 203.0.113.10/31 31',
      'metallb 203.0.113.12/30 31',
      'metallb 203.0.113.16/30 31',
      'metallb 203.0.113.20/31 31',
    ])
  })

  it('leave out pools that are not announced, or to other peers', () => {
    const yaml = `${pool('a', '203.0.113.0/24')}${pool('b', '198.51.100.0/24')}${advertisement('a', 'ipAddressPools: [a], peers: [tor]')}${advertisement('b', 'ipAddressPools: [b], peers: [other]')}${TOR}`
    expect(entries(planOf(yaml, NODES))).toEqual(['metallb 203.0.113.0/24 32'])
  })

  it('are one for each set of nodes that announce the same', () => {
    const only = (name: string): string => `nodeSelectors: [{matchLabels: {kubernetes.io/hostname: ${name}}}]`
    const yaml = `${pool('a', '203.0.113.0/24')}${pool('b', '198.51.100.0/24')}${advertisement('a', 'ipAddressPools: [a]')}${advertisement('b', `ipAddressPools: [b], ${only('worker-2')}`)}${TOR}`
    const plan = planOf(yaml, NODES)
    expect(entries(plan)).toEqual([
      'metallb-1 203.0.113.0/24 32',
      'metallb-2 198.51.100.0/24 32',
      'metallb-2 203.0.113.0/24 32',
    ])
    expect(plan.neighbours.map(({ filter }) => filter)).toEqual(['metallb-1', 'metallb-2'])
  })

  it('drop a block that a wider one holds already', () => {
    const yaml = `${pool('a', '203.0.113.0/24')}${pool('b', '198.51.100.0/25')}${advertisement('a', '')}${advertisement('b', 'ipAddressPools: [b]')}${TOR}`
    expect(entries(planOf(yaml, NODES))).toEqual(['metallb 198.51.100.0/25 32', 'metallb 203.0.113.0/24 32'])
  })

  it('limit the prefixes with headroom, and never to a number that no router can take', () => {
    const limits = (addresses: string) =>
      planOf(`${pool('a', addresses)}${advertisement('a', '')}${TOR}`, NODES).filters[0]?.limits[4]
    expect(limits('203.0.113.0/24')).toEqual({ admitted: 256n, limit: 320, cut: false })
    expect(limits('203.0.113.7/32')).toEqual({ admitted: 1n, limit: 20, cut: false })
    expect(limits('10.0.0.0/8')).toEqual({ admitted: 16_777_216n, limit: 100_000, cut: true })
  })

  it('admit what MetalLB announces of a range, and nothing that holds no address of it', () => {
    const base = 0xcb007100n
    const property = fc.property(
      fc.nat(4000),
      fc.nat(300),
      fc.integer({ min: 24, max: 32 }),
      fc.nat(8191),
      (offset, size, length, other) => {
        const [first, last] = [base + BigInt(offset), base + BigInt(offset + size)]
        const range = `${formatIp(ip(4, first))}-${formatIp(ip(4, last))}`
        const yaml = `${pool('a', range)}${advertisement('a', `aggregationLength: ${length}`)}${TOR}`
        const all = planOf(yaml, NODES).filters[0]?.entries ?? []
        const probe = base - 2048n + BigInt(other)
        const prefix = prefixOf(ip(4, probe), length)
        const lastOfPrefix = prefix.base + (1n << BigInt(32 - length)) - 1n
        const meets = prefix.base <= last && lastOfPrefix >= first
        expect(admits(all, prefix)).toBe(meets)
        // Other lengths are refused wherever they are.
        if (length < 32) expect(admits(all, prefixOf(ip(4, probe), length + 1))).toBe(false)
        for (const sample of all.flatMap(samplesOf)) expect(admits(all, sample)).toBe(true)
        expect(last <= ipMax(4)).toBe(true)
      },
    )
    fc.assert(property, { numRuns: 150 })
  })
})
