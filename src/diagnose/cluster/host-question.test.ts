// What a node is asked about: the connections that it has to let through, and no others.
import { expect, it } from 'vitest'
import type { HostPacket } from './host-facts.ts'
import { hostQuestion } from './host-question.ts'
import { healthyWorld, object, viewOf, type World } from './testing/world.ts'

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

it('asks with no more than 25 of many nodes', () => {
  const { packets } = asked('node-a', (world) => {
    const [first] = world.planes.nodes
    for (let index = 0; index < 60; index++) {
      const copy = structuredClone(first) as never as { metadata: { name: string } }
      copy.metadata.name = `more-${index}`
      world.planes.nodes.push(copy as never)
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

it('asks the control plane for the way to the webhook, and the node of the controller for the way in', () => {
  const change = (world: World): void => {
    object(world, 'nodes', 'node-b').metadata.labels['node-role.kubernetes.io/control-plane'] = ''
    const pod = world.planes.pods.find(({ metadata }) => metadata.name.startsWith('controller'))
    Object.assign(pod?.['status'] as object, { phase: 'Running', podIP: '10.244.0.9' })
  }
  expect(lines(asked('node-b', change).packets, 'webhook')).toEqual(['out tcp 9443 10.244.0.9 192.0.2.12'])
  expect(lines(asked('node-a', change).packets, 'webhook')).toEqual(['in tcp 9443 192.0.2.12 10.244.0.9'])
  expect(lines(asked('node-c', change).packets, 'webhook')).toEqual([])
})
