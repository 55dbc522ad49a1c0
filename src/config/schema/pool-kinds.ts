// Pools: where addresses come from.
import { describe, type Infer, kind } from './field.ts'

const ipAddressPoolSpec = describe({
  type: 'object',
  description: 'addresses that services may get, and which services may get them',
  required: true,
  fields: {
    addresses: {
      type: 'list',
      required: true,
      description: 'CIDR prefixes (192.0.2.0/24) and ranges (192.0.2.10-192.0.2.20) of either IP family',
      items: { type: 'string', description: 'a CIDR prefix, or first and last address with a dash between' },
    },
    autoAssign: {
      type: 'boolean',
      default: true,
      description: 'whether services that ask for no pool get addresses from this one',
    },
    avoidBuggyIPs: {
      type: 'boolean',
      default: false,
      since: '0.13.4',
      description: 'leave out IPv4 addresses that end in .0 or .255, which some old networks drop',
    },
    serviceAllocation: {
      type: 'object',
      since: '0.13.9',
      description: 'reserves the pool for some services, or ranks it among the pools that fit a service',
      fields: {
        priority: {
          type: 'integer',
          description: 'pools with a lower number are tried first; 0 or unset comes last',
        },
        namespaces: {
          type: 'list',
          description: 'namespaces whose services may use the pool',
          items: { type: 'string', description: 'name of a namespace' },
        },
        namespaceSelectors: {
          type: 'list',
          description: 'selects such namespaces by their labels; any of the selectors is enough',
          items: { type: 'selector', description: 'selects namespaces' },
        },
        serviceSelectors: {
          type: 'list',
          description: 'selects the services that may use the pool by their labels; any is enough',
          items: { type: 'selector', description: 'selects services' },
        },
      },
    },
  },
})

const count = (what: string) =>
  ({ type: 'integer', format: 'int64', required: true, description: `number of ${what}` }) as const

const ipAddressPoolStatus = describe({
  type: 'object',
  since: '0.15.0',
  description: 'how many addresses are taken and free, written by the controller',
  fields: {
    assignedIPv4: count('IPv4 addresses in use'),
    assignedIPv6: count('IPv6 addresses in use'),
    availableIPv4: count('IPv4 addresses still free'),
    availableIPv6: count('IPv6 addresses still free'),
  },
})

export const IP_ADDRESS_POOL = kind({
  group: 'metallb.io',
  version: 'v1beta1',
  kind: 'IPAddressPool',
  plural: 'ipaddresspools',
  description: 'addresses that services of type LoadBalancer may get',
  since: '0.13.0',
  served: true,
  storage: true,
  spec: ipAddressPoolSpec,
  status: ipAddressPoolStatus,
  columns: [
    { name: 'Auto Assign', type: 'boolean', path: '.spec.autoAssign' },
    { name: 'Avoid Buggy IPs', type: 'boolean', path: '.spec.avoidBuggyIPs' },
    { name: 'Addresses', type: 'string', path: '.spec.addresses' },
  ],
})

const addressPoolSpec = describe({
  type: 'object',
  description: 'a pool and the way in which it is announced, in one object',
  required: true,
  fields: {
    protocol: {
      type: 'string',
      required: true,
      enum: ['layer2', 'bgp'],
      description: 'how the addresses are announced',
    },
    addresses: {
      type: 'list',
      required: true,
      description: 'CIDR prefixes and ranges of either IP family',
      items: { type: 'string', description: 'a CIDR prefix, or first and last address with a dash between' },
    },
    autoAssign: {
      type: 'boolean',
      default: true,
      description: 'whether services that ask for no pool get addresses from this one',
    },
    bgpAdvertisements: {
      type: 'list',
      description: 'how the addresses are announced over BGP; a single default one when left out',
      items: {
        type: 'object',
        description: 'one announcement of each address',
        fields: {
          aggregationLength: {
            type: 'integer',
            format: 'int32',
            min: 1,
            default: 32,
            description: 'length of the IPv4 prefixes that are announced',
          },
          aggregationLengthV6: {
            type: 'integer',
            format: 'int32',
            default: 128,
            description: 'length of the IPv6 prefixes that are announced',
          },
          localPref: { type: 'integer', format: 'int32', description: 'LOCAL_PREF towards iBGP peers' },
          communities: {
            type: 'list',
            description: 'BGP communities to attach',
            items: { type: 'string', description: 'a community or an alias of one' },
          },
        },
      },
    },
  },
})

const REPLACED = 'AddressPool was replaced by IPAddressPool with an L2Advertisement or a BGPAdvertisement.'
const addressPool = (version: 'v1alpha1' | 'v1beta1') =>
  kind({
    group: 'metallb.io',
    version,
    kind: 'AddressPool',
    plural: 'addresspools',
    description: 'a pool of addresses with its protocol, as in the first releases with custom resources',
    since: '0.13.0',
    removed: '0.14.2',
    deprecated: REPLACED,
    served: version === 'v1alpha1',
    storage: version === 'v1beta1',
    spec: addressPoolSpec,
    columns: [],
  })
export const ADDRESS_POOL_V1ALPHA1 = addressPool('v1alpha1')
export const ADDRESS_POOL = { ...addressPool('v1beta1'), served: true }

export type IPAddressPoolSpec = Infer<typeof ipAddressPoolSpec>
export type IPAddressPoolStatus = Infer<typeof ipAddressPoolStatus>
export type AddressPoolSpec = Infer<typeof addressPoolSpec>
