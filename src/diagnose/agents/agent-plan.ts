// What an agent is to do on one node, as JSON. The agent sends nothing for an address that is not in here, and its reader refuses a plan
// that is larger than a diagnosis ever needs: whoever can run the agent cannot make a scanner of it.
import { type Ip, parseIp } from '../../net/ip.ts'
import type { BgpFacts } from '../bgp/bgp-facts.ts'
import { expectedSession } from '../bgp/read-bgp-facts.ts'
import type { HostPacket, HostQuestion } from '../cluster/host-facts.ts'
import { address } from '../facts/read-link-facts.ts'
import { list, maybe, number, oneOf, record, type Shape, ShapeMismatch, text } from '../facts/shape.ts'

export const AGENT_PLAN_FORMAT = 'lbctl/agent-plan/1'

export interface AgentPlan {
  readonly format: typeof AGENT_PLAN_FORMAT
  /** tells what this run prints from everything else */
  readonly run: string
  /** name of the Node that the agent runs on */
  readonly node: string
  /** the agent ends by then, with what it has */
  readonly deadlineMs: number
  /** ask on the link who has the address; then connect to the TCP port */
  readonly ask: readonly { readonly address: string; readonly port: number | undefined }[]
  /** nodes whose hardware addresses tell who answered: asked for, too */
  readonly nodes: readonly { readonly name: string; readonly addresses: readonly string[] }[]
  /** connect by TCP, and close without a byte */
  readonly reach: readonly ReachTarget[]
  /** connect to routers that the node has no session with; no OPEN is sent */
  readonly routers: readonly PlannedRouter[]
  /** look up the way from the address back to the client */
  readonly returns: readonly { readonly address: string; readonly client: string }[]
  /** what to read of the node's kernel */
  readonly host: HostQuestion
}

export interface ReachTarget {
  readonly purpose: 'gossip' | 'webhook'
  /** the node, or the Service */
  readonly name: string
  readonly address: string
  readonly port: number
}

/** A question of `diagnose bgp` without its password, which stays where it is. */
export interface PlannedRouter {
  readonly asked: string
  readonly name: string | undefined
  readonly address: string
  readonly zone: string | undefined
  readonly port: number
  readonly source: string | undefined
  readonly device: string | undefined
  readonly expected: Omit<BgpFacts['expected'], 'routerId' | 'routerIdFrom'>
}

export const MOST = {
  ask: 16,
  nodes: 16,
  reach: 64,
  routers: 8,
  packets: 160,
  services: 32,
  neighbours: 64,
  returns: 16,
  deadlineMs: 120_000,
  /** of the whole plan: it travels as an argument of a program */
  bytes: 64 * 1024,
} as const

const few =
  <T>(shape: Shape<T>, most: number): Shape<readonly T[]> =>
  (value, path) => {
    const read = list(shape)(value, path)
    if (read.length > most) throw new ShapeMismatch(path, `a list of at most ${most}`)
    return read
  }

const between =
  (least: number, most: number): Shape<number> =>
  (value, path) => {
    const read = number(value, path)
    if (!Number.isInteger(read) || read < least || read > most)
      throw new ShapeMismatch(path, `a whole number from ${least} to ${most}`)
    return read
  }

const matching =
  (pattern: RegExp, wanted: string): Shape<string> =>
  (value, path) => {
    const read = text(value, path)
    if (!pattern.test(read)) throw new ShapeMismatch(path, wanted)
    return read
  }

/** One host: no network, no group, nothing that many would answer to. */
const host: Shape<string> = (value, path) => {
  const read = address(value, path)
  const ip = parseIp(read)
  if (ip === undefined || isForMany(ip)) throw new ShapeMismatch(path, 'the address of one host')
  return read
}

function isForMany({ family, value }: Ip): boolean {
  if (value === 0n) return true
  return family === 4 ? value >> 28n >= 0xen : value >> 120n === 0xffn
}

const port = between(1, 65_535)
const NAME = /^[a-z0-9A-Z]([-a-z0-9A-Z./]{0,251}[a-z0-9A-Z])?$/

const plan = record<AgentPlan>({
  format: oneOf(AGENT_PLAN_FORMAT),
  run: matching(/^[a-z0-9]{6,32}$/, '6 to 32 small letters and digits'),
  node: matching(NAME, 'a name'),
  deadlineMs: between(1000, MOST.deadlineMs),
  ask: few(record({ address: host, port: maybe(port) }), MOST.ask),
  nodes: few(record({ name: matching(NAME, 'a name'), addresses: few(host, 4) }), MOST.nodes),
  reach: few(
    record<ReachTarget>({
      purpose: oneOf('gossip', 'webhook'),
      name: matching(NAME, 'a name'),
      address: host,
      port,
    }),
    MOST.reach,
  ),
  routers: few(
    record<PlannedRouter>({
      asked: text,
      name: maybe(text),
      // Unnumbered: whoever advertises itself as a router on the interface.
      address,
      zone: maybe(text),
      port,
      source: maybe(host),
      device: maybe(text),
      expected: expectedSession,
    }),
    MOST.routers,
  ),
  returns: few(record({ address: host, client: host }), MOST.returns),
  host: record<HostQuestion>({
    node: matching(NAME, 'a name'),
    packets: few(
      record<HostPacket>({
        what: oneOf('memberlist', 'bgp', 'bfd', 'webhook'),
        direction: oneOf('in', 'out'),
        protocol: oneOf('tcp', 'udp'),
        port,
        peer: address,
        local: address,
      }),
      MOST.packets,
    ),
    services: few(record({ address, port, protocol: text }), MOST.services),
    neighbours: few(address, MOST.neighbours),
  }),
})

/** @throws ShapeMismatch */
export const readAgentPlan = (value: unknown): AgentPlan => plan(value, '')
