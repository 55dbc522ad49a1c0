// Advertisements: which pools are announced, from which nodes, and how. Communities: names for BGP communities.
import { describe, type Infer, kind } from './field.ts'

const names = (description: string, item: string) =>
  ({ type: 'list', description, items: { type: 'string', description: item } }) as const
const selectors = (description: string) =>
  ({
    type: 'list',
    description,
    items: { type: 'selector', description: 'any one that matches is enough' },
  }) as const

const SHARED = {
  ipAddressPools: names(
    'names of pools to announce; with no pool named or selected, every pool',
    'name of an IPAddressPool',
  ),
  ipAddressPoolSelectors: selectors('selects pools to announce by their labels, in addition to those named'),
  nodeSelectors: selectors('nodes that may announce; every node when left out'),
  serviceSelectors: {
    ...selectors('announce only services with these labels; all of the pool when left out'),
    since: '0.16.0',
  },
} as const

const l2AdvertisementSpec = describe({
  type: 'object',
  description: 'which pools answer ARP and NDP, and from where',
  fields: {
    ...SHARED,
    interfaces: {
      ...names(
        'announce on these interfaces only; on all when left out',
        'exact name of an interface of the nodes',
      ),
      since: '0.13.6',
    },
    preferredNodeSelectors: {
      type: 'list',
      since: 'main',
      description: 'nodes that should announce rather than others, as long as they are there',
      items: {
        type: 'object',
        description: 'a preference and its weight; weights of all that match a node add up',
        fields: {
          weight: {
            type: 'integer',
            format: 'int32',
            required: true,
            min: 1,
            max: 100,
            description: 'how much the preference counts',
          },
          preference: { type: 'selector', required: true, description: 'selects the preferred nodes' },
        },
      },
    },
  },
})

export const L2_ADVERTISEMENT = kind({
  group: 'metallb.io',
  version: 'v1beta1',
  kind: 'L2Advertisement',
  plural: 'l2advertisements',
  description: 'announces pools to the local network by ARP and NDP',
  since: '0.13.0',
  served: true,
  storage: true,
  spec: l2AdvertisementSpec,
  status: describe({ type: 'object', description: 'not used', fields: {} }),
  columns: [
    { name: 'IPAddressPools', type: 'string', path: '.spec.ipAddressPools' },
    { name: 'IPAddressPool Selectors', type: 'string', path: '.spec.ipAddressPoolSelectors' },
    { name: 'Interfaces', type: 'string', path: '.spec.interfaces' },
    { name: 'Node Selectors', type: 'string', path: '.spec.nodeSelectors', priority: 10 },
  ],
})

const bgpAdvertisementSpec = describe({
  type: 'object',
  description: 'which pools are announced to BGP peers, and with which attributes',
  rules: ['aggregation-or-service-selectors'],
  fields: {
    ...SHARED,
    aggregationLength: {
      type: 'integer',
      format: 'int32',
      min: 1,
      default: 32,
      description: 'length of the IPv4 prefixes that are announced: 32 announces each address by itself',
    },
    aggregationLengthV6: {
      type: 'integer',
      format: 'int32',
      default: 128,
      description: 'length of the IPv6 prefixes that are announced: 128 announces each address by itself',
    },
    localPref: {
      type: 'integer',
      format: 'int32',
      description: 'LOCAL_PREF of the routes; only iBGP peers see it',
    },
    communities: names(
      'BGP communities to attach',
      '65000:1, large:65000:1:2, or an alias that a Community object defines',
    ),
    peers: names('names of the BGPPeers to announce to; all when left out', 'name of a BGPPeer'),
  },
})

export const BGP_ADVERTISEMENT = kind({
  group: 'metallb.io',
  version: 'v1beta1',
  kind: 'BGPAdvertisement',
  plural: 'bgpadvertisements',
  description: 'announces pools to routers over BGP',
  since: '0.13.0',
  served: true,
  storage: true,
  spec: bgpAdvertisementSpec,
  status: describe({ type: 'object', description: 'not used', fields: {} }),
  columns: [
    { name: 'IPAddressPools', type: 'string', path: '.spec.ipAddressPools' },
    { name: 'IPAddressPool Selectors', type: 'string', path: '.spec.ipAddressPoolSelectors' },
    { name: 'Peers', type: 'string', path: '.spec.peers' },
    { name: 'Node Selectors', type: 'string', path: '.spec.nodeSelectors', priority: 10 },
  ],
})

const communitySpec = describe({
  type: 'object',
  description: 'names that advertisements may use instead of community values',
  fields: {
    communities: {
      type: 'list',
      description: 'the aliases',
      items: {
        type: 'object',
        description: 'one alias',
        fields: {
          name: { type: 'string', description: 'what an advertisement writes' },
          value: { type: 'string', description: '65000:1, or large:65000:1:2' },
        },
      },
    },
  },
})

export const COMMUNITY = kind({
  group: 'metallb.io',
  version: 'v1beta1',
  kind: 'Community',
  plural: 'communities',
  description: 'names for BGP communities',
  since: '0.13.0',
  served: true,
  storage: true,
  spec: communitySpec,
  status: describe({ type: 'object', description: 'not used', fields: {} }),
  columns: [],
})

export type L2AdvertisementSpec = Infer<typeof l2AdvertisementSpec>
export type BGPAdvertisementSpec = Infer<typeof bgpAdvertisementSpec>
export type CommunitySpec = Infer<typeof communitySpec>
