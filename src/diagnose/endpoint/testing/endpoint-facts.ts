// Facts of endpoints for tests: a laptop on 192.0.2.0/24, and what came of a connection.

import { ROUTE_FACTS_FORMAT, type RouteDiagnosisFacts, type RouteReach } from '../../route/route-facts.ts'
import { card } from '../../testing/link-facts.ts'
import { ENDPOINT_FACTS_FORMAT, type EndpointAttempt, type EndpointFacts } from '../endpoint-facts.ts'

export const REACHED: RouteReach = {
  protocol: 'tcp',
  port: 443,
  source: undefined,
  result: 'connected',
  code: undefined,
  icmp: undefined,
  elapsedMs: 1.5,
}

export const routeFacts = (
  reach: Partial<RouteReach> = {},
  known: Partial<RouteDiagnosisFacts> = {},
): RouteDiagnosisFacts => ({
  format: ROUTE_FACTS_FORMAT,
  target: { asked: '192.0.2.10:443', address: '192.0.2.10', family: 4 },
  host: { name: 'laptop', netns: undefined },
  route: {
    found: true,
    type: 'unicast',
    code: undefined,
    interface: 'eth0',
    gateway: undefined,
    source: '192.0.2.2',
    table: 254,
    mtu: undefined,
    onLink: [{ prefix: '192.0.2.0/24', interface: 'eth0', metric: 0 }],
    rules: [],
  },
  decidedBy: { rule: '32766: from all lookup main', route: '192.0.2.0/24', table: 254 },
  interface: card({ name: 'eth0' }),
  own: undefined,
  nextHop: { address: '192.0.2.10', role: 'target' },
  neighbours: [{ interface: 'eth0', address: '192.0.2.10', mac: '52:54:00:00:00:0a', state: 'reachable' }],
  mtu: { interface: 1500, route: undefined, path: undefined },
  returnPath: undefined,
  reach: { ...REACHED, ...reach },
  ...known,
})

export const attempt = (route: RouteDiagnosisFacts): EndpointAttempt => ({
  address: route.target.address,
  family: route.target.family,
  route,
  plain: undefined,
})

export const endpointFacts = (known: Partial<EndpointFacts> = {}): EndpointFacts => ({
  format: ENDPOINT_FACTS_FORMAT,
  asked: '192.0.2.10:443',
  host: '192.0.2.10',
  port: 443,
  hostName: 'laptop',
  platform: 'linux',
  name: { result: 'literal' },
  kernelNotRead: undefined,
  nodeInterfaces: [],
  attempts: [attempt(routeFacts())],
  untried: [],
  http: undefined,
  ...known,
})

/** The kernel of this host gave up on the next hop. */
export const SILENT_LINK = routeFacts(
  {
    result: 'failed',
    code: 'EHOSTUNREACH',
    icmp: { family: 4, type: 3, code: 1, sender: '192.0.2.2', fromOurselves: true },
    elapsedMs: 3100,
  },
  { neighbours: [{ interface: 'eth0', address: '192.0.2.10', mac: undefined, state: 'failed' }] },
)
