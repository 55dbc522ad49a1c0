// The shape of facts in a file. The types make sure that no member is forgotten here.
import { parseIp } from '../../net/ip.ts'
import { parseMac } from '../../net/mac.ts'
import {
  type ExaminedInterface,
  type KernelResolution,
  type KnownNode,
  LINK_FACTS_FORMAT,
  type LinkFacts,
  type NeighbourEntry,
  type OwnAddress,
  type ProbeRound,
  type ReachFacts,
  type Reply,
  type ReturnPath,
  type RouteFacts,
} from './link-facts.ts'
import { flag, list, maybe, number, oneOf, record, type Shape, ShapeMismatch, text } from './shape.ts'

export const address: Shape<string> = (value, path) => {
  const parsed = typeof value === 'string' ? parseIp(value) : undefined
  if (parsed === undefined) throw new ShapeMismatch(path, 'an IP address')
  return value as string
}

const mac: Shape<string> = (value, path) => {
  const parsed = typeof value === 'string' ? parseMac(value) : undefined
  if (parsed === undefined) throw new ShapeMismatch(path, 'a hardware address')
  return parsed
}

export const family = oneOf(4, 6)

export const ownAddress = record<OwnAddress>({
  interface: text,
  address,
  prefixLength: number,
  linkLocal: flag,
  tentative: flag,
  dadFailed: flag,
})

export const route = record<RouteFacts>({
  found: flag,
  type: maybe(text),
  code: maybe(text),
  interface: maybe(text),
  gateway: maybe(address),
  source: maybe(address),
  table: maybe(number),
  mtu: maybe(number),
  onLink: list(record({ prefix: text, interface: text, metric: number })),
  rules: list(text),
})

export const examinedInterface = record<ExaminedInterface>({
  name: text,
  kind: maybe(text),
  hardwareType: number,
  up: flag,
  carrier: maybe(flag),
  broadcast: flag,
  loopback: flag,
  pointToPoint: flag,
  noArp: flag,
  promiscuous: flag,
  mac: maybe(mac),
  mtu: number,
  master: maybe(record({ name: text, kind: maybe(text) })),
  vlanId: maybe(number),
  bondMode: maybe(text),
  wireless: flag,
  virtualDriver: maybe(text),
  arpIgnore: maybe(number),
  arpAnnounce: maybe(number),
  rpFilter: maybe(number),
  addresses: list(ownAddress),
})

export const neighbour = record<NeighbourEntry>({ interface: text, address, mac: maybe(mac), state: text })

const reply = record<Reply>({
  probe: number,
  mac,
  frameMac: maybe(mac),
  rttMicroseconds: maybe(number),
  kind: oneOf('answer', 'claim'),
})

const round = record<ProbeRound>({
  purpose: oneOf('owner', 'node', 'sibling'),
  method: oneOf('arp-probe', 'arp-request', 'ns-link-local', 'ns-global', 'ns-duplicate'),
  interface: text,
  address,
  sender: address,
  unicastTo: maybe(mac),
  vlanId: maybe(number),
  sent: number,
  errors: list(text),
  replies: list(reply),
})

const resolution = record<KernelResolution>({
  interface: maybe(text),
  state: text,
  mac: maybe(mac),
  elapsedMs: number,
})

export const reach = record<ReachFacts>({
  port: number,
  result: oneOf('connected', 'failed', 'silent'),
  code: maybe(text),
  icmp: maybe(record({ family, type: number, code: number, sender: maybe(address), fromOurselves: flag })),
  elapsedMs: number,
})

const node = record<KnownNode>({ name: text, addresses: list(address), macs: list(mac) })

const linkFacts = record<LinkFacts>({
  format: oneOf(LINK_FACTS_FORMAT),
  target: record({ asked: text, address, family }),
  host: record({ name: text, netns: maybe(text), virtualPlatform: maybe(text) }),
  rawFrames: flag,
  route,
  interfaces: list(examinedInterface),
  interfacesGiven: flag,
  own: maybe(ownAddress),
  examined: record({ address, role: oneOf('target', 'gateway') }),
  neighbourBefore: list(neighbour),
  neighbourAfter: list(neighbour),
  rounds: list(round),
  kernelResolution: maybe(resolution),
  sameMac: list(record({ mac, address, router: flag })),
  returnPaths: list(record<ReturnPath>({ address, port: number, sentTo: mac, answeredBy: maybe(mac) })),
  reach: maybe(reach),
  nodes: maybe(list(node)),
})

/** @throws ShapeMismatch */
export const readLinkFacts = (value: unknown): LinkFacts => linkFacts(value, '')
