// Facts of `diagnose path` that somebody else wrote: a file, a bundle, a program on another node.
import { flag, list, maybe, number, oneOf, optional, record, type Shape, text } from '../facts/shape.ts'
import type { PathFacts, PortFacts, TreeNode } from './path-facts.ts'
import { PATH_FACTS_FORMAT } from './path-facts.ts'

const nodes = (value: unknown, path: string): readonly TreeNode[] => list(node)(value, path)
const node: Shape<TreeNode> = record({
  label: text,
  meaning: maybe(text),
  kind: oneOf('chain', 'mark', 'endpoint', 'stopped', 'end'),
  probability: number,
  children: nodes,
})

const walk = record({
  clients: record({
    kind: oneOf('this node', 'addresses', 'everybody', 'everybody else'),
    ranges: list(text),
  }),
  ends: list(
    record({
      end: oneOf('endpoint', 'dropped', 'rejected', 'host', 'forwarded'),
      endpoint: maybe(text),
      probability: number,
      masquerade: flag,
      stoppedIn: maybe(text),
      stoppedBy: maybe(text),
    }),
  ),
  tree: nodes,
})

const port = record<PortFacts>({
  protocol: text,
  port: number,
  roles: list(
    oneOf(
      ...(['ClusterIP', 'externalIP', 'LoadBalancer', 'external or LoadBalancer'] as const),
      ...(['NodePort', 'health check', 'unknown'] as const),
    ),
  ),
  service: maybe(text),
  walks: list(walk),
  affinity: flag,
  virtualServer: optional(record({ exists: flag, endpoints: number, sets: list(text), localOnly: flag })),
  notFollowed: list(text),
  missingChains: list(text),
})

/** @throws ShapeMismatch */
export const pathFactsShape: Shape<PathFacts> = record<PathFacts>({
  format: oneOf(PATH_FACTS_FORMAT),
  target: record({ asked: text, address: text, family: oneOf(4, 6), port: maybe(number), protocol: text }),
  host: maybe(record({ name: text, netns: maybe(text) })),
  file: maybe(text),
  sources: list(
    record({
      name: text,
      result: oneOf('read', 'empty', 'not installed', 'not permitted', 'failed', 'timed out'),
      note: maybe(text),
    }),
  ),
  mode: maybe(oneOf('iptables', 'nftables', 'ipvs')),
  replacements: list(text),
  knownPorts: number,
  endpointOf: optional(record({ services: list(text) })),
  isOwn: flag,
  ownInterface: maybe(text),
  addressesKnown: flag,
  rulesKnown: optional(flag),
  unknownSets: optional(list(text)),
  ports: list(port),
  conntrack: maybe(record({ count: maybe(number), max: maybe(number) })),
})
