// The ladder of tests, from the harmless one up: TCP without a signature, TCP with it, listening without a word, and the
// handshake only when it was asked for. What is told apart where nothing answers: a dead host, a filter, a password, a TTL.
import { formatIp, type Ip, sameIp } from '../../../net/ip.ts'
import type { AttemptFacts, BgpFacts, ConversationFacts } from '../bgp-facts.ts'
import type { ExchangePlan } from '../exchange.ts'
import { isInternal } from '../expected-asn.ts'
import type { TcpConnection } from '../ports.ts'
import { type AttemptContext, type Attempted, attempt, type Variation } from './connection-attempts.ts'
import { converse } from './converse.ts'
import { sayFarewell } from './farewell.ts'

export interface Climbed {
  readonly attempts: readonly AttemptFacts[]
  readonly conversation: ConversationFacts | undefined
  /** a session of this host came up meanwhile, so that no OPEN was sent */
  readonly gaveWay: boolean
}

export interface LadderInput {
  readonly context: AttemptContext
  readonly way: BgpFacts['way']
  /** another address of this host that could be asked from */
  readonly otherSource: Ip | undefined
  /** undefined: listen only */
  readonly ownOpen: ExchangePlan['open']
  /** whether this host has got a session since; its argument are local ports of our own */
  readonly sessionCameUp: (ownPorts: ReadonlySet<number>) => Promise<boolean>
}

/** Shorter than the first attempt: two SYNs fit in, and that the packets arrive is known by now or never. */
const SECOND_LOOK_MS = 1500
/** A service that most hosts have, one that routers have, and a port that nobody has. */
const OTHER_PORTS = [22, 80, 1]
const PATIENCE_MS = 1000
const GTSM_TTL = 255

export async function climb(input: LadderInput): Promise<Climbed> {
  return new Ladder(input).climb()
}

class Ladder {
  readonly #input: LadderInput
  #attempts: AttemptFacts[] = []
  #conversation: ConversationFacts | undefined
  #gaveWay = false

  constructor(input: LadderInput) {
    this.#input = input
  }

  async climb(): Promise<Climbed> {
    const { password, timeoutMs: timeoutMsOfAll } = this.#input.context.question
    // Where a password is set, an unsigned connection that is not answered is as it should be: it is not waited for so long.
    const timeoutMs = Math.min(timeoutMsOfAll, password === undefined ? timeoutMsOfAll : SECOND_LOOK_MS)
    const unsigned = await this.#try({ purpose: 'unsigned', timeoutMs })
    await this.#oneHop()
    if (password === undefined) await this.#without(unsigned)
    else await this.#withPassword(unsigned)
    return { attempts: this.#attempts, conversation: this.#conversation, gaveWay: this.#gaveWay }
  }

  async #without(unsigned: Attempted): Promise<void> {
    if (unsigned.connection !== undefined) await this.#talk(unsigned.connection, unsigned.facts)
    else if (unsigned.facts.result === 'silent') await this.#silence(false)
  }

  async #withPassword(unsigned: Attempted): Promise<void> {
    // Not a byte was sent on it. Two connections at once would look like a collision to the peer.
    unsigned.connection?.close()
    const signed = await this.#try({ purpose: 'signed', signed: true })
    if (signed.connection !== undefined) await this.#talk(signed.connection, signed.facts)
    else if (unsigned.facts.result === 'silent') await this.#silence(true)
  }

  async #try(variation: Variation): Promise<Attempted> {
    const attempted = await attempt(variation, this.#input.context)
    this.#attempts.push(attempted.facts)
    return attempted
  }

  /** Tried and closed at once. */
  async #touch(variation: Variation): Promise<AttemptFacts> {
    const { facts, connection } = await this.#try(variation)
    connection?.close()
    return facts
  }

  /** Whether a packet that lives for one hop arrives: all that eBGP without multihop sends. */
  async #oneHop(): Promise<void> {
    const { way, context } = this.#input
    const { expected, timeoutMs } = context.question
    if (way?.nextHop?.role !== 'gateway' || isInternal(expected) !== false || expected.multihop === true)
      return
    await this.#touch({ purpose: 'one-hop', ttl: 1, timeoutMs: Math.min(timeoutMs, SECOND_LOOK_MS) })
  }

  /** Nothing answered on the port. Does the host, to whom, and how must one ask? */
  async #silence(signed: boolean): Promise<void> {
    const { context, otherSource } = this.#input
    const { question } = context
    const timeoutMs = Math.min(question.timeoutMs, SECOND_LOOK_MS)
    const signatures = question.expected.ttl === GTSM_TTL ? [] : signed ? [false, true] : [false]
    const others = OTHER_PORTS.map((port) => this.#touch({ purpose: 'other-port', port, timeoutMs }))
    const near = await Promise.all(
      signatures.map((signature) =>
        this.#try({ purpose: 'ttl-255', ttl: GTSM_TTL, signed: signature, timeoutMs }),
      ),
    )
    await Promise.all(others)
    const [answered, ...more] = near.filter(({ connection }) => connection !== undefined)
    for (const { connection } of more) connection?.close()
    if (answered?.connection !== undefined) return this.#talk(answered.connection, answered.facts)
    if (otherSource !== undefined)
      await this.#touch({ purpose: 'other-source', source: otherSource, timeoutMs })
  }

  /** A daemon may hang up on a neighbour that it knows, in a pause after an error: it is given a second chance. */
  async #talk(connection: TcpConnection, facts: AttemptFacts): Promise<void> {
    const first = await this.#converse(connection, facts)
    if (first === undefined || !hungUp(first) || this.#input.context.signal.aborted) return
    const { clock } = this.#input.context.around
    await clock.sleep(PAUSE_MS, this.#input.context.signal)
    const { purpose, signed, ttl } = facts
    const again = await attempt(
      { purpose, signed, ...(ttl === undefined ? {} : { ttl }) },
      this.#input.context,
    )
    if (again.connection === undefined) return
    const second = await this.#converse(again.connection, facts)
    if (second !== undefined && hungUp(second)) this.#conversation = first
  }

  /** undefined: a session of this host came up meanwhile */
  async #converse(connection: TcpConnection, facts: AttemptFacts): Promise<ConversationFacts | undefined> {
    const { context, ownOpen } = this.#input
    const { question, around, progress, signal } = context
    // The look at the sockets was some time ago: a speaker may have connected since.
    this.#gaveWay = await this.#input.sessionCameUp(new Set([connection.local.port]))
    if (this.#gaveWay) {
      connection.close()
      return undefined
    }
    const plan: ExchangePlan = {
      expected: question.expected,
      open: ownOpen,
      patienceMs: Math.min(PATIENCE_MS, question.timeoutMs / 2),
      timeoutMs: question.timeoutMs,
      stayFor: question.showRoutes ? question.offer : undefined,
    }
    const { facts: conversation } = await converse(connection, plan, facts, around.clock, signal)
    for (const { from, text } of conversation.messages)
      progress.step(from === 'peer' ? 'reply' : 'port', text)
    this.#conversation = conversation
    const taken = await sayFarewell(connection, conversation, around.clock)
    this.#attempts = this.#attempts.map((each) => (each === facts ? { ...facts, ...taken } : each))
    return conversation
  }
}

const hungUp = ({ messages, end, strayBytes }: ConversationFacts): boolean =>
  messages.length === 0 && strayBytes === undefined && end.how !== 'we'

const PAUSE_MS = 1300

/** Another address of this host from which the same peer can be asked: same family, same interface. */
export function otherSourceOf(
  way: BgpFacts['way'],
  source: Ip | undefined,
  own: readonly Ip[],
): Ip | undefined {
  const link = way?.interface
  if (link === undefined || source === undefined) return undefined
  const usable = link.addresses.filter(
    ({ tentative, dadFailed, linkLocal }) => !tentative && !dadFailed && !linkLocal,
  )
  return own.find(
    (address) =>
      address.family === source.family &&
      !sameIp(address, source) &&
      usable.some((each) => each.address === formatIp(address)),
  )
}
