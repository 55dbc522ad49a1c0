// For tests: facts about a peer with which nothing is wrong, and conversations put together from messages.

import { parseIp } from '../../../net/ip.ts'
import { PLAIN_CONTEXT } from '../../../wire/bgp/context.ts'
import { unicast } from '../../../wire/bgp/families.ts'
import { type BgpMessage, encodeBgpMessage } from '../../../wire/bgp/message.ts'
import { shortAsnOf } from '../../../wire/bgp/open.ts'
import { describeBgpStream } from '../../../wire/describe/describe-bgp.ts'
import { ROUTE_FACTS_FORMAT, type RouteDiagnosisFacts } from '../../route/route-facts.ts'
import {
  type AttemptFacts,
  BGP_FACTS_FORMAT,
  type BgpFacts,
  type ConversationFacts,
  type ExpectedSession,
  type SessionFacts,
} from '../bgp-facts.ts'

export const EXPECTED: ExpectedSession = {
  myAsn: 64512,
  peerAsn: 64513,
  holdTimeSeconds: 90,
  families: [4],
  poolFamilies: [],
  routerId: '192.0.2.1',
  routerIdFrom: 'address',
  routerIdSharedWith: [],
  password: 'none',
  passwordFlaws: [],
  ttl: undefined,
  multihop: false,
  gracefulRestart: false,
  bfdProfile: undefined,
  vrf: undefined,
}

const WAY: RouteDiagnosisFacts = {
  format: ROUTE_FACTS_FORMAT,
  target: { asked: '192.0.2.2', address: '192.0.2.2', family: 4 },
  host: { name: 'node-1', netns: undefined },
  route: {
    found: true,
    type: 'unicast',
    code: undefined,
    interface: 'eth0',
    gateway: undefined,
    source: '192.0.2.1',
    table: 254,
    mtu: undefined,
    onLink: [],
    rules: [],
  },
  decidedBy: undefined,
  interface: undefined,
  own: undefined,
  nextHop: { address: '192.0.2.2', role: 'target' },
  neighbours: [],
  mtu: undefined,
  returnPath: undefined,
  reach: undefined,
}

export const behindGateway: RouteDiagnosisFacts = {
  ...WAY,
  route: { ...WAY.route, gateway: '192.0.2.254' },
  nextHop: { address: '192.0.2.254', role: 'gateway' },
}

export const attempt = (more: Partial<AttemptFacts> = {}): AttemptFacts => ({
  purpose: 'unsigned',
  port: 179,
  source: undefined,
  ttl: undefined,
  signed: false,
  result: 'connected',
  code: undefined,
  icmp: undefined,
  elapsedMs: 1.5,
  drops: undefined,
  acknowledged: true,
  acknowledgedWithFullTtl: undefined,
  ...more,
})

export const bgpFacts = (more: Partial<BgpFacts> = {}): BgpFacts => ({
  format: BGP_FACTS_FORMAT,
  peer: { asked: '192.0.2.2', name: undefined, address: '192.0.2.2', family: 4, zone: undefined, port: 179 },
  host: { name: 'node-1', netns: undefined },
  expected: EXPECTED,
  routerVendor: undefined,
  kernelTables: true,
  way: WAY,
  source: { given: false, address: '192.0.2.1', interface: 'eth0' },
  sessions: [],
  listeners: [],
  notTried: undefined,
  attempts: [attempt()],
  conversation: undefined,
  ...more,
})

export const session = (more: Partial<SessionFacts> = {}): SessionFacts => ({
  state: 'established',
  local: '192.0.2.1',
  localPort: 40_000,
  remotePort: 179,
  owner: { pid: 4711, program: 'bird' },
  traffic: {
    receivedBytes: 1234,
    acknowledgedBytes: 1234,
    lastReceivedMs: 12_000,
    lastSentMs: 11_000,
    retransmits: 0,
  },
  ...more,
})

export const openOfPeer = (more: {
  readonly asn?: number
  readonly fourOctets?: boolean
  readonly holdTimeSeconds?: number
  readonly routerId?: string
  readonly families?: readonly (4 | 6)[]
}): BgpMessage => {
  const { asn = 64513, fourOctets = true, holdTimeSeconds = 90, routerId = '10.0.0.2', families = [4] } = more
  const id = parseIp(routerId)
  if (id === undefined) throw new Error('not a router ID')
  return {
    kind: 'open',
    shortAsn: shortAsnOf(asn),
    holdTimeSeconds,
    routerId: id,
    capabilities: [
      ...families.map((family) => ({ kind: 'multiprotocol', family: unicast(family) }) as const),
      ...(fourOctets ? [{ kind: 'four-octet-as', asn } as const] : []),
    ],
    otherParameters: [],
  }
}

export const notificationOf = (
  code: number,
  subcode: number,
  data: Uint8Array = new Uint8Array(0),
): BgpMessage => ({
  kind: 'notification',
  code,
  subcode,
  data,
})

export function conversation(
  messages: readonly (readonly ['peer' | 'us', BgpMessage])[],
  more: Partial<ConversationFacts> = {},
): ConversationFacts {
  return {
    purpose: 'unsigned',
    signed: false,
    handshake: messages.some(([from]) => from === 'us'),
    messages: messages.map(([from, message], index) => {
      const bytes = encodeBgpMessage(message, PLAIN_CONTEXT)
      return {
        from,
        atMs: index,
        bytes: Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
        text: describeBgpStream(bytes),
      }
    }),
    strayBytes: undefined,
    end: { how: 'we', code: undefined, atMs: 10 },
    updates: 0,
    routes: [],
    routeCount: 0,
    endOfRib: [],
    ...more,
  }
}
