// For tests: rules about modes, the cluster and releases, each with texts in which it finds something and texts that it lets pass.
import type { ValidateOptions } from '../context.ts'
import type { Case } from './cases.ts'
import { bfd, bgp, community, core, l2, node, peer, pool } from './marked.ts'

const P = 'myASN: 1, peerASN: 2, peerAddress: 10.0.0.1'
const Q = 'myASN: 1, peerASN: 2, peerAddress: 10.0.0.2'
const A = pool('addresses: [10.1.0.0/24]', 'a')
const SIX = pool('addresses: ["fd00::/112"]', 'six')
const native = { mode: 'native' } as const
const frr = { mode: 'frr' } as const
const on = (rack: string) => `nodeSelectors: [{matchLabels: {rack: ${rack}}}]`
const SERVICE_CIDRS = [{ family: 4, base: 0x0a600000n, length: 12 }] as const
const NODES = node('n1', 'rack: r1') + node('n2', 'rack: r2')
const gateway: ValidateOptions = { gateways: [{ family: 4, value: 0x0a010001n }] }

// modes
const MODES: readonly Case[] = [
  ['V701', peer(`${P}, «bfdProfile»: x, «vrf»: red, «keepaliveTime»: 3s`), native],
  ['V701', peer(`${P}, keepaliveTime: 0s, dualStackAddressFamily: false`), native],
  ['V701', peer(`${P}, vrf: red`), frr],
  ['V702', bfd('', '«fast»'), native],
  ['V702', bfd(''), frr],
  ['V703', pool('addresses: [10.1.0.0/24, "«fd00::/112»"]') + bgp(''), native],
  ['V703', SIX + l2(''), native],
  [
    'V704',
    A + bgp('communities: ["«large:1:2:3»"]') + community('communities: [{name: a, value: "«large:1:2:3»"}]'),
    native,
  ],
  ['V704', A + bgp('communities: ["1:2"]'), native],
  ['V705', peer(`${P}, «ebgpMultiHop»: true`), native],
  ['V705', peer(`${P}, ebgpMultiHop: true`), frr],
  ['V706', peer('myASN: 1, peerASN: 2, peerAddress: "«fd00::1»"'), native],
  ['V706', peer(P), native],
  ['V707', peer(`${P}, routerID: 1.1.1.1`, 'x') + peer(`${Q}, «routerID»: 1.1.1.2`, 'y'), frr],
  [
    'V707',
    peer(`${P}, routerID: 1.1.1.1, ${on('r1')}`, 'x') +
      peer(`${Q}, routerID: 1.1.1.2, ${on('r2')}`, 'y') +
      NODES,
    frr,
  ],
  [
    'V707',
    peer(`${P}, routerID: 1.1.1.1, ${on('r1')}`, 'x') + peer(`${Q}, «routerID»: 1.1.1.2, ${on('r2')}`, 'y'),
    frr,
  ],
  ['V707', peer(`${P}, routerID: 1.1.1.1`, 'x') + peer(`${Q}, routerID: 1.1.1.2`, 'y'), native],
  [
    'V708',
    peer(P, 'x') +
      peer(`${P.replace('10.0.0.1', '')}`.replace('peerAddress: ', '«peerAddress»: 10.0.0.1'), 'y'),
    frr,
  ],
  ['V708', peer(P, 'x') + peer(`${P}, vrf: red`, 'y'), frr],
  ['V709', peer(P, 'x') + peer('«myASN»: 3, peerASN: 2, peerAddress: 10.0.0.2', 'y'), frr],
  ['V709', peer(P, 'x') + peer('myASN: 3, peerASN: 2, peerAddress: 10.0.0.2, vrf: red', 'y'), frr],
  ['V710', SIX + peer(P) + bgp('', '«b»'), frr],
  ['V710', SIX + peer(`${P}, dualStackAddressFamily: true`) + bgp(''), frr],
  ['V710', SIX + peer(P) + bgp(''), { mode: 'frr', targetVersion: '0.14.9' }],
  [
    'V711',
    A + bgp(`«communities»: [${Array.from({ length: 64 }, (_, i) => `"1:${i}"`).join(', ')}]`),
    native,
  ],
  ['V711', A + bgp('communities: ["1:2"]'), native],
]

// across objects
const ACROSS_OBJECTS: readonly Case[] = [
  ['V801', pool('addresses: [10.1.0.0/24]', '«a»')],
  ['V801', A + pool('addresses: [10.2.0.0/24]', '«b»') + l2('ipAddressPools: [a]')],
  ['V801', A + l2('')],
  ['V801', A + l2('ipAddressPools: a')],
  ['V807', A + l2('') + bgp('').replace('metallb-system', '«default»')],
  ['V807', A + l2('')],
  ['V808', A + l2('').replace('metallb-system', '«default»'), { namespace: 'metallb-system' }],
  ['V808', A, { namespace: 'metallb-system' }],
  [
    'V809',
    pool('addresses: [«10.1.0.0/24»]', 'a') +
      node('n', '', 'status: {addresses: [{type: InternalIP, address: 10.1.0.5}]}'),
  ],
  ['V809', A + node('n', '', 'status: {addresses: [{type: InternalIP, address: 10.2.0.5}]}')],
  ['V810', pool('addresses: [10.0.0.0/24, «10.1.0.1-10.1.0.9»]'), gateway],
  ['V810', pool('addresses: [10.1.0.2-10.1.0.9]'), gateway],
  ['V811', pool('addresses: [«10.96.3.0/24»]'), { serviceCidrs: SERVICE_CIDRS }],
  ['V811', pool('addresses: [«10.1.0.0/24»]', 'a') + core('Service', 's', 'spec: {clusterIP: 10.1.0.9}')],
  ['V811', A + core('Service', 's', 'spec: {clusterIP: None}'), { serviceCidrs: SERVICE_CIDRS }],
  ['V812', pool('addresses: [«10.1.0.0/24»]') + node('n', '', 'spec: {podCIDRs: [10.1.0.0/20]}')],
  [
    'V812',
    A + node('n', '', 'spec: {podCIDRs: [10.2.0.0/20]}'),
    { podCidrs: [{ family: 4, base: 0x0af40000n, length: 16 }] },
  ],
  ['V813', pool('addresses: [«10.0.0.0/28»]') + peer(P)],
  ['V813', A + peer(P)],
  ['V814', A + bgp('') + peer(P, '«p»'), { maxPrefixes: 100 }],
  [
    'V814',
    A + bgp('aggregationLength: 28') + bgp('aggregationLength: 28', 'again') + peer(P),
    { maxPrefixes: 16 },
  ],
  ['V814', A + bgp('') + peer(P)],
  ['V815', peer(`${P}, «nodeSelectors»: [{matchLabels: {rack: r9}}]`) + NODES],
  ['V815', peer(`${P}, ${on('r1')}`) + NODES],
  ['V816', peer(P, '«p»') + A + l2('')],
  ['V816', peer(P) + A + bgp('')],
  [
    'V817',
    A +
      core('Service', 's', 'spec: {type: LoadBalancer}').replace(
        '{name: s,',
        '{name: s, annotations: {metallb.io/address-pool: «b»},',
      ),
  ],
  [
    'V817',
    A +
      core('Service', 's', 'spec: {type: LoadBalancer}').replace(
        '{name: s,',
        '{name: s, annotations: {metallb.universe.tf/address-pool: a},',
      ),
  ],
  ['V818', A + core('Service', 's', 'spec: {type: LoadBalancer, loadBalancerIP: «10.9.0.1»}')],
  ['V818', A + core('Service', 's', 'spec: {type: LoadBalancer, loadBalancerIP: 10.1.0.1}')],
  [
    'V819',
    A +
      core('Service', 's', 'spec: {type: LoadBalancer, loadBalancerIP: «10.1.0.1»}').replace(
        '{name: s,',
        '{name: s, annotations: {metallb.io/loadBalancerIPs: 10.1.0.1},',
      ),
  ],
  ['V819', A + core('Service', 's', 'spec: {type: LoadBalancer, loadBalancerIP: 10.1.0.1}')],
  ['V820', 'apiVersion: metallb.io/v1beta1\nkind: L2Advertisement\nmetadata: {name: «a»}\n'],
  ['V820', l2('')],
  [
    'V821',
    node('«n»', '').replace(
      '«n», labels: {}',
      'n, labels: {node.kubernetes.io/exclude-from-external-load-balancers: "«»"}',
    ),
  ],
  ['V821', NODES],
]

const OLD =
  'apiVersion: metallb.io/v1beta1\nkind: «AddressPool»\nmetadata: {name: a}\nspec: {protocol: layer2, addresses: [10.0.0.0/24]}\n'
const PEER1 =
  'apiVersion: «metallb.io/v1beta1»\nkind: BGPPeer\nmetadata: {name: a}\nspec: {myASN: 1, peerASN: 2, peerAddress: 10.0.0.1}\n'
const plain = (marked: string) => marked.replaceAll(/[«»]/g, '')

// releases
const RELEASES: readonly Case[] = [
  ['V901', A + l2('interfaces: «[eth0]»'), { targetVersion: '0.13.5' }],
  ['V901', peer(`${P}, localASN: «3»`), { targetVersion: '0.15.3' }],
  ['V901', A + l2('interfaces: [eth0]'), { targetVersion: '0.13.6' }],
  ['V902', OLD, { targetVersion: '0.14.2' }],
  [
    'V902',
    'apiVersion: metallb.io/v1beta1\nkind: «ConfigurationState»\nmetadata: {name: a}\n',
    { targetVersion: '0.14.9' },
  ],
  ['V902', plain(OLD), { targetVersion: '0.14.1' }],
  ['V903', peer(`${P}, disableMP: «true»`)],
  ['V903', peer(P)],
  ['V904', PEER1],
  ['V904', peer(P)],
  ['V905', OLD],
  ['V905', plain(OLD), { targetVersion: '0.13.12' }],
  ['V906', A + l2('preferredNodeSelectors: «[{weight: 1, preference: {}}]»')],
  ['V906', A + l2('')],
  ['V907', A + bgp('communities: ["«large:1:2:3»"]'), { targetVersion: '0.13.9' }],
  ['V907', A + bgp('communities: ["large:1:2:3"]'), { targetVersion: '0.13.10' }],
]

export const CLUSTER_CASES: readonly Case[] = [...MODES, ...ACROSS_OBJECTS, ...RELEASES]
