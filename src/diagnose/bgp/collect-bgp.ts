// Gathers the facts about one peer: what this host would do and has already, and then what the peer answers, step by step.
import { nodeRouterId } from '../../config/semantics/router-id.ts'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { entriesFor } from '../collect/collect-link.ts'
import { ownAddressOf, readTables, type Tables } from '../collect/examine-route.ts'
import type { Progress } from '../collect/question.ts'
import { collectRoute } from '../route/collect-route.ts'
import { BGP_FACTS_FORMAT, type BgpFacts, type ExpectedSession, type NotTried } from './bgp-facts.ts'
import { blockingSession } from './blocking-session.ts'
import type { BgpQuestion, BgpSurroundings, Turn } from './collect/bgp-question.ts'
import { hostSessions } from './collect/host-sessions.ts'
import { climb, otherSourceOf } from './collect/ladder.ts'
import type { OwnOpen } from './own-open.ts'

/** What is known before anything is sent. */
export interface PreparedBgp {
  /** with the address of the router where only its interface was given */
  readonly question: BgpQuestion
  readonly facts: BgpFacts
  readonly read: Tables | undefined
  readonly source: Ip | undefined
}

export async function prepareBgp(
  asked: BgpQuestion,
  around: BgpSurroundings,
  progress: Progress,
): Promise<PreparedBgp> {
  const { kernel } = around
  const read = kernel === undefined ? undefined : await readTables(kernel.tables)
  const question = await withRouter(asked, read, kernel)
  const owned =
    question.source === undefined || read === undefined ? undefined : ownAddressOf(read, question.source)
  const sourceUsable = question.source === undefined || owned !== undefined
  const way =
    kernel === undefined || isUnknown(question)
      ? undefined
      : await wayTo(question, sourceUsable, kernel, progress)
  const source = question.source ?? (way?.route.source === undefined ? undefined : parseIp(way.route.source))
  const { sessions, listeners } = await hostSessions(question, around)
  const facts: BgpFacts = {
    format: BGP_FACTS_FORMAT,
    peer: {
      asked: question.asked,
      name: question.name,
      address: formatIp(question.address),
      family: question.address.family,
      zone: question.zone,
      port: question.port,
    },
    host: { name: around.hostName, netns: around.netns },
    expected: { ...question.expected, ...routerIdOf(question, source, read) },
    routerVendor: question.routerVendor,
    kernelTables: kernel !== undefined,
    way,
    source: {
      given: question.source !== undefined,
      address: source === undefined ? undefined : formatIp(source),
      interface:
        source === undefined || read === undefined ? undefined : ownAddressOf(read, source)?.interface,
    },
    sessions,
    listeners,
    notTried: undefined,
    attempts: [],
    conversation: undefined,
  }
  return { facts: { ...facts, notTried: obstacleTo(facts, question) }, question, read, source }
}

const isUnknown = ({ address }: Pick<BgpQuestion, 'address'>): boolean => address.value === 0n

/** Unnumbered: the router is whoever has advertised itself on the interface (RFC 4861 §4.2) by a link-local address. */
async function withRouter(
  question: BgpQuestion,
  read: Tables | undefined,
  kernel: BgpSurroundings['kernel'],
): Promise<BgpQuestion> {
  if (!isUnknown(question) || kernel === undefined) return question
  const index = read?.links.find(({ name }) => name === question.zone)?.index
  const routers = (await kernel.tables.neighbours()).filter(
    ({ interfaceIndex, address, router, proxy }) =>
      interfaceIndex === index &&
      router &&
      !proxy &&
      address.family === 6 &&
      address.value >> 118n === 0x3fan,
  )
  const [router] = routers
  return router === undefined ? question : { ...question, address: router.address }
}

function wayTo(
  question: BgpQuestion,
  sourceUsable: boolean,
  kernel: NonNullable<BgpSurroundings['kernel']>,
  progress: Progress,
) {
  const outputInterface = question.zone ?? question.device
  return collectRoute(
    {
      asked: question.asked,
      target: question.address,
      source: sourceUsable ? question.source : undefined,
      interfaceName: undefined,
      ...(outputInterface === undefined ? {} : { outputInterface }),
      client: undefined,
      port: undefined,
      timeoutMs: question.timeoutMs,
    },
    kernel,
    progress,
  )
}

/** Why nothing may be sent, or cannot be. */
function obstacleTo(facts: BgpFacts, { force, handshake }: BgpQuestion): NotTried | undefined {
  const { source, way, kernelTables } = facts
  if (facts.peer.address === '::') return 'router'
  if (kernelTables && source.given && source.interface === undefined) return 'source'
  if (way !== undefined && !way.route.found) return 'route'
  return !force && blockingSession(facts, handshake) !== undefined ? 'session' : undefined
}

function routerIdOf(
  { routerId, nodeName }: BgpQuestion,
  local: Ip | undefined,
  read: Tables | undefined,
): Pick<ExpectedSession, 'routerId' | 'routerIdFrom'> {
  if (routerId !== undefined) return { routerId: formatIp(routerId), routerIdFrom: 'given' }
  if (local === undefined) return { routerId: undefined, routerIdFrom: undefined }
  const holder = read === undefined ? undefined : ownAddressOf(read, local)
  const index = read?.links.find(({ name }) => name === holder?.interface)?.index
  const interfaceIpv4 =
    read?.addresses
      .filter(({ interfaceIndex, address }) => interfaceIndex === index && address.family === 4)
      .map(({ address }) => address) ?? []
  const id = formatIp(nodeRouterId({ local, interfaceIpv4, nodeName }))
  const from = local.family === 4 ? 'address' : interfaceIpv4.length > 0 ? 'interface' : 'node name'
  return { routerId: id, routerIdFrom: from }
}

/** @throws LbctlError for what cannot be asked at all */
export async function collectBgp(
  asked: BgpQuestion,
  around: BgpSurroundings,
  turn: Turn,
  progress: Progress,
  signal: AbortSignal,
): Promise<BgpFacts> {
  const { facts, question, read, source } = await prepareBgp(asked, around, progress)
  if (facts.notTried !== undefined) return facts
  const own = read?.addresses.map(({ address }) => address) ?? []
  const climbed = await climb({
    context: { question, around, own, turn, progress, signal },
    way: facts.way,
    otherSource: otherSourceOf(facts.way, source, own),
    ownOpen: question.handshake ? ownOpenOf(question, facts.expected) : undefined,
    sessionCameUp: async (ownPorts) => {
      if (question.force) return false
      const { sessions } = await hostSessions(question, around, ownPorts)
      return blockingSession({ ...facts, sessions }, question.handshake) !== undefined
    },
  })
  const { attempts, conversation, gaveWay } = climbed
  return {
    ...facts,
    way:
      facts.way === undefined
        ? undefined
        : { ...facts.way, neighbours: await neighboursNow(facts, around, read) },
    notTried: gaveWay ? 'session' : undefined,
    attempts,
    conversation,
  }
}

/** The attempts have made the kernel ask for the next hop. */
async function neighboursNow(
  { way }: BgpFacts,
  { kernel }: BgpSurroundings,
  read: Tables | undefined,
): Promise<NonNullable<BgpFacts['way']>['neighbours']> {
  const address = way?.nextHop === undefined ? undefined : parseIp(way.nextHop.address)
  if (kernel === undefined || read === undefined || address === undefined) return way?.neighbours ?? []
  return entriesFor(await kernel.tables.neighbours(), [address], read)
}

function ownOpenOf(question: BgpQuestion, expected: ExpectedSession): OwnOpen | undefined {
  const routerId = expected.routerId === undefined ? undefined : parseIp(expected.routerId)
  if (expected.myAsn === undefined || routerId === undefined) return undefined
  return {
    asn: expected.myAsn,
    holdTimeSeconds: expected.holdTimeSeconds,
    routerId,
    families: question.offer,
  }
}
