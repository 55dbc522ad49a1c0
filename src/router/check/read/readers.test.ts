// Configurations as people write them and routers print them, which router config does not write itself.
import { describe, expect, it } from 'vitest'
import { Source } from '../../../config/source/source.ts'
import { formatIp } from '../../../net/ip.ts'
import { parsePrefix } from '../../../net/prefix.ts'
import { NODES, PLAIN } from '../../testing/clusters.ts'
import { planOf } from '../../testing/plans.ts'
import { checkRouter } from '../check-router.ts'
import type { ObservedRouter } from '../observed.ts'
import { decide } from '../policy.ts'
import { type CheckedVendor, detectVendor, readRouter } from '../read-router.ts'

const read = (vendor: CheckedVendor, text: string): ObservedRouter =>
  readRouter(new Source('router.conf', text), vendor)
const PLAN = planOf(PLAIN, NODES)
const codes = (vendor: CheckedVendor, text: string): string[] =>
  [...new Set(checkRouter(read(vendor, text), PLAN).map(({ code }) => code))].sort()
/** `4:accept` for each family of the first neighbour or range. */
const answers = (router: ObservedRouter, ...prefixes: readonly string[]): string[] => {
  const [first] = [...router.neighbours, ...router.ranges]
  return prefixes.map((text) => {
    const route = parsePrefix(text)!
    const family = first?.families.get(route.family)
    return family === undefined ? 'inactive' : decide(family.policy, route).outcome
  })
}

describe('FRR', () => {
  const GROUP = `frr version 8.4.4
frr defaults traditional
hostname tor
!
router bgp 64500
 bgp router-id 192.0.2.1
 neighbor NODES peer-group
 neighbor NODES remote-as external
 neighbor 192.0.2.12 peer-group NODES
 bgp listen range 192.0.2.8/30 peer-group NODES
 !
 address-family ipv4 unicast
  redistribute connected
  neighbor NODES route-map IN in
  neighbor NODES maximum-prefix 400
 exit-address-family
exit
!
router bgp 65000 vrf blue
 neighbor 192.0.2.11 remote-as 1
exit
!
ip prefix-list POOLS seq 5 deny 198.51.100.128/25 le 32
ip prefix-list POOLS seq 10 permit 198.51.100.0/24 ge 30
!
route-map IN permit 10
 match ip address prefix-list POOLS
 set local-preference 200
exit
!
route-map IN deny 20
exit
!
`
  it('resolves groups and ranges, and passes over other VRFs', () => {
    const router = read('frr', GROUP)
    expect([
      router.asn?.value,
      router.neighbours.map(({ key }) => key),
      router.ranges.map(({ key }) => key),
    ]).toEqual([64500, ['192.0.2.12'], ['192.0.2.8/30']])
    expect(router.neighbours[0]?.asn?.value).toBe('external')
    expect(router.ranges[0]?.families.get(4)?.limit?.value).toBe(400)
    expect(detectVendor(GROUP)).toBe('frr')
  })

  it('runs prefix-lists and route-maps in their order', () => {
    expect(
      answers(read('frr', GROUP), '198.51.100.7/32', '198.51.100.200/32', '198.51.100.0/24', '10.0.0.0/8'),
    ).toEqual(['accept', 'reject', 'reject', 'reject'])
  })

  it('says the list that refuses half of the pool', () => {
    const [found, ...others] = checkRouter(read('frr', GROUP), PLAN).filter(({ code }) => code === 'R008')
    expect([found?.message, others]).toEqual([
      'The filter "IN" refuses 198.51.100.255/32 of the pool "lan", which BGPPeer "tor" announces.',
      [],
    ])
  })

  it('knows that it does not know what a condition on communities does', () => {
    const text = GROUP.replace(' match ip address prefix-list POOLS', ' match community NODES')
    expect(answers(read('frr', text), '198.51.100.7/32')).toEqual(['unknown'])
    expect(codes('frr', text)).toEqual([])
  })

  it('reads lines without their indentation', () => {
    const flat =
      'router bgp 64500\nneighbor 192.0.2.11 remote-as 64512\naddress-family ipv6 unicast\nneighbor 192.0.2.11 activate\nexit-address-family\nneighbor 192.0.2.12 remote-as 64512\nexit\ninterface eth0\n'
    const { neighbours } = read('frr', flat)
    expect(neighbours.map(({ key, families }) => [key, [...families.keys()]])).toEqual([
      ['192.0.2.11', [4, 6]],
      ['192.0.2.12', [4]],
    ])
  })
})

describe('BIRD', () => {
  const TEXT = `
define OWN = 64500;
define POOLS = [ 198.51.100.0/24{32,32} ];
template bgp nodes {
  local 192.0.2.1 as OWN; # us
  hold time 90;
  ipv4 { import filter in4; export none; };
}
filter in4 {
  if (net ~ POOLS) && net.len > 24 then { accept; }
  else reject "no";
}
protocol kernel { ipv4 { export all; }; merge paths; }
protocol bgp w1 from nodes { neighbor 192.0.2.11 as 64512; }
protocol bgp w2 from nodes { neighbor 192.0.2.12 as 64512; password "x"; }
`
  it('resolves templates, constants and named filters', () => {
    const router = read('bird', TEXT)
    expect(router.asn?.value).toBe(64500)
    expect(router.neighbours.map(({ address }) => formatIp(address!))).toEqual(['192.0.2.11', '192.0.2.12'])
    expect(answers(router, '198.51.100.7/32', '198.51.100.0/24', '10.0.0.1/32')).toEqual([
      'accept',
      'reject',
      'reject',
    ])
    expect(codes('bird', TEXT)).toEqual(['R004'])
  })

  it('takes a filter that calls functions for unknown', () => {
    const text = TEXT.replace('if (net ~ POOLS) && net.len > 24', 'if ours() && net.len > 24')
    expect(answers(read('bird', text), '198.51.100.7/32', '198.51.100.0/24')).toEqual(['unknown', 'unknown'])
    const assigned = TEXT.replace('if (net', 'bgp_local_pref = 200; if (net')
    expect(answers(read('bird', assigned), '198.51.100.7/32')).toEqual(['accept'])
  })

  it.each([
    ['net ~ [ 198.51.100.0/24+ ]', ['accept', 'accept', 'reject']],
    ['net ~ 198.51.100.0/24', ['accept', 'accept', 'reject']],
    ['net = 198.51.100.0/24', ['reject', 'accept', 'reject']],
    ['! (net.len < 32)', ['accept', 'reject', 'accept']],
    ['net !~ [ 198.51.100.0/24+ ] || net.len = 24', ['reject', 'accept', 'accept']],
    ['bgp_path.len > 3', ['unknown', 'unknown', 'unknown']],
  ])('import where %s', (condition, expected) => {
    const text = TEXT.replace('import filter in4', `import where ${condition}`)
    expect(answers(read('bird', text), '198.51.100.7/32', '198.51.100.0/24', '10.0.0.1/32')).toEqual(expected)
  })
})
