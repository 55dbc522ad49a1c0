// For tests: rules about BFD profiles, communities and advertisements, each with texts in which it finds something and texts that it lets pass.
import type { Case } from './cases.ts'
import { bfd, bgp, community, core, l2, node, peer, pool } from './marked.ts'

const P = 'myASN: 1, peerASN: 2, peerAddress: 10.0.0.1'
const A = pool('addresses: [10.1.0.0/24]', 'a')
const B = pool('addresses: [10.2.0.0/24]', 'b')
const SIX = pool('addresses: ["fd00::/112"]', 'six')

// BFD profiles
const BFD_PROFILES: readonly Case[] = [
  ['V301', bfd('echoInterval: «50»')],
  ['V301', bfd('echoInterval: 50, echoMode: true')],
  ['V302', bfd('', '«fast»')],
  ['V302', bfd('', 'fast') + peer(`${P}, bfdProfile: fast`)],
  ['V303', bfd('echoMode: true', 'fast') + peer(`${P}, bfdProfile: «fast», ebgpMultiHop: true`)],
  ['V303', bfd('echoMode: true', 'fast') + peer(`${P}, bfdProfile: fast`)],
  ['V304', SIX + bfd('echoMode: true', 'fast') + peer(`${P}, bfdProfile: «fast»`) + bgp('')],
  ['V304', SIX + bfd('echoMode: true', 'fast') + peer(`${P}, bfdProfile: fast`, 'x') + bgp('peers: [y]')],
  ['V304', A + bfd('echoMode: true', 'fast') + peer(`${P}, bfdProfile: fast`) + bgp('')],
  ['V802', peer(`${P}, bfdProfile: «fast»`)],
  ['V802', bfd('', 'fast') + peer(`${P}, bfdProfile: fast`)],
]

// communities
const COMMUNITIES: readonly Case[] = [
  [
    'V401',
    community(
      'communities: [{name: a, value: "«65536:1»"}, {name: b, value: «x»}, {name: c, value: "«big:1:2:3»"}]',
    ),
  ],
  ['V401', community('communities: [{name: a, value: "65535:1"}, {name: b, value: "large:4294967295:0:1"}]')],
  [
    'V402',
    community('communities: [{name: a, value: "1:1"}]', 'x') +
      community('communities: [{name: «a», value: "1:2"}]', 'y'),
  ],
  ['V402', community('communities: [{name: a, value: "1:1"}, {name: b, value: "1:1"}]')],
  ['V403', community('communities: [{«value»: "1:1"}]')],
  ['V403', community('communities: [{name: a, value: "1:1"}]')],
  ['V404', community('communities: [{name: "«1:2»", value: "1:1"}]')],
  ['V404', community('communities: [{name: one-two, value: "1:1"}]')],
]

// L2 advertisements
const L2_ADVERTISEMENTS: readonly Case[] = [
  ['V501', A + B + l2('ipAddressPools: [a, b, «a»]')],
  ['V501', A + l2('interfaces: [eth0, eth1, «eth0»]')],
  ['V501', A + B + l2('ipAddressPools: [a, b], interfaces: [eth0, eth1]')],
  ['V502', A + l2('ipAddressPools: [a, «aa»]')],
  ['V502', A + l2('ipAddressPools: [a]')],
  ['V503', A + l2('ipAddressPoolSelectors: «[{matchLabels: {x: w}}]»')],
  ['V503', l2('', '«l»')],
  ['V503', A + l2('ipAddressPoolSelectors: [{}]')],
  ['V504', A + l2('«nodeSelectors»: [{matchLabels: {x: w}}]') + node('n', 'x: z')],
  ['V504', A + l2('nodeSelectors: [{matchLabels: {x: z}}]') + node('n', 'x: z')],
  ['V505', A + l2('«interfaces»: [eth0]')],
  ['V505', A + l2('interfaces: []')],
  ['V506', A + l2('interfaces: [eth0, «a-very-long-name», "«eth*»"]')],
  ['V506', A + l2('interfaces: [eth0, enp0s31f6]')],
  ['V507', A + l2('«interfaces»: [eth0]') + l2('', 'other')],
  ['V507', A + B + l2('interfaces: [eth0], ipAddressPools: [a]') + l2('ipAddressPools: [b]', 'other')],
]

const NODES = node('n1', 'rack: r1') + node('n2', 'rack: r2')

// BGP advertisements
const BGP_ADVERTISEMENTS: readonly Case[] = [
  ['V601', A + bgp('aggregationLength: «33», aggregationLengthV6: «129»')],
  ['V601', A + bgp('aggregationLength: 32, aggregationLengthV6: 128')],
  ['V602', A + bgp('localPref: «-1»')],
  ['V602', A + bgp('localPref: 4294967295')],
  // metallb.md: a range of 253 addresses has a /26 as its widest block.
  ['V603', pool('addresses: [3.3.3.2-3.3.3.254]') + bgp('aggregationLength: «24»')],
  ['V603', pool('addresses: [3.3.3.2-3.3.3.254]') + bgp('aggregationLength: 26')],
  ['V603', pool('addresses: [1.1.1.0/28]') + bgp('aggregationLength: «26»')],
  ['V603', SIX + bgp('aggregationLengthV6: «100»')],
  [
    'V603',
    pool('addresses: [1.1.1.0/24]', 'a') +
      pool('addresses: [1.1.2.0/28]', 'b') +
      bgp('aggregationLength: 26, ipAddressPools: [a]'),
  ],
  ['V604', A + bgp('aggregationLength: «26», serviceSelectors: [{}]')],
  ['V604', A + bgp('aggregationLength: «26», serviceSelectors: [{}], localPref: x')],
  ['V604', A + bgp('aggregationLength: x, serviceSelectors: [{}]')],
  ['V604', A + bgp('aggregationLength: 32, serviceSelectors: [{}]')],
  ['V605', A + bgp('communities: ["1:2", "«1:2»"], peers: [x, «x»]')],
  ['V605', A + bgp('communities: ["1:2", "1:3"]')],
  ['V606', A + bgp('ipAddressPools: [«c»]')],
  ['V606', A + bgp('ipAddressPools: [a]')],
  ['V607', A + bgp('ipAddressPoolSelectors: «[{matchLabels: {x: w}}]»')],
  ['V607', A + bgp('')],
  ['V608', A + peer(P, 'tor-1') + bgp('peers: [tor-1, «tor1»]')],
  ['V608', A + peer(P, 'tor-1') + bgp('peers: [tor-1]')],
  ['V609', A + bgp('communities: ["«70000:1»", "«1:2:3»", "1:2"]')],
  ['V609', A + bgp('communities: ["1:2", "large:1:2:3"]')],
  ['V610', A + bgp('communities: [«no-export»]')],
  [
    'V610',
    A + community('communities: [{name: no-export, value: "65535:65281"}]') + bgp('communities: [no-export]'),
  ],
  ['V611', A + bgp('localPref: 100', 'x') + bgp('«localPref»: 200', 'y')],
  ['V611', A + bgp('localPref: 100', 'x') + bgp('ipAddressPools: [a]', '«y»')],
  ['V611', A + bgp('localPref: 100, ipAddressPools: [a], peers: [p]', 'x') + bgp('«localPref»: 200', 'y')],
  [
    'V611',
    A +
      bgp('localPref: 100, nodeSelectors: [{matchLabels: {rack: r1}}]', 'x') +
      bgp('«localPref»: 200, nodeSelectors: [{matchLabels: {rack: r1}}, {matchLabels: {rack: r2}}]', 'y') +
      NODES,
  ],
  [
    'V611',
    A +
      bgp('localPref: 100, nodeSelectors: [{matchLabels: {rack: r1}}]', 'x') +
      bgp('localPref: 200, nodeSelectors: [{matchLabels: {rack: r2}}]', 'y') +
      NODES,
  ],
  ['V611', A + bgp('localPref: 100', 'x') + bgp('«localPref»: 200, communities: [7]', 'y')],
  ['V611', A + bgp('localPref: 100', 'x') + bgp('localPref: 200, peers: [7]', 'y')],
  ['V611', A + bgp('localPref: 100, peers: [p]', 'x') + bgp('localPref: 200, peers: [q]', 'y')],
  ['V611', A + bgp('localPref: 100', 'x') + bgp('localPref: 200, aggregationLength: 28', 'y')],
  [
    'V611',
    A + B + bgp('localPref: 100, ipAddressPools: [a]', 'x') + bgp('localPref: 200, ipAddressPools: [b]', 'y'),
  ],
  ['V611', A + bgp('localPref: 100, serviceSelectors: [{}]', 'x') + bgp('localPref: 200', 'y')],
  // Without Nodes: "every node" meets any selection, two different selections are not judged.
  [
    'V611',
    A + bgp('localPref: 100', 'x') + bgp('«localPref»: 200, nodeSelectors: [{matchLabels: {rack: r1}}]', 'y'),
  ],
  [
    'V611',
    A +
      bgp('localPref: 100, nodeSelectors: [{matchLabels: {rack: r1}}]', 'x') +
      bgp('localPref: 200, nodeSelectors: [{matchLabels: {rack: r2}}]', 'y'),
  ],
  // Mixed pools conflict when either length is the same.
  [
    'V611',
    pool('addresses: [10.1.0.0/24, "fd00::/112"]') +
      bgp('localPref: 100', 'x') +
      bgp('«localPref»: 200, aggregationLength: 28', 'y'),
  ],
  ['V612', A + bgp('«nodeSelectors»: [{matchLabels: {rack: r9}}]') + NODES],
  ['V612', A + bgp('nodeSelectors: [{matchLabels: {rack: r2}}]') + NODES],
  ['V613', A + bgp('aggregationLengthV6: «112»')],
  ['V613', A + bgp('aggregationLengthV6: 128')],
  [
    'V614',
    A +
      bgp('aggregationLength: «28»') +
      core(
        'Service',
        's',
        'spec: {type: LoadBalancer, externalTrafficPolicy: Local}\nstatus: {loadBalancer: {ingress: [{ip: 10.1.0.7}]}}',
      ),
  ],
  [
    'V614',
    A +
      bgp('aggregationLength: 32') +
      core(
        'Service',
        's',
        'spec: {type: LoadBalancer, externalTrafficPolicy: Local}\nstatus: {loadBalancer: {ingress: [{ip: 10.1.0.7}]}}',
      ),
  ],
  [
    'V614',
    A +
      bgp('aggregationLength: 28') +
      core('Service', 's', 'spec: {type: LoadBalancer}\nstatus: {loadBalancer: {ingress: [{ip: 10.1.0.7}]}}'),
  ],
  ['V615', A + bgp('', '«x»')],
  ['V615', A + bgp('') + peer(P)],
  ['V616', A + bgp('localPref: «100»') + peer(P)],
  ['V616', A + bgp('localPref: 100') + peer('myASN: 1, peerASN: 1, peerAddress: 10.0.0.1')],
  ['V617', pool('addresses: [3.3.3.2-3.3.3.254]') + bgp('aggregationLength: «26»')],
  ['V617', pool('addresses: [3.3.3.0/24]') + bgp('aggregationLength: 26')],
]

export const ADVERTISEMENT_CASES: readonly Case[] = [
  ...BFD_PROFILES,
  ...COMMUNITIES,
  ...L2_ADVERTISEMENTS,
  ...BGP_ADVERTISEMENTS,
]
