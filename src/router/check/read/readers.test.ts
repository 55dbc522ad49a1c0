// Configurations as people write them and routers print them, which router config does not write itself.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Source } from '../../../config/source/source.ts'
import { formatIp } from '../../../net/ip.ts'
import { parsePrefix } from '../../../net/prefix.ts'
import { NODES, PLAIN } from '../../testing/clusters.ts'
import { planOf } from '../../testing/plans.ts'
import { checkRouter } from '../check-router.ts'
import type { ObservedRouter } from '../observed.ts'
import { decide } from '../policy.ts'
import { CHECKED_VENDORS, type CheckedVendor, detectVendor, readRouter } from '../read-router.ts'

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

describe('whatever the text is, a reader', () => {
  const PIECES = [
    ...[
      'router bgp 64500',
      'neighbor 192.0.2.11',
      'remote-as',
      '64512',
      'address-family ipv4',
      'route-map x in',
    ],
    ...[
      'ip prefix-list x',
      'permit',
      '198.51.100.0/24',
      'ge',
      'le',
      '{',
      '}',
      ';',
      '[',
      ']',
      '"',
      '\n',
      ' ',
      '\\\n',
    ],
    ...[
      'protocol bgp',
      'filter x',
      'if net ~',
      'then',
      'else',
      'accept',
      'import',
      'where',
      '(',
      ')',
      '&&',
      '!',
      'net.len',
    ],
    ...[
      '/routing bgp connection',
      '/routing/filter/rule',
      'add',
      'rule="if (dst in',
      '=',
      '.as=1',
      'chain=x',
      'input.filter=x',
    ],
    ...[
      'set',
      'protocols',
      'bgp',
      'group',
      'policy-options',
      'policy-statement',
      'term',
      'from',
      'route-filter',
      'exact',
    ],
    ...[
      'prefix-length-range',
      '/1-/x',
      'inactive:',
      '/*',
      '#',
      '!',
      '\u0000',
      '\ud800',
      '999999999999',
      '::/0',
      'exit',
    ],
  ]
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((parts) => parts.join(' ')),
  )
  it.each(CHECKED_VENDORS)('never throws, and neither does the comparison: %s', (vendor) => {
    fc.assert(
      fc.property(text, (one) => {
        for (const { at } of checkRouter(read(vendor, one), PLAN))
          expect(at === undefined || (at.start >= 0 && at.end <= one.length && at.start <= at.end)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it.each(CHECKED_VENDORS)('is not slowed down by a text of many pieces that never closes: %s', (vendor) => {
    for (const piece of [
      '{ ',
      '[ ',
      '( ',
      '"',
      'if net ~ [ ',
      'add rule="if (',
      '/* ',
      '! ',
      '{\na b\n}\n',
      'a\n\n',
    ])
      expect(read(vendor, piece.repeat(Math.floor(100_000 / piece.length))).neighbours).toEqual([])
  })
})
