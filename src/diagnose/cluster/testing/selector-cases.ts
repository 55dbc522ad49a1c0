// Objects that select nothing, or not the same: each is right by itself, and MetalLB says nothing about any of them.
import type { FaultCase } from './cases.ts'
import { object, type World } from './world.ts'
import * as make from './world-objects.ts'

const ROUTER_ID = { routerID: '10.0.0.1' }
const HOSTNAME = 'kubernetes.io/hostname'
const forNodes = (world: World, kind: string, name: string, ...nodes: readonly string[]): void => {
  object(world, 'configuration', name, kind).spec.nodeSelectors = nodes.map((node) => ({
    matchLabels: { [HOSTNAME]: node },
  }))
}

export const SELECTOR_CASES: readonly FaultCase[] = [
  {
    name: 'a BGPPeer that is for no node',
    code: 'F43',
    check: 'peer-settings',
    says: /^No router is told the address of the Service shop\/api: the nodeSelectors of BGPPeer tor match no node/,
    fault: (world) => {
      object(world, 'configuration', 'tor', 'BGPPeer').spec.nodeSelectors = [{ matchLabels: { rack: 'r1' } }]
    },
    twin: (world) => {
      object(world, 'configuration', 'tor', 'BGPPeer').spec.nodeSelectors = [{ matchLabels: { rack: 'r1' } }]
      for (const name of ['node-a', 'node-b']) object(world, 'nodes', name).metadata.labels.rack = 'r1'
    },
  },
  {
    name: 'a BGPPeer for other nodes than the advertisement',
    code: 'F43',
    check: 'peer-settings',
    says: /^No router is told .*shop\/api: no BGPPeer is for node-a and node-b, which announce it/,
    fault: (world) => {
      forNodes(world, 'BGPPeer', 'tor', 'node-c')
      forNodes(world, 'BGPAdvertisement', 'routed', 'node-a', 'node-b')
    },
    twin: (world) => {
      forNodes(world, 'BGPPeer', 'tor', 'node-b', 'node-c', 'node-a')
      forNodes(world, 'BGPAdvertisement', 'routed', 'node-a', 'node-b')
    },
  },
  {
    name: 'a BGPPeer for one node of the three that announce',
    code: 'F45',
    check: 'equal-shares',
    severity: 'warning',
    says: /^BGP announces shop\/api from node-c only/,
    fault: (world) => forNodes(world, 'BGPPeer', 'tor', 'node-c'),
    twin: (world) => forNodes(world, 'BGPPeer', 'tor', 'node-c', 'node-b'),
  },
  {
    name: 'a pool that reaches into the cluster IPs of Services',
    code: 'F12',
    check: 'foreign-addresses',
    says: /^The pool "lan" holds an address that no Service can have: 10\.96\.0\.0\/16 holds 10\.96\.\S+, the cluster IP of Service "\S+"/,
    fault: (world) =>
      void object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses.push('10.96.0.0/16'),
    twin: (world) =>
      void object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses.push('10.97.0.0/16'),
  },
  {
    name: 'one router ID for all nodes',
    code: 'F42',
    check: 'peer-settings',
    severity: 'warning',
    says: /BGPPeer tor gives the router ID 10\.0\.0\.1 to 3 nodes/,
    fault: (world) => void Object.assign(object(world, 'configuration', 'tor').spec, ROUTER_ID),
    // Every node has a session, and one of them a router ID.
    twin: (world) => {
      const { spec } = object(world, 'configuration', 'tor', 'BGPPeer')
      world.planes.configuration.push(make.metal('BGPPeer', 'rest', { ...spec }, 'metallb.io/v1beta2'))
      Object.assign(spec, ROUTER_ID)
      forNodes(world, 'BGPPeer', 'tor', 'node-a')
      forNodes(world, 'BGPPeer', 'rest', 'node-b', 'node-c')
    },
  },
]
