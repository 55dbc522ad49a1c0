// For tests: rules about pools and peers, each with texts in which it finds something and texts that it lets pass.
import type { Case } from './cases.ts'
import { bgp, core, l2, peer, pool } from './marked.ts'

const P = 'myASN: 1, peerASN: 2, peerAddress: 10.0.0.1'

// pools
const POOLS: readonly Case[] = [
  ['V101', pool('addresses: «[]»')],
  ['V101', pool('addresses: [7]')],
  [
    'V102',
    pool(
      'addresses: [«10.0.0.1», 10.0.1.0/24, «10.0.2.0/255.255.255.0», «10.00.0.0/24», «10.0.0.0/33», «»]'.replace(
        ', «»',
        '',
      ),
    ),
  ],
  ['V102', pool('addresses: [10.0.0.1/32, 2001:db8::/64]')],
  ['V103', pool('addresses: [«10.0.0.10-20», «x-10.0.0.20», «10.0.0.1-10.0.0.2-10.0.0.3»]')],
  ['V103', pool('addresses: [10.0.0.10-10.0.0.20, 10.0.1.1 - 10.0.1.9]')],
  ['V104', pool('addresses: [«10.0.0.20-10.0.0.10»]')],
  ['V104', pool('addresses: [10.0.0.10-10.0.0.10]')],
  ['V105', pool('addresses: [«10.0.0.1-2001:db8::1», «2001:db8::1-10.0.0.1»]')],
  ['V105', pool('addresses: [10.0.0.1-10.0.0.2]')],
  [
    'V106',
    pool('addresses: [10.0.0.0/24]', 'a') + pool('addresses: [10.0.1.0/24, «10.0.0.200-10.0.0.210»]', 'b'),
  ],
  ['V106', pool('addresses: [10.0.0.0/25, «10.0.0.64/26»]')],
  [
    'V106',
    pool('addresses: [10.0.0.0/16]', 'a') +
      pool('addresses: [«10.0.9.0/24»]', 'b') +
      pool('addresses: [«10.0.200.0/24»]', 'c'),
  ],
  ['V106', pool('addresses: [10.0.0.0/25, 10.0.0.128/25, "::/96"]')],
  ['V107', pool('addresses: [«198.51.100.10/24»]')],
  ['V107', pool('addresses: [198.51.100.0/24]')],
  ['V108', pool('addresses: [10.0.0.1-10.0.0.9, «10.0.1.0/24», 10.0.2.0/24]')],
  ['V108', pool('addresses: [10.0.1.0/24], avoidBuggyIPs: true')],
  ['V108', pool('addresses: [10.0.1.1-10.0.1.254, "2001:db8::/120"]')],
  ['V109', pool('addresses: [«224.0.0.0/24», «127.0.0.1/32», "«fe80::/64»"]')],
  ['V109', pool('addresses: [192.168.1.0/24, "fd00::/64"]')],
  ['V110', pool('addresses: [10.0.0.0/24], serviceAllocation: {namespaces: [a, b, «a»]}')],
  ['V110', pool('addresses: [10.0.0.0/24], serviceAllocation: {namespaces: [a, b]}')],
  ['V111', pool('addresses: [10.0.0.0/24], «serviceAllocation»: {}')],
  ['V111', pool('addresses: [10.0.0.0/24], serviceAllocation: {priority: 1}')],
  ['V112', pool('addresses: [10.0.0.0/24], autoAssign: false, serviceAllocation: {priority: «5»}')],
  ['V112', pool('addresses: [10.0.0.0/24], serviceAllocation: {priority: 5}')],
  ['V113', pool('addresses: ["«2001:db8::/64»"]')],
  ['V113', pool('addresses: ["2001:db8::/112"]')],
  [
    'V114',
    pool('addresses: [10.0.0.0/24], serviceAllocation: {namespaces: [a, «b»]}') + core('Namespace', 'a', ''),
  ],
  [
    'V114',
    pool('addresses: [10.0.0.0/24], serviceAllocation: {namespaceSelectors: «[{matchLabels: {x: w}}]»}') +
      core('Namespace', 'a', ''),
  ],
  ['V114', pool('addresses: [10.0.0.0/24], serviceAllocation: {namespaces: [b]}')],
  [
    'V007',
    pool(
      'addresses: ["«155.101.6.XXX-155.101.6.YYY»"]'.replace(
        '«155.101.6.XXX-155.101.6.YYY»',
        '«155.101.6.XXX/24»',
      ),
    ),
  ],
  ['V007', pool('addresses: [10.0.0.0/24]')],
]

// peers
const PEERS: readonly Case[] = [
  ['V201', peer('myASN: «0», peerASN: 2, peerAddress: 10.0.0.1')],
  ['V201', peer(P)],
  ['V202', peer('myASN: 1, peerAddress: 10.0.0.1', '«p»')],
  ['V202', peer('myASN: 1, peerAddress: 10.0.0.1, peerASN: «0»')],
  ['V202', peer('myASN: 1, peerAddress: 10.0.0.1, dynamicASN: foo')],
  ['V202', peer('myASN: 1, peerAddress: 10.0.0.1, peerAsn: 3')],
  ['V203', peer(`${P}, dynamicASN: «external»`)],
  ['V203', peer(`${P}, dynamicASN: «foo»`)],
  ['V203', peer('myASN: 1, peerASN: "2", peerAddress: 10.0.0.1, dynamicASN: «external»')],
  ['V203', peer('myASN: 1, peerASN: 0, peerAddress: 10.0.0.1, dynamicASN: foo')],
  ['V203', peer('myASN: 1, peerAddress: 10.0.0.1, dynamicASN: external')],
  ['V204', peer('myASN: 1, peerASN: 1, peerAddress: 10.0.0.1, ebgpMultiHop: «true»')],
  ['V204', peer(`${P}, ebgpMultiHop: true`)],
  ['V205', peer('myASN: 1, peerASN: 2', '«p»')],
  ['V205', peer('myASN: 1, peerASN: 2, interface: eth0')],
  ['V206', peer(`${P}, interface: «eth0»`)],
  ['V206', peer(`${P}, interface: «7»`)],
  ['V206', peer(P)],
  ['V207', peer('myASN: 1, peerASN: 2, peerAddress: «router.example.com»')],
  ['V207', peer('myASN: 1, peerASN: 2, peerAddress: «10.0.0.1/24»')],
  ['V207', peer('myASN: 1, peerASN: 2, peerAddress: "fd00::1"')],
  ['V208', peer(`${P}, routerID: «10.0.0»`)],
  ['V208', peer(`${P}, routerID: 10.10.10.10`)],
  ['V209', peer(`${P}, sourceAddress: «eth0»`)],
  ['V209', peer(`${P}, sourceAddress: 10.0.0.9`)],
  ['V210', peer(`${P}, holdTime: «2s»`)],
  ['V210', peer(`${P}, keepaliveTime: «500ms»`)],
  // One of the two being wrong does not hide what is wrong with the other.
  ['V210', peer(`${P}, holdTime: «2s», keepaliveTime: 10`)],
  ['V210', peer(`${P}, holdTime: 10, keepaliveTime: 500ms`)],
  ['V210', peer(`${P}, holdTime: 0s`)],
  ['V211', peer(`${P}, holdTime: 30s, keepaliveTime: «40s»`)],
  ['V211', peer(`${P}, holdTime: 2s, keepaliveTime: «10s»`)],
  ['V211', peer(`${P}, holdTime: 30s, keepaliveTime: 30s`)],
  ['V212', peer(`${P}, connectTime: «20h»`)],
  ['V212', peer(`${P}, connectTime: 10s`)],
  ['V213', peer(`${P}, «password»: x, passwordSecret: {name: s}`)],
  ['V213', peer(`${P}, «password»: 7, passwordSecret: {name: s}`)],
  ['V213', peer(`${P}, passwordSecret: {name: s}`)],
  ['V214', peer(`${P}, «password»: hunter2, passwordSecret: {}`)],
  ['V214', peer(P)],
  ['V215', peer(`${P}, passwordSecret: {name: s, namespace: «default»}`)],
  ['V215', peer(`${P}, passwordSecret: {name: s, namespace: metallb-system}`)],
  ['V216', peer('myASN: «23456», peerASN: 2, peerAddress: 10.0.0.1')],
  ['V216', peer('myASN: 64512, peerASN: 4200000000, peerAddress: 10.0.0.1')],
  ['V217', peer(`${P}, sourceAddress: "«fd00::1»"`)],
  ['V217', peer(`${P}, sourceAddress: 10.0.0.2`)],
  ['V218', peer(`${P}, routerID: "«fd00::1»"`)],
  ['V218', peer(`${P}, routerID: 1.1.1.1`)],
  ['V219', peer(`${P}, holdTime: 90s, keepaliveTime: «0s»`)],
  ['V219', peer(`${P}, holdTime: 0s, keepaliveTime: 0s`)],
  ['V220', peer(`${P}, holdTime: «9500ms»`)],
  ['V220', peer(`${P}, holdTime: 9, keepaliveTime: «3500ms»`)],
  ['V220', peer(`${P}, holdTime: 9s`)],
  ['V221', peer('myASN: 1, peerASN: 2, peerAddress: «224.0.0.5»')],
  ['V221', peer(P)],
  ['V712', peer(`${P}, localASN: «1»`)],
  ['V712', peer(`${P}, localASN: 3`)],
  ['V803', peer(`${P}, passwordSecret: {name: «s»}`) + core('Secret', 'other', 'type: Opaque')],
  ['V803', peer(`${P}, passwordSecret: {name: s}`) + core('Secret', 's', 'type: Opaque')],
  ['V804', peer(`${P}, passwordSecret: {name: «s»}`) + core('Secret', 's', 'type: Opaque')],
  ['V804', peer(`${P}, passwordSecret: {name: s}`) + core('Secret', 's', 'type: kubernetes.io/basic-auth')],
  [
    'V805',
    peer(`${P}, passwordSecret: {name: «s»}`) +
      core('Secret', 's', 'type: kubernetes.io/basic-auth\ndata: {username: eA==}'),
  ],
  [
    'V805',
    peer(`${P}, passwordSecret: {name: s}`) +
      core('Secret', 's', 'type: kubernetes.io/basic-auth\nstringData: {password: x}'),
  ],
  ['V806', peer(`${P}, passwordSecret: {name: «s»}`)],
  ['V806', peer(P) + l2('') + bgp('')],
]

export const POOL_AND_PEER_CASES: readonly Case[] = [...POOLS, ...PEERS]
