// What a node is asked about: the connections that it has to let through, and no others.
import { describe, expect, it } from 'vitest'
import type { HostPacket } from './host-facts.ts'
import { hostQuestion } from './host-question.ts'
import { drop, healthyWorld, object, viewOf, type World } from './testing/world.ts'
import { speakerPod } from './testing/world-workloads.ts'

function asked(node: string, change: (world: World) => void = () => undefined) {
  const world = healthyWorld()
  change(world)
  return hostQuestion(viewOf(world), node)
}
const lines = (packets: readonly HostPacket[], what: HostPacket['what']): readonly string[] =>
  packets
    .filter((each) => each.what === what)
    .map(({ direction, protocol, port, peer, local }) => `${direction} ${protocol} ${port} ${peer} ${local}`)

it('asks for the gossip with every other speaker, both ways and by both protocols', () => {
  const gossip = lines(asked('node-a').packets, 'memberlist')
  expect(gossip).toHaveLength(8)
  expect(gossip).toContain('in tcp 7946 192.0.2.12 192.0.2.11')
  expect(gossip).toContain('out udp 7946 192.0.2.13 192.0.2.11')
})

it('asks for no gossip where the speakers use none', () => {
  const { packets } = asked('node-a', (world) => {
    const [container] = object(world, 'daemonSets', 'speaker').spec.template.spec.containers
    container.env = []
  })
  expect(lines(packets, 'memberlist')).toEqual([])
})

it.each([
  ['a flag', ['--ml-bindport=7947'], []],
  ['the environment', [], [{ name: 'METALLB_ML_BIND_PORT', value: '7947' }]],
  [
    'a flag before the environment',
    ['--ml-bindport', '7947'],
    [{ name: 'METALLB_ML_BIND_PORT', value: '1' }],
  ],
])('asks for the port of the gossip that %s says', (_name, args, env) => {
  const change = (world: World): void => {
    const [container] = object(world, 'daemonSets', 'speaker').spec.template.spec.containers
    container.args.push(...args)
    container.env.push(...env)
  }
  const gossip = lines(asked('node-a', change).packets, 'memberlist')
  expect(gossip).toContain('in tcp 7947 192.0.2.12 192.0.2.11')
  expect(gossip).toHaveLength(8)
  expect(gossip.join()).not.toContain('7946')
})

it('takes the usual port for what is no port', () => {
  const { packets } = asked('node-a', (world) => {
    const [container] = object(world, 'daemonSets', 'speaker').spec.template.spec.containers
    container.env.push({ name: 'METALLB_ML_BIND_PORT', value: '70000' })
  })
  expect(lines(packets, 'memberlist')).toContain('in udp 7946 192.0.2.12 192.0.2.11')
})

it('asks for the gossip of nodes that have a speaker alone', () => {
  const change = (world: World): void =>
    drop(world, 'pods', ({ metadata, ...pod }) => {
      const { nodeName } = pod['spec'] as { nodeName?: string }
      return metadata.labels?.['component'] === 'speaker' && nodeName === 'node-c'
    })
  const gossip = lines(asked('node-a', change).packets, 'memberlist')
  expect(gossip).toHaveLength(4)
  expect(gossip.join()).not.toContain('192.0.2.13')
  expect(lines(asked('node-c', change).packets, 'memberlist')).toEqual([])
})

it('asks with no more than 25 of many nodes', () => {
  const { packets } = asked('node-a', (world) => {
    const [first] = world.planes.nodes
    for (let index = 0; index < 60; index++) {
      const copy = structuredClone(first) as never as { metadata: { name: string } }
      copy.metadata.name = `more-${index}`
      world.planes.nodes.push(copy as never)
      world.planes.pods.push(speakerPod(copy.metadata.name))
    }
  })
  expect(lines(packets, 'memberlist')).toHaveLength(25 * 4)
})

it('asks for the way to the router at its own port, and for BFD where there is a profile', () => {
  expect(lines(asked('node-a').packets, 'bgp')).toEqual(['out tcp 179 192.0.2.1 192.0.2.11'])
  expect(lines(asked('node-a').packets, 'bfd')).toEqual([])
  const { packets } = asked('node-a', (world) => {
    Object.assign(object(world, 'configuration', 'tor').spec, {
      peerPort: 1179,
      ebgpMultiHop: true,
      bfdProfile: 'fast',
    })
    world.planes.configuration.push({
      apiVersion: 'metallb.io/v1beta1',
      kind: 'BFDProfile',
      metadata: { name: 'fast', namespace: 'metallb-system' },
      spec: {},
    })
    const [container] = object(world, 'daemonSets', 'speaker').spec.template.spec.containers
    container.env.push({ name: 'METALLB_BGP_TYPE', value: 'frr' })
  })
  expect(lines(packets, 'bgp')).toEqual(['out tcp 1179 192.0.2.1 192.0.2.11'])
  expect(lines(packets, 'bfd')).toEqual([
    'in udp 4784 192.0.2.1 192.0.2.11',
    'out udp 4784 192.0.2.1 192.0.2.11',
  ])
})

it('asks a node that no BGPPeer selects for no router', () => {
  const { packets } = asked('node-a', (world) => {
    object(world, 'configuration', 'tor').spec.nodeSelectors = [
      { matchLabels: { 'kubernetes.io/hostname': 'node-b' } },
    ]
  })
  expect(lines(packets, 'bgp')).toEqual([])
})

it('asks about every port of every Service with an address, and about the neighbours of all of it', () => {
  const { services, neighbours } = asked('node-b')
  expect(services).toContainEqual({ address: '192.0.2.100', port: 80, protocol: 'tcp' })
  expect(neighbours).toEqual(expect.arrayContaining(['192.0.2.11', '192.0.2.13', '192.0.2.1', '192.0.2.100']))
  expect(new Set(neighbours).size).toBe(neighbours.length)
})

describe('the way to the webhook', () => {
  const change = (world: World): void => {
    object(world, 'nodes', 'node-b').metadata.labels['node-role.kubernetes.io/control-plane'] = ''
  }

  it('is asked of the control plane, and of the node that serves it', () => {
    expect(lines(asked('node-b', change).packets, 'webhook')).toEqual(['out tcp 9443 10.1.0.7 192.0.2.12'])
    expect(lines(asked('node-a', change).packets, 'webhook')).toEqual(['in tcp 9443 192.0.2.12 10.1.0.7'])
    expect(lines(asked('node-c', change).packets, 'webhook')).toEqual([])
  })

  it('goes to the port of the endpoints, not of the Service', () => {
    const moved = (world: World): void => {
      change(world)
      object(world, 'endpointSlices', 'metallb-webhook-service-x1').ports = [{ port: 10443 }]
    }
    expect(lines(asked('node-b', moved).packets, 'webhook')).toEqual(['out tcp 10443 10.1.0.7 192.0.2.12'])
    expect(lines(asked('node-a', moved).packets, 'webhook')).toEqual(['in tcp 10443 192.0.2.12 10.1.0.7'])
  })

  it('goes to the Pod of the controller where no endpoint is known, at the port of its flag', () => {
    const unknown = (world: World): void => {
      change(world)
      drop(world, 'endpointSlices', ({ metadata }) => metadata.name === 'metallb-webhook-service-x1')
      const pod = world.planes.pods.find(({ metadata }) => metadata.name.startsWith('controller'))
      Object.assign(pod?.['status'] as object, { phase: 'Running', podIP: '10.244.0.9' })
    }
    expect(lines(asked('node-b', unknown).packets, 'webhook')).toEqual(['out tcp 9443 10.244.0.9 192.0.2.12'])
    const said = (world: World): void => {
      unknown(world)
      const [container] = object(world, 'deployments', 'controller').spec.template.spec.containers
      container.args.push('--webhook-port=10443')
    }
    expect(lines(asked('node-a', said).packets, 'webhook')).toEqual(['in tcp 10443 192.0.2.12 10.244.0.9'])
  })
})
