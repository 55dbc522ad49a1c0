// Facts of a host that somebody else wrote: a file, or a program on another node. What an older lbctl did not read is empty.
import { flag, list, maybe, number, oneOf, record, type Shape, ShapeMismatch, text } from '../facts/shape.ts'
import { pathFactsShape } from '../path/path-shape.ts'
import type { HostFacts, HostFirewall, HostLink, HostPacket, HostRoute, HostRule } from './host-facts.ts'

const family = oneOf(4, 6)

const orEmpty =
  <T>(shape: Shape<T>): Shape<readonly T[]> =>
  (value, path) =>
    value === undefined || value === null ? [] : list(shape)(value, path)

export const texts: Shape<Readonly<Record<string, string>>> = (value, path) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ShapeMismatch(path, 'an object')
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, text(each, `${path}.${key}`)]))
}

const link: Shape<HostLink> = record({
  name: text,
  mac: maybe(text),
  flags: list(text),
  mtu: number,
  type: number,
  kind: maybe(text),
  master: maybe(text),
  wireless: flag,
  driver: maybe(text),
  carrier: flag,
  bondMode: maybe(text),
  parent: maybe(text),
  vlanId: maybe(number),
  vrfTable: maybe(number),
  addresses: list(record({ address: text, flags: list(text) })),
})

const route: Shape<HostRoute> = record({
  family,
  destination: text,
  type: text,
  gateway: maybe(text),
  interface: maybe(text),
  table: number,
  metric: number,
  protocol: text,
  mtu: maybe(number),
  dead: flag,
})

const rule: Shape<HostRule> = record({
  family,
  priority: number,
  not: flag,
  from: maybe(text),
  to: maybe(text),
  inputInterface: maybe(text),
  outputInterface: maybe(text),
  mark: maybe(record({ value: number, mask: number })),
  vrf: flag,
  action: text,
  table: number,
  suppressPrefixLength: maybe(number),
})

const packet: { readonly [K in keyof HostPacket]-?: Shape<HostPacket[K]> } = {
  what: oneOf('memberlist', 'bgp', 'bfd', 'webhook'),
  direction: oneOf('in', 'out'),
  protocol: oneOf('tcp', 'udp'),
  port: number,
  peer: text,
  local: text,
}

const firewall: Shape<HostFirewall> = record({
  followed: number,
  refusals: list(
    record({
      ...packet,
      end: oneOf('dropped', 'rejected'),
      tool: oneOf('iptables', 'nft inet', 'nft ip', 'nft ip6'),
      place: text,
      rule: text,
    }),
  ),
  notFollowed: list(text),
})

/** @throws ShapeMismatch */
export const hostFactsShape: Shape<HostFacts> = record({
  node: text,
  links: list(link),
  routes: list(route),
  rules: orEmpty(rule),
  sysctls: texts,
  machine: maybe(text),
  neighbours: orEmpty(record({ address: text, mac: maybe(text), interface: text, state: text })),
  listeners: orEmpty(record({ address: text, program: maybe(text) })),
  sessions: orEmpty(record({ local: text, remote: text, state: text, program: maybe(text) })),
  solicitedNodes: maybe(list(record({ address: text, interfaces: list(text) }))),
  firewall: maybe(firewall),
  paths: orEmpty(pathFactsShape),
  notRead: orEmpty(record({ what: text, reason: text })),
})
