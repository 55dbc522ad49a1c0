import type { FaultCase } from './cases.ts'
import { object, type World } from './world.ts'
import * as make from './world-objects.ts'
import * as run from './world-workloads.ts'

const OLD_CONFIG =
  'address-pools:\n- name: default\n  protocol: layer2\n  addresses:\n  - 192.0.2.100-192.0.2.119\n'
const oldConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'config', namespace: 'metallb-system' },
  data: { config: OLD_CONFIG },
}

function withPeerFor(node: string, world: World, tag: string): void {
  const nodeSelectors = [{ matchLabels: { 'kubernetes.io/hostname': node } }]
  const spec = {
    ...{ myASN: 64512, peerASN: 64514, peerAddress: '192.0.2.2' },
    ...{ bfdProfile: 'fast', nodeSelectors },
  }
  world.planes.configuration.push(make.metal('BGPPeer', 'edge', spec, 'metallb.io/v1beta2'))
  object(world, 'daemonSets', 'speaker').spec = run.speaker(tag)['spec']
}

const BASIC = 'kubernetes.io/basic-auth'

/** The peer takes its password from a Secret `tor`. */
function withSecret(world: World, type: string | undefined, namespace?: string): void {
  const passwordSecret = { name: 'tor', ...(namespace === undefined ? {} : { namespace }) }
  Object.assign(object(world, 'configuration', 'tor', 'BGPPeer').spec, { passwordSecret })
  if (type !== undefined) world.planes.secrets.push(make.secret('tor', type))
}

export const CONFIGURATION_CASES: readonly FaultCase[] = [
  {
    name: 'two pools with the same addresses',
    code: 'F05',
    check: 'configuration-accepted',
    says: /MetalLB refuses the configuration/,
    fault: (world) => void world.planes.configuration.push(make.pool('again', ['192.0.2.110-192.0.2.130'])),
    twin: (world) => {
      object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses.push('192.0.2.120-192.0.2.130')
    },
  },
  {
    name: 'ebgpMultiHop within one AS',
    code: 'F05',
    check: 'configuration-accepted',
    says: /BGPPeer tor/,
    fault: (world) => {
      Object.assign(object(world, 'configuration', 'tor').spec, { peerASN: 64512, ebgpMultiHop: true })
    },
    twin: (world) => {
      Object.assign(object(world, 'configuration', 'tor').spec, { peerASN: 64512 })
    },
  },
  {
    name: 'a password whose Secret is not there',
    code: 'F05',
    check: 'configuration-accepted',
    says: /BGPPeer tor, .*There is no Secret "tor" in the namespace "metallb-system"/,
    fault: (world) => withSecret(world, undefined),
    twin: (world) => withSecret(world, BASIC),
  },
  {
    name: 'a password whose Secret is of the wrong type',
    code: 'F05',
    check: 'configuration-accepted',
    says: /BGPPeer tor, .*The Secret "tor" has the type Opaque/,
    fault: (world) => withSecret(world, 'Opaque'),
    twin: (world) => withSecret(world, BASIC),
  },
  {
    name: 'a password whose Secret is in another namespace',
    code: 'F05',
    check: 'configuration-accepted',
    says: /BGPPeer tor, .*There is no Secret "tor" in the namespace "metallb-system"/,
    beside: ['F38'],
    // It is there, and yet MetalLB lists the Secrets of its own namespace alone.
    fault: (world) => {
      withSecret(world, BASIC, 'shop')
      Object.assign(object(world, 'secrets', 'tor').metadata, { namespace: 'shop' })
    },
    twin: (world) => withSecret(world, BASIC, 'metallb-system'),
  },
  {
    name: 'a peer of one node whose BFD profile is missing, since 0.16',
    code: 'F05',
    check: 'configuration-accepted',
    says: /MetalLB refuses the configuration on node-c, and goes on with an older one there: BGPPeer edge/,
    fault: (world) => withPeerFor('node-c', world, 'v0.16.1'),
    // No speaker looks at a peer that is for no node.
    twin: (world) => withPeerFor('node-z', world, 'v0.16.1'),
  },
  {
    name: 'a peer of one node whose BFD profile is missing, before 0.16',
    code: 'F05',
    check: 'configuration-accepted',
    says: /MetalLB refuses the configuration, and goes on with an older one: BGPPeer edge/,
    fault: (world) => withPeerFor('node-c', world, 'v0.15.2'),
  },
  {
    name: 'a speaker that says itself that its configuration is invalid',
    code: 'F05',
    check: 'configuration-accepted',
    says: /says that its configuration is invalid: duplicate/,
    fault: (world) =>
      void world.planes.statuses.push(make.metal('ConfigurationState', 'speaker-node-a', {}), {
        ...make.metal('ConfigurationState', 'speaker-node-b', {}),
        status: { result: 'Invalid', errorSummary: 'duplicate definition of community "x"' },
      }),
    twin: (world) =>
      void world.planes.statuses.push({
        ...make.metal('ConfigurationState', 'speaker-node-b', {}),
        status: { result: 'Valid' },
      }),
  },
  {
    name: 'nothing but the ConfigMap of before 0.13',
    code: 'F06',
    check: 'no-legacy-configuration',
    says: /metallb-system\/config holds the configuration/,
    fault: (world) => {
      world.planes.configuration = []
      world.planes.configMaps.push(oldConfigMap)
      for (const name of ['shop/web', 'shop/api']) object(world, 'services', name).spec.type = 'ClusterIP'
    },
  },
  {
    name: 'the old ConfigMap beside pools',
    code: 'F06',
    check: 'no-legacy-configuration',
    severity: 'info',
    says: /left over from before/,
    fault: (world) => void world.planes.configMaps.push(oldConfigMap),
    twin: (world) =>
      void world.planes.configMaps.push({ ...oldConfigMap, data: { other: 'peers of somebody' } }),
  },
  {
    name: 'an AddressPool of 0.12',
    code: 'F06',
    check: 'no-legacy-configuration',
    severity: 'warning',
    says: /1 AddressPool is not read/,
    fault: (world) =>
      void world.planes.configuration.push(
        make.metal(
          'AddressPool',
          'old',
          { protocol: 'layer2', addresses: ['203.0.113.0/28'] },
          'metallb.io/v1beta1',
        ),
      ),
  },
  {
    name: 'annotations under the old prefix',
    code: 'F06',
    check: 'no-legacy-configuration',
    severity: 'info',
    says: /annotations under the old prefix/,
    fault: (world) => {
      object(world, 'services', 'shop/web').metadata.annotations['metallb.universe.tf/address-pool'] = 'lan'
    },
    twin: (world) => {
      object(world, 'services', 'shop/web').metadata.annotations['metallb.io/address-pool'] = 'lan'
    },
  },
  {
    name: 'one address with two Services',
    code: 'F13',
    check: 'addresses-once',
    says: /192.0.2.100 is handed out to 2 Services/,
    fault: (world) => {
      world.planes.services.push(make.service('shop/more', '192.0.2.100'))
      world.planes.endpointSlices.push(make.slice('shop/more', ['node-a', 'node-c']))
    },
    twin: (world) => {
      world.planes.services.push(make.service('shop/more', '192.0.2.100'))
      world.planes.endpointSlices.push(make.slice('shop/more', ['node-a', 'node-c']))
      object(world, 'services', 'shop/more').spec.ports[0].port = 443
      for (const name of ['shop/more', 'shop/web'])
        object(world, 'services', name).metadata.annotations['metallb.io/allow-shared-ip'] = 'one'
    },
  },
  {
    name: 'IPVS without strictARP',
    code: 'F18',
    check: 'strict-arp',
    says: /IPVS mode without strictARP/,
    fault: (world) => {
      object(world, 'configMaps', 'kube-proxy').data = make.proxyConfig('ipvs', false)['data']
    },
    twin: (world) => {
      object(world, 'configMaps', 'kube-proxy').data = make.proxyConfig('ipvs', true)['data']
    },
  },
  {
    name: 'Local endpoints on nodes that no advertisement selects',
    code: 'F28',
    check: 'local-endpoints',
    says: /shop\/web with externalTrafficPolicy Local has its endpoints on nodes that may not announce it/,
    fault: (world) => {
      object(world, 'services', 'shop/web').spec.externalTrafficPolicy = 'Local'
      object(world, 'configuration', 'lan', 'L2Advertisement').spec.nodeSelectors = [
        { matchLabels: { 'kubernetes.io/hostname': 'node-c' } },
      ]
    },
    twin: (world) => {
      object(world, 'services', 'shop/web').spec.externalTrafficPolicy = 'Local'
    },
  },
  {
    name: 'Local endpoints on one node only',
    code: 'F28',
    check: 'local-endpoints',
    severity: 'warning',
    says: /there is no failover/,
    fault: (world) => {
      object(world, 'services', 'shop/web').spec.externalTrafficPolicy = 'Local'
      object(world, 'endpointSlices', 'shop/web-x1').endpoints.pop()
    },
    twin: (world) => {
      object(world, 'endpointSlices', 'shop/web-x1').endpoints.pop()
    },
  },
]
