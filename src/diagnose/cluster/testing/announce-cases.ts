import { EXCLUDE_LABEL } from '../../../speaker/decide/node-table.ts'
import type { FaultCase } from './cases.ts'
import { drop, object } from './world.ts'
import * as make from './world-objects.ts'
import * as run from './world-workloads.ts'

export const ANNOUNCE_CASES: readonly FaultCase[] = [
  {
    name: 'a pool that no advertisement selects',
    code: 'F01',
    check: 'pools-announced',
    says: /Nothing announces the pool "lan": no L2Advertisement/,
    fault: (world) => drop(world, 'configuration', ({ kind }) => kind === 'L2Advertisement'),
    twin: (world) => {
      object(world, 'configuration', 'lan', 'L2Advertisement').spec = {}
    },
  },
  {
    name: 'an advertisement for nodes that are not there',
    code: 'F01',
    check: 'pools-announced',
    says: /shop\/web of the pool "lan" is announced by nobody: the nodeSelectors/,
    fault: (world) => {
      object(world, 'configuration', 'lan', 'L2Advertisement').spec.nodeSelectors = [
        { matchLabels: { zone: 'edge' } },
      ]
    },
    twin: (world) => {
      object(world, 'configuration', 'lan', 'L2Advertisement').spec.nodeSelectors = [
        { matchLabels: { zone: 'edge' } },
      ]
      object(world, 'nodes', 'node-c').metadata.labels.zone = 'edge'
    },
  },
  {
    name: 'an advertisement for other Services',
    code: 'F01',
    check: 'pools-announced',
    says: /serviceSelectors/,
    fault: (world) => {
      object(world, 'daemonSets', 'speaker').spec = run.speaker('v0.16.1')['spec']
      object(world, 'configuration', 'lan', 'L2Advertisement').spec.serviceSelectors = [
        { matchLabels: { tier: 'front' } },
      ]
    },
    twin: (world) => {
      object(world, 'daemonSets', 'speaker').spec = run.speaker('v0.16.1')['spec']
      object(world, 'configuration', 'lan', 'L2Advertisement').spec.serviceSelectors = [
        { matchLabels: { app: 'web' } },
      ]
    },
  },
  {
    name: 'a pool that no Service uses yet, without an advertisement',
    code: 'F01',
    check: 'pools-announced',
    severity: 'warning',
    says: /"spare"/,
    fault: (world) => void world.planes.configuration.push(make.pool('spare', ['203.0.113.0/28'])),
  },
  {
    name: 'every node is excluded from load balancers',
    code: 'F03',
    check: 'nodes-not-excluded',
    says: /Every node carries the label/,
    fault: (world) => {
      for (const { metadata } of world.planes.nodes)
        Object.assign(metadata.labels ?? {}, { [EXCLUDE_LABEL]: '' })
    },
    twin: (world) => {
      for (const { metadata } of world.planes.nodes)
        Object.assign(metadata.labels ?? {}, { [EXCLUDE_LABEL]: '' })
      object(world, 'daemonSets', 'speaker').spec = run.speaker('v0.15.2', ['--ignore-exclude-lb'])['spec']
    },
  },
  {
    name: 'the only node that an advertisement is for is a control plane',
    code: 'F03',
    check: 'nodes-not-excluded',
    says: /shop\/web is announced by nobody/,
    fault: (world) => {
      object(world, 'configuration', 'lan', 'L2Advertisement').spec.nodeSelectors = [
        { matchLabels: { 'kubernetes.io/hostname': 'node-a' } },
      ]
      object(world, 'nodes', 'node-a').metadata.labels[EXCLUDE_LABEL] = ''
    },
    twin: (world) => {
      object(world, 'nodes', 'node-a').metadata.labels[EXCLUDE_LABEL] = ''
    },
  },
  {
    name: 'a selector that matches no Pod',
    code: 'F08',
    check: 'usable-endpoints',
    says: /shop\/web has no endpoint that can serve/,
    fault: (world) => {
      object(world, 'services', 'shop/web').spec.selector = { app: 'wep' }
      object(world, 'endpointSlices', 'shop/web-x1').endpoints = []
    },
    twin: (world) => {
      object(world, 'endpointSlices', 'shop/web-x1').endpoints[0].conditions = {
        ready: false,
        serving: false,
      }
    },
  },
  {
    name: 'Pods that are not ready',
    code: 'F08',
    check: 'usable-endpoints',
    says: /no endpoint that can serve/,
    fault: (world) => {
      for (const endpoint of object(world, 'endpointSlices', 'shop/web-x1').endpoints)
        endpoint.conditions = { ready: false, serving: false, terminating: false }
    },
    twin: (world) => {
      for (const endpoint of object(world, 'endpointSlices', 'shop/web-x1').endpoints)
        endpoint.conditions = { ready: false, serving: true, terminating: true }
    },
  },
]
