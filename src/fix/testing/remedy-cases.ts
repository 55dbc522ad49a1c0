// Faults that the cases of the diagnosis do not have, because they differ in nothing but the way out.
import { attempt, behindGateway, bgpFacts } from '../../diagnose/bgp/testing/bgp-facts.ts'
import type { FaultCase } from '../../diagnose/cluster/testing/cases.ts'
import { object, type World } from '../../diagnose/cluster/testing/world.ts'
import * as make from '../../diagnose/cluster/testing/world-objects.ts'

const pending = (world: World, spec: Readonly<Record<string, unknown>> = {}): void =>
  void world.planes.services.push(make.service('shop/new', undefined, 'lan', spec))
const annotate = (world: World, name: string, annotations: Readonly<Record<string, string>>): void =>
  void Object.assign(object(world, 'services', name).metadata.annotations, annotations)

const eachPool = (world: World, spec: make.Spec): void => {
  for (const name of ['lan', 'routed'])
    Object.assign(
      object(world, 'configuration', name, 'IPAddressPool').spec,
      JSON.parse(JSON.stringify(spec)),
    )
}
const OTHER_NAMESPACE = { namespaces: ['elsewhere'] }
const OTHER_LABELS = { serviceSelectors: [{ matchLabels: { tier: 'x' } }] }

type RemedyCase = Omit<FaultCase, 'check' | 'says' | 'twin'>

export const REMEDY_CASES: readonly RemedyCase[] = [
  {
    name: 'a sharing key among the labels, and a port of its own',
    code: 'F10',
    fault: (world) => {
      pending(world, {
        loadBalancerIP: '192.0.2.100',
        ports: [{ protocol: 'TCP', port: 8443, targetPort: 8443 }],
      })
      annotate(world, 'shop/web', { 'metallb.io/allow-shared-ip': 'one' })
      object(world, 'services', 'shop/new').metadata.labels['metallb.io/allow-shared-ip'] = 'one'
    },
  },
  {
    name: 'addresses asked for in two ways',
    code: 'F09',
    fault: (world) => {
      pending(world, { loadBalancerIP: '192.0.2.105' })
      annotate(world, 'shop/new', { 'metallb.io/loadBalancerIPs': '192.0.2.105' })
    },
  },
  {
    name: 'a pool whose namespaceSelectors match nothing',
    code: 'F09',
    fault: (world) => {
      pending(world)
      for (const name of ['lan', 'routed'])
        object(world, 'configuration', name, 'IPAddressPool').spec.serviceAllocation = {
          namespaceSelectors: [{ matchLabels: { team: 'nobody' } }],
        }
    },
  },
  {
    name: 'a pool that is asked for and that is for other labels',
    code: 'F09',
    fault: (world) => {
      pending(world)
      annotate(world, 'shop/new', { 'metallb.io/address-pool': 'lan' })
      object(world, 'configuration', 'lan', 'IPAddressPool').spec.serviceAllocation = {
        serviceSelectors: [
          {
            matchExpressions: [
              { key: 'tier', operator: 'In', values: ['front', 'back'] },
              { key: 'public', operator: 'Exists' },
            ],
          },
        ],
      }
    },
  },
  {
    name: 'pools that are for other namespaces and for other labels',
    code: 'F09',
    fault: (world) => {
      pending(world)
      eachPool(world, { serviceAllocation: { ...OTHER_NAMESPACE, ...OTHER_LABELS } })
    },
  },
  {
    name: 'pools that are handed out on request, and to another namespace',
    code: 'F09',
    fault: (world) => {
      pending(world)
      eachPool(world, { autoAssign: false, serviceAllocation: OTHER_NAMESPACE })
    },
  },
  {
    name: 'a pool that is not there, and the one that was meant is for other labels',
    code: 'F09',
    fault: (world) => {
      pending(world)
      annotate(world, 'shop/new', { 'metallb.io/address-pool': 'lam' })
      eachPool(world, { serviceAllocation: OTHER_LABELS })
    },
  },
  {
    name: 'an address that no pool holds, and pools for another namespace',
    code: 'F09',
    fault: (world) => {
      pending(world, { loadBalancerIP: '203.0.113.9' })
      eachPool(world, { serviceAllocation: OTHER_NAMESPACE })
    },
  },
  {
    name: 'an address of another Service, by a pool that does not hold it',
    code: 'F10',
    fault: (world) => {
      pending(world, { loadBalancerIP: '192.0.2.100' })
      annotate(world, 'shop/new', { 'metallb.io/address-pool': 'routed' })
    },
  },
  {
    name: 'an address asked for in two ways, that another Service has',
    code: 'F09',
    fault: (world) => {
      pending(world, { loadBalancerIP: '192.0.2.100' })
      annotate(world, 'shop/new', { 'metallb.io/loadBalancerIPs': '192.0.2.100' })
    },
  },
  {
    name: 'two families that are required, with one cluster address, and pools for other labels',
    code: 'F09',
    fault: (world) => {
      pending(world, { ipFamilyPolicy: 'RequireDualStack' })
      eachPool(world, { serviceAllocation: OTHER_LABELS })
    },
  },
  {
    name: 'pools for other labels that are full as well',
    code: 'F09',
    fault: (world) => {
      pending(world)
      // For the Services that have these addresses: a pool that is not for its holder would look empty.
      for (const [name, only, app] of [
        ['lan', '192.0.2.100/32', 'web'],
        ['routed', '198.51.100.0/32', 'api'],
      ] as const)
        Object.assign(object(world, 'configuration', name, 'IPAddressPool').spec, {
          addresses: [only],
          serviceAllocation: { serviceSelectors: [{ matchLabels: { app } }] },
        })
    },
  },
  {
    name: 'a range with the address of a node and that of the router in the middle of it',
    code: 'F12',
    fault: (world) => {
      object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses = [
        '192.0.2.100-192.0.2.119',
        '192.0.2.0/28',
      ]
    },
  },
  {
    name: 'a namespace listed twice',
    code: 'F05',
    fault: (world) => {
      object(world, 'configuration', 'lan', 'IPAddressPool').spec.serviceAllocation = {
        namespaces: ['shop', 'metallb-system', 'shop'],
      }
    },
  },
  {
    name: 'IPVS, and a configuration of kube-proxy that does not mention strictARP',
    code: 'F18',
    fault: (world) => {
      const map = make.proxyConfig('ipvs', false)
      const data = map['data'] as Record<string, string>
      const text = data['config.conf']?.replace('  strictARP: false\n', '') ?? ''
      world.planes.configMaps = [{ ...map, data: { 'config.conf': text } }]
    },
  },
  {
    name: 'an advertisement of the name that the new one would have',
    code: 'F01',
    severity: 'warning',
    fault: (world) =>
      void world.planes.configuration.push(
        make.pool('spare', ['203.0.113.0/28']),
        make.metal('BGPAdvertisement', 'spare', { ipAddressPools: ['routed'] }),
      ),
  },
  {
    name: 'strict reverse path filtering on the owner',
    code: 'F30',
    fault: (world) => {
      world.probes = [
        {
          kind: 'route',
          node: 'node-a',
          vantage: 'node node-a',
          facts: {
            ...behindGateway,
            target: { asked: '192.0.2.100', address: '192.0.2.100', family: 4 },
            neighbours: [
              { address: '192.0.2.254', interface: 'eth0', state: 'reachable', mac: '02:00:00:00:00:fe' },
            ],
            returnPath: {
              client: '203.0.113.5',
              arrival: { interface: 'eth1', how: 'given' },
              reply: {
                found: true,
                type: 'unicast',
                interface: 'eth1',
                gateway: '192.0.2.254',
                decidedBy: { rule: '0: from all lookup main', route: 'default', table: 254 },
                interfaces: ['eth1'],
                uncertain: undefined,
              },
              rpFilter: { all: 1, ofInterface: 0, mode: 'strict', drops: true, reason: 'it is strict' },
            },
          },
        },
      ]
    },
  },
  {
    name: 'a router behind a gateway without ebgpMultiHop',
    code: 'F39',
    fault: (world) => {
      object(world, 'configuration', 'tor').spec.peerAddress = '192.0.2.2'
      world.probes = [
        {
          kind: 'bgp',
          node: 'node-a',
          vantage: 'node node-a',
          facts: bgpFacts({
            attempts: [
              attempt({ purpose: 'one-hop', result: 'failed', code: 'EHOSTUNREACH' }),
              attempt({ result: 'failed', code: 'ETIMEDOUT' }),
            ],
          }),
        },
      ]
    },
  },
]
