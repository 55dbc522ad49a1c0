// Rules and an address → what becomes of a connection to it, for every kind of client that the rules tell apart.
import { formatIp, type Ip, ip, ipMax, sameIp } from '../../net/ip.ts'
import { formatPrefix, formatRange, type IpRange, rangePrefixes } from '../../net/prefix.ts'
import { isLoopback, type OwnAddresses, sourceOfNode } from './own-addresses.ts'
import type { ClientFacts, EndFacts, PortFacts, VirtualServerFacts, WalkFacts } from './path-facts.ts'
import type { VirtualServer } from './read/ipvs-table.ts'
import { clientClasses } from './walk/client-classes.ts'
import type { KnownPort } from './walk/known-ports.ts'
import type { Packet } from './walk/packet.ts'
import { pathTree } from './walk/path-tree.ts'
import type { RuleIndex } from './walk/rule-index.ts'
import { type Outcome, walkHooks } from './walk/walk-hooks.ts'
import { balance } from './walk/walk-ipvs.ts'
import type { WalkContext } from './walk/walk-rules.ts'

export interface PathQuestion {
  readonly target: Ip
  readonly protocol: string
  /** undefined: every port that the rules know */
  readonly port: number | undefined
  /** undefined: every kind of client */
  readonly client: Ip | undefined
  /** interface by which packets come in; undefined: not known */
  readonly inInterface: string | undefined
  /** without trees: how each end is reached is not asked for */
  readonly endsOnly?: boolean
}

export interface PathRules {
  readonly index: RuleIndex
  readonly servers: readonly VirtualServer[]
}

export interface ExaminedPath {
  readonly ports: readonly PortFacts[]
  readonly knownPorts: number
}

export function examinePath(question: PathQuestion, rules: PathRules, own: OwnAddresses): ExaminedPath {
  const isOwn = own.some((address) => sameIp(address, question.target))
  const here = rules.index.knownFor(question.target, isOwn)
  const wanted =
    question.port === undefined ? distinctPorts(here) : [{ protocol: question.protocol, port: question.port }]
  return {
    knownPorts: rules.index.knownPairs(),
    ports: wanted.map(({ protocol, port }) =>
      examinePort({ ...question, protocol, port }, rules, own, namedFirst(here, protocol, port)),
    ),
  }
}

function distinctPorts(ports: readonly KnownPort[]): { protocol: string; port: number }[] {
  const keys = new Map(ports.map(({ protocol, port }) => [`${protocol} ${port}`, { protocol, port }]))
  return [...keys.values()].sort((a, b) => a.port - b.port)
}

const namedFirst = (ports: readonly KnownPort[], protocol: string, port: number): KnownPort[] =>
  ports
    .filter((each) => each.protocol === protocol && each.port === port)
    .sort((a, b) => Number(a.role === 'unknown') - Number(b.role === 'unknown'))

interface Notes {
  readonly sources: IpRange[]
  readonly notFollowed: Set<string>
  readonly missing: Set<string>
  affinity: boolean
}

function examinePort(
  question: PathQuestion & { readonly port: number },
  rules: PathRules,
  own: OwnAddresses,
  known: readonly KnownPort[],
): PortFacts {
  const notes: Notes = { sources: [], notFollowed: new Set(), missing: new Set(), affinity: false }
  const walk = (source: Ip, made: boolean): Outcome[] => walkOnce(question, rules, own, notes, source, made)
  const server = rules.servers.find(
    ({ address, port, protocol }) =>
      sameIp(address, question.target) && port === question.port && protocol === question.protocol,
  )
  const walks =
    question.client === undefined
      ? everyClient(question, own, notes, walk)
      : [oneClient(question, question.client, walk)]
  const roles = new Set(
    known
      .map(({ role }) => role)
      .filter((role, _index, all) => role !== 'unknown' || all.every((each) => each === 'unknown')),
  )
  if (roles.has('LoadBalancer')) roles.delete('external or LoadBalancer')
  return {
    protocol: question.protocol,
    port: question.port,
    roles: [...roles],
    service: known.find(({ service }) => service !== undefined)?.service,
    walks,
    affinity: notes.affinity || server?.persistentSeconds !== undefined,
    ...(rules.servers.length === 0 ? {} : { virtualServer: virtualServerOf(server, known) }),
    notFollowed: [...notes.notFollowed],
    missingChains: [...notes.missing],
  }
}

const virtualServerOf = (
  server: VirtualServer | undefined,
  known: readonly KnownPort[],
): VirtualServerFacts => ({
  exists: server !== undefined,
  endpoints: server?.servers.length ?? 0,
  sets: known.flatMap(({ inSet }) => inSet ?? []),
  localOnly: known.some(({ localOnly }) => localOnly === true),
})

function walkOnce(
  { target, protocol, port, inInterface }: PathQuestion & { readonly port: number },
  { index, servers }: PathRules,
  own: OwnAddresses,
  notes: Notes,
  source: Ip,
  made: boolean,
): Outcome[] {
  const packet: Packet = {
    family: target.family,
    source,
    destination: target,
    protocol,
    port,
    mark: 0,
    inInterface: made ? undefined : inInterface,
    translated: false,
  }
  const context: WalkContext = {
    index,
    host: { isLocal: (address) => isLoopback(address) || own.some((each) => sameIp(each, address)) },
    onSource: (ranges) => notes.sources.push(...ranges),
    onUnknown: (rule, what) => notes.notFollowed.add(`${rule.text} (${what})`),
    onMissing: (chain) => notes.missing.add(chain),
    onAffinity: () => {
      notes.affinity = true
    },
  }
  return walkHooks(packet, made, context, (at) => balance(at, servers))
}

type Walk = (source: Ip, made: boolean) => Outcome[]

function oneClient(question: PathQuestion, client: Ip, walk: Walk): WalkFacts {
  return walkFacts(question, { kind: 'addresses', ranges: [formatIp(client)] }, walk(client, false))
}

/** Rounds of looking which clients make a difference: each round may reach rules that name others. */
const MOST_ROUNDS = 4

function everyClient(question: PathQuestion, own: OwnAddresses, notes: Notes, walk: Walk): WalkFacts[] {
  const { family } = question.target
  const endpoints = new Set<string>()
  let groups = new Map<string, { ranges: IpRange[]; outcomes: Outcome[]; elsewhere: boolean }>()
  let known = -1
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const named = notes.sources.filter((range) => !isEndpoint(range, endpoints))
    const { classes } = clientClasses(family, named)
    if (classes.length === known) break
    known = classes.length
    groups = new Map()
    for (const { representative, ranges, elsewhere } of classes) {
      const outcomes = walk(representative, false)
      for (const { endpoint } of outcomes) if (endpoint !== undefined) endpoints.add(hostPart(endpoint))
      const key = signature(outcomes)
      const group = groups.get(key) ?? { ranges: [], outcomes, elsewhere: false }
      group.ranges.push(...ranges)
      groups.set(key, elsewhere ? { ...group, outcomes, elsewhere } : group)
    }
  }
  const ordered = [...groups.values()].sort((a, b) => Number(b.elsewhere) - Number(a.elsewhere))
  const fromOutside = ordered.map(({ ranges, outcomes, elsewhere }) =>
    walkFacts(question, clientsOf(ranges, elsewhere, ordered.length), outcomes),
  )
  const node = sourceOfNode(question.target, own)
  return node === undefined
    ? fromOutside
    : [...fromOutside, walkFacts(question, { kind: 'this node', ranges: [formatIp(node)] }, walk(node, true))]
}

const hostPart = (endpoint: string): string => endpoint.replace(/:\d+$/, '').replaceAll(/[[\]]/g, '')

const isEndpoint = ({ family, first, last }: IpRange, endpoints: ReadonlySet<string>): boolean =>
  first === last && endpoints.has(formatIp(ip(family, first)))

/** Clients are treated alike when the same ends come of it. */
const signature = (outcomes: readonly Outcome[]): string =>
  ends(outcomes)
    .map(
      ({ end, endpoint, probability, stoppedIn }) =>
        `${end} ${endpoint} ${probability.toFixed(6)} ${stoppedIn}`,
    )
    .sort()
    .join('\n')

function clientsOf(ranges: readonly IpRange[], elsewhere: boolean, groups: number): ClientFacts {
  if (groups === 1) return { kind: 'everybody', ranges: [] }
  if (elsewhere) return { kind: 'everybody else', ranges: [] }
  return { kind: 'addresses', ranges: ranges.map(rangeText) }
}

function rangeText(range: IpRange): string {
  const [prefix, ...more] = rangePrefixes(range)
  if (prefix === undefined || more.length > 0 || range.first === range.last) return formatRange(range)
  return range.first === 0n && range.last === ipMax(range.family) ? 'everything' : formatPrefix(prefix)
}

function walkFacts(
  { endsOnly = false }: PathQuestion,
  clients: ClientFacts,
  outcomes: readonly Outcome[],
): WalkFacts {
  return { clients, ends: ends(outcomes), tree: endsOnly ? [] : pathTree(outcomes) }
}

/** Ways that end alike, as one. */
function ends(outcomes: readonly Outcome[]): EndFacts[] {
  const found = new Map<string, EndFacts>()
  for (const { end, endpoint, probability, masquerade, stoppedIn, steps } of outcomes) {
    const stop = steps.findLast((step) => step.kind === 'stopped')
    const stoppedBy = stop?.kind === 'stopped' ? (stop.comment ?? stop.rule) : undefined
    const key = `${end} ${endpoint} ${masquerade} ${stoppedIn} ${stoppedBy}`
    const before = found.get(key)?.probability ?? 0
    found.set(key, { end, endpoint, probability: before + probability, masquerade, stoppedIn, stoppedBy })
  }
  return [...found.values()]
}
