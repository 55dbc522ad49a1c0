// The Services of the tests: each treats clients in its own way.
import type { RuleEndpoint, RuleService } from './kube-proxy-rules.ts'

const HERE: RuleEndpoint = { address: '10.244.0.5', port: 8080, local: true }
const THERE: RuleEndpoint = { address: '10.244.1.5', port: 8080, local: false }

export const NODE_ADDRESS = '192.0.2.2'

export const SERVICES: readonly RuleService[] = [
  {
    name: 'default/web:http',
    id: 'WEBAAAAA',
    clusterIp: '10.96.1.1',
    port: 80,
    nodePort: 30080,
    loadBalancerIps: ['203.0.113.10'],
    externalIps: ['203.0.113.20'],
    endpoints: [HERE, THERE],
  },
  {
    name: 'default/local:http',
    id: 'LOCALAAA',
    clusterIp: '10.96.1.2',
    port: 80,
    nodePort: 30081,
    loadBalancerIps: ['203.0.113.11'],
    endpoints: [HERE, THERE],
    local: true,
  },
  {
    name: 'default/far:http',
    id: 'FARAAAAA',
    clusterIp: '10.96.1.3',
    port: 80,
    nodePort: 30082,
    loadBalancerIps: ['203.0.113.12'],
    endpoints: [THERE],
    local: true,
  },
  {
    name: 'default/none:http',
    id: 'NONEAAAA',
    clusterIp: '10.96.1.4',
    port: 80,
    nodePort: 30083,
    loadBalancerIps: ['203.0.113.13'],
    endpoints: [],
  },
  {
    name: 'default/office:http',
    id: 'OFFICEAA',
    clusterIp: '10.96.1.5',
    port: 80,
    nodePort: 30084,
    loadBalancerIps: ['203.0.113.14'],
    endpoints: [HERE, THERE],
    sourceRanges: ['198.51.100.0/25'],
    affinity: true,
  },
]
