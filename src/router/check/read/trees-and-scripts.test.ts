// Junos, RouterOS and VyOS as people write them and routers print them.
import { describe, expect, it } from 'vitest'
import { Source } from '../../../config/source/source.ts'
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

describe('Junos', () => {
  const SETS = `set version 21.4
set routing-options autonomous-system 64500
set protocols bgp group nodes type external
set protocols bgp group nodes peer-as 64512
set protocols bgp group nodes multipath
set protocols bgp group nodes import pools
set protocols bgp group nodes family inet unicast
set protocols bgp group nodes neighbor 192.0.2.11
set protocols bgp group nodes neighbor 192.0.2.12 description "node 2"
set routing-options forwarding-table export balance
set policy-options policy-statement balance then load-balance per-packet
set policy-options policy-statement pools term a from route-filter 198.51.100.0/24 upto /32
set policy-options policy-statement pools term a from route-filter 198.51.100.64/26 exact
set policy-options policy-statement pools term a then accept
set policy-options policy-statement pools term b then reject
`
  it('reads set commands, with what neighbours take over from their group', () => {
    const router = read('junos', SETS)
    expect(router.neighbours.map(({ key, asn }) => [key, asn?.value])).toEqual([
      ['192.0.2.11', 64512],
      ['192.0.2.12', 64512],
    ])
    expect(detectVendor(SETS)).toBe('junos')
  })

  it('asks only the longest route filter that holds the route', () => {
    expect(answers(read('junos', SETS), '198.51.100.7/32', '198.51.100.65/32', '198.51.100.64/26')).toEqual([
      'accept',
      'reject',
      'accept',
    ])
  })

  it('lets in what no term refuses, and passes over what is deactivated', () => {
    const open = SETS.split('\n')
      .filter((line) => !line.includes('term b'))
      .join('\n')
    expect(answers(read('junos', open), '10.0.0.0/8')).toEqual(['accept'])
    const braces =
      'routing-options { autonomous-system 64500; } protocols { bgp { group a { type external; inactive: neighbor 192.0.2.11 { peer-as 1; } neighbor 192.0.2.12 { peer-as 64512; } } } }'
    expect(read('junos', braces).neighbours.map(({ key }) => key)).toEqual(['192.0.2.12'])
    expect(codes('junos', braces)).toEqual(['R001', 'R010', 'R016'])
  })
})

describe('RouterOS', () => {
  const EXPORT = `# 2026-01-01 10:00:00 by RouterOS 7.20
/routing bgp instance
add as=64500 name=main multipath=4
/routing bgp template
add afi=ip input.filter=in name=nodes
/routing bgp connection
add connect=no disabled=no instance=main listen=yes local.role=ebgp name=w1 \\
    remote.address=192.0.2.11/32 .as=64512 templates=nodes
add connect=no instance=main listen=yes local.role=ebgp name=w2 remote.address=\\
    192.0.2.12 .as=64512 templates=nodes
/routing filter rule
add chain=in rule="if (dst in 198.51.100.0/24 && dst-len in 30-32) \\
    { set distance 21; accept } else { reject }"
`
  it('reads exports with continued lines, templates and instances', () => {
    const router = read('mikrotik7', EXPORT)
    expect([router.asn?.value, router.neighbours.map(({ key, asn }) => [key, asn?.value])]).toEqual([
      64500,
      [
        ['192.0.2.11', 64512],
        ['192.0.2.12', 64512],
      ],
    ])
    expect(answers(router, '198.51.100.7/32', '198.51.100.0/24', '10.0.0.1/32')).toEqual([
      'accept',
      'reject',
      'reject',
    ])
    expect(detectVendor(EXPORT)).toBe('mikrotik7')
  })

  it('takes a jump and a condition on communities for unknown', () => {
    const text = EXPORT.replace('dst-len in 30-32', 'bgp-communities includes 1:2')
    expect(answers(read('mikrotik7', text), '198.51.100.7/32', '10.0.0.1/32')).toEqual(['unknown', 'reject'])
  })

  it('accepts at the end of a chain in version 6, and rejects in version 7', () => {
    const old =
      '/routing bgp instance set default as=64500\n/routing bgp peer add name=a remote-address=192.0.2.11 remote-as=64512 in-filter=in\n/routing filter add chain=in prefix=10.0.0.0/8 prefix-length=8-32 action=discard\n'
    expect(answers(read('mikrotik6', old), '198.51.100.7/32', '10.1.0.0/16')).toEqual(['accept', 'reject'])
  })
})

describe('VyOS', () => {
  it('reads the braces of its configuration file', () => {
    const text = `policy {
    prefix-list POOLS {
        rule 10 {
            action permit
            le 32
            prefix 198.51.100.0/24
        }
    }
}
protocols {
    bgp {
        neighbor 192.0.2.11 {
            address-family {
                ipv4-unicast {
                    prefix-list {
                        import POOLS
                    }
                }
            }
            peer-group NODES
        }
        peer-group NODES {
            remote-as 64512
        }
        system-as 64500
    }
}
`
    const router = read('vyos', text)
    expect([router.asn?.value, router.neighbours[0]?.asn?.value]).toEqual([64500, 64512])
    expect(answers(router, '198.51.100.7/32', '10.0.0.1/32')).toEqual(['accept', 'reject'])
    expect(detectVendor(text)).toBe('vyos')
  })
})

it('does not take NX-OS for anything else', () => {
  expect(
    detectVendor(
      'feature bgp\nrouter bgp 64500\n  neighbor 192.0.2.11\n    transport connection-mode passive\n',
    ),
  ).toBeUndefined()
  expect(detectVendor('hello world')).toBeUndefined()
})
