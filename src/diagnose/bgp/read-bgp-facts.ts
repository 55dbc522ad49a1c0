// The shape of facts in a file. The types make sure that no member is forgotten here.
import { address, family, reach } from '../facts/read-link-facts.ts'
import { flag, list, maybe, number, oneOf, record, type Shape, ShapeMismatch, text } from '../facts/shape.ts'
import { routeFacts } from '../route/read-route-facts.ts'
import {
  type AttemptFacts,
  BGP_FACTS_FORMAT,
  type BgpFacts,
  type ConversationFacts,
  type ExpectedSession,
  type ListenerFacts,
  type MessageFacts,
  type OwnerFacts,
  type RouteLine,
  type SessionFacts,
  type SourceFacts,
  type TrafficFacts,
} from './bgp-facts.ts'
import type { TcpDrops } from './ports.ts'

const way = routeFacts({ withClient: false })

const peerAsn: Shape<ExpectedSession['peerAsn']> = (value, path) =>
  typeof value === 'number' ? number(value, path) : maybe(oneOf('internal', 'external'))(value, path)

export const expectedSession = record<ExpectedSession>({
  myAsn: maybe(number),
  peerAsn,
  holdTimeSeconds: number,
  families: maybe(list(family)),
  poolFamilies: list(family),
  routerId: maybe(address),
  routerIdFrom: maybe(oneOf('given', 'address', 'interface', 'node name')),
  routerIdSharedWith: list(text),
  password: oneOf('none', 'given', 'not known here'),
  passwordFlaws: list(text),
  ttl: maybe(number),
  multihop: maybe(flag),
  gracefulRestart: flag,
  bfdProfile: maybe(text),
  vrf: maybe(text),
})

const owner = record<OwnerFacts>({ pid: number, program: text })
const source = record<SourceFacts>({ given: flag, address: maybe(address), interface: maybe(text) })

const session = record<SessionFacts>({
  state: text,
  local: address,
  localPort: number,
  remotePort: number,
  owner: maybe(owner),
  traffic: maybe(
    record<TrafficFacts>({
      receivedBytes: number,
      acknowledgedBytes: number,
      lastReceivedMs: number,
      lastSentMs: number,
      retransmits: number,
    }),
  ),
})

const drops = record<TcpDrops>({
  md5NotFound: maybe(number),
  md5Unexpected: maybe(number),
  md5Failure: maybe(number),
  minTtl: maybe(number),
})

const purpose = oneOf('unsigned', 'signed', 'ttl-255', 'one-hop', 'other-port', 'other-source')

const attempt: Shape<AttemptFacts> = (value, path) => ({
  ...reach(value, path),
  ...record<Omit<AttemptFacts, 'port' | 'result' | 'code' | 'icmp' | 'elapsedMs'>>({
    purpose,
    source: maybe(address),
    ttl: maybe(number),
    signed: flag,
    drops: maybe(drops),
    acknowledged: maybe(flag),
    acknowledgedWithFullTtl: maybe(flag),
  })(value, path),
})

const hex: Shape<string> = (value, path) => {
  if (typeof value === 'string' && /^([0-9a-f]{2})*$/.test(value)) return value
  throw new ShapeMismatch(path, 'hexadecimal')
}

const conversation = record<ConversationFacts>({
  purpose,
  signed: flag,
  handshake: flag,
  messages: list(record<MessageFacts>({ from: oneOf('peer', 'us'), atMs: number, bytes: hex, text })),
  strayBytes: maybe(hex),
  end: record({ how: oneOf('we', 'peer closed', 'peer reset', 'failed'), code: maybe(text), atMs: number }),
  updates: number,
  routes: list(record<RouteLine>({ prefix: text, nextHop: text, asPath: text })),
  routeCount: number,
  endOfRib: list(family),
})

const bgpFacts = record<BgpFacts>({
  format: oneOf(BGP_FACTS_FORMAT),
  peer: record({ asked: text, name: maybe(text), address, family, zone: maybe(text), port: number }),
  host: record({ name: text, netns: maybe(text) }),
  expected: expectedSession,
  routerVendor: maybe(text),
  kernelTables: flag,
  way: maybe(way),
  source,
  sessions: list(session),
  listeners: list(record<ListenerFacts>({ address, port: number, owner: maybe(owner) })),
  notTried: maybe(oneOf('session', 'source', 'route', 'router')),
  attempts: list(attempt),
  conversation: maybe(conversation),
})

/** @throws ShapeMismatch */
export const readBgpFacts = (value: unknown): BgpFacts => bgpFacts(value, '')
