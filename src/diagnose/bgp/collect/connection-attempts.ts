// Connection attempts with what the kernel says about each.
import { formatIp, type Ip, sameIp } from '../../../net/ip.ts'
import type { Progress } from '../../collect/question.ts'
import type { ReachOutcome } from '../../ports/probes.ts'
import type { AttemptFacts } from '../bgp-facts.ts'
import type { TcpAttempt, TcpConnection, TcpDrops } from '../ports.ts'
import type { BgpQuestion, BgpSurroundings, Turn } from './bgp-question.ts'

export interface Attempted {
  readonly facts: AttemptFacts
  readonly connection: TcpConnection | undefined
}

export interface Variation {
  readonly purpose: AttemptFacts['purpose']
  readonly port?: number
  readonly source?: Ip
  readonly ttl?: number
  readonly signed?: boolean
  readonly timeoutMs?: number
}

export interface AttemptContext {
  readonly question: BgpQuestion
  readonly around: BgpSurroundings
  readonly own: readonly Ip[]
  readonly turn: Turn
  readonly progress: Progress
  readonly signal: AbortSignal
}

/** @throws LbctlError for what the options cannot do, the reason of the signal when that ends it */
export async function attempt(variation: Variation, context: AttemptContext): Promise<Attempted> {
  const { question, around, progress } = context
  const { purpose, signed = false, port = question.port, timeoutMs = question.timeoutMs } = variation
  const source = variation.source ?? question.source
  const ttl = variation.ttl ?? question.expected.ttl
  const asked: TcpAttempt = {
    destination: question.address,
    port,
    zone: question.zone,
    source,
    device: question.device,
    ttl,
    password: signed ? question.password : undefined,
    timeoutMs,
  }
  const run = async () => {
    const before = around.tcp.drops()
    const opened = await around.tcp.open(asked, context.signal)
    return { opened, drops: difference(before, around.tcp.drops()) }
  }
  // Only where the counters decide something is it worth waiting for the other peers.
  const { opened, drops } = await (signed ? context.turn(run) : run())
  const facts: AttemptFacts = {
    purpose,
    port,
    source: source === undefined ? undefined : formatIp(source),
    ttl,
    signed,
    result: opened.result,
    code: opened.code,
    icmp: icmpFacts(opened, context.own),
    elapsedMs: Math.round(opened.elapsedMs * 1000) / 1000,
    drops,
    acknowledged: undefined,
    acknowledgedWithFullTtl: undefined,
  }
  progress.step('port', attemptText(facts, question))
  return { facts, connection: opened.connection }
}

function icmpFacts({ icmp }: ReachOutcome, own: readonly Ip[]): AttemptFacts['icmp'] {
  if (icmp === undefined) return undefined
  const { sender, family, type, code } = icmp
  return {
    family,
    type,
    code,
    sender: sender === undefined ? undefined : formatIp(sender),
    fromOurselves: sender !== undefined && own.some((address) => sameIp(address, sender)),
  }
}

function difference(before: TcpDrops | undefined, after: TcpDrops | undefined): TcpDrops | undefined {
  if (before === undefined || after === undefined) return undefined
  const of = (key: keyof TcpDrops) => {
    const [from, to] = [before[key], after[key]]
    return from === undefined || to === undefined ? undefined : Math.max(0, to - from)
  }
  return {
    md5NotFound: of('md5NotFound'),
    md5Unexpected: of('md5Unexpected'),
    md5Failure: of('md5Failure'),
    minTtl: of('minTtl'),
  }
}

export function attemptText(facts: AttemptFacts, { address }: Pick<BgpQuestion, 'address'>): string {
  const how = [
    facts.signed ? 'signed' : [],
    facts.ttl === undefined ? [] : `TTL ${facts.ttl}`,
    facts.source === undefined ? [] : `from ${facts.source}`,
  ].flat()
  const came =
    facts.result === 'connected'
      ? 'connected'
      : facts.result === 'silent'
        ? 'no answer'
        : (facts.code ?? 'failed')
  return `TCP to ${formatIp(address)} port ${facts.port}${how.length === 0 ? '' : ` (${how.join(', ')})`}: ${came}`
}
