// Drives the exchange over one connection and writes down what was said.

import { PLAIN_CONTEXT } from '../../../wire/bgp/context.ts'
import { BgpFramer } from '../../../wire/bgp/framer.ts'
import { decodeBgpMessage } from '../../../wire/bgp/message.ts'
import { describeBgpStream } from '../../../wire/describe/describe-bgp.ts'
import type { Clock } from '../../collect/question.ts'
import type { AttemptFacts, ConversationFacts, MessageFacts } from '../bgp-facts.ts'
import {
  type ExchangeEvent,
  type ExchangePlan,
  type ExchangeState,
  exchange,
  nextTickMs,
  START,
} from '../exchange.ts'
import type { TcpConnection, TcpEnd } from '../ports.ts'
import { ReceivedRoutes } from '../received-routes.ts'

/** Messages that are written down; a peer that sends more of them than this is not understood better by it. */
const MOST_MESSAGES = 64
const MOST_STRAY_BYTES = 64
const UPDATE_TYPE = 2

export interface Conversed {
  readonly facts: ConversationFacts
  /** reasons of UPDATEs that could not be read */
  readonly routeErrors: readonly string[]
}

/** Sends what the plan allows, and closes nothing: the caller finishes and closes the connection. */
export async function converse(
  connection: TcpConnection,
  plan: ExchangePlan,
  about: Pick<AttemptFacts, 'purpose' | 'signed'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Conversed> {
  const talk = new Talk(connection, plan, clock)
  await talk.run(signal)
  return talk.result(about)
}

class Talk {
  readonly #connection: TcpConnection
  readonly #plan: ExchangePlan
  readonly #clock: Clock
  readonly #startedMs: number
  readonly #framer = new BgpFramer()
  readonly #messages: MessageFacts[] = []
  readonly #endOfRib = new Set<4 | 6>()
  #routes: ReceivedRoutes | undefined
  /** what came behind the last whole message */
  #unframed = new Uint8Array(0)
  #state: ExchangeState = START
  #end: (TcpEnd & { readonly atMs: number }) | undefined
  #wake = new AbortController()

  constructor(connection: TcpConnection, plan: ExchangePlan, clock: Clock) {
    this.#connection = connection
    this.#plan = plan
    this.#clock = clock
    this.#startedMs = clock.nowMs()
  }

  #nowMs(): number {
    return this.#clock.nowMs() - this.#startedMs
  }

  async run(signal: AbortSignal): Promise<void> {
    const stop = () => this.#wake.abort()
    signal.addEventListener('abort', stop)
    this.#connection.listen({
      data: (bytes) => {
        this.#take(bytes)
        this.#wake.abort()
      },
      end: (end) => {
        this.#end = { ...end, atMs: this.#nowMs() }
        this.#wake.abort()
      },
    })
    while (!this.#isOver() && !signal.aborted) {
      this.#wake = new AbortController()
      const waitMs = nextTickMs(this.#state, this.#plan) - this.#nowMs()
      await this.#clock.sleep(Math.max(0, waitMs), this.#wake.signal)
      if (!this.#isOver()) this.#step({ kind: 'tick' })
    }
    signal.removeEventListener('abort', stop)
  }

  /** Nothing can be sent any more once the peer has gone. */
  #isOver(): boolean {
    return this.#state.over || this.#end !== undefined
  }

  #take(bytes: Uint8Array): void {
    this.#framer.push(bytes)
    this.#unframed = Uint8Array.of(...this.#unframed, ...bytes.subarray(0, MOST_STRAY_BYTES))
    for (;;) {
      const framed = this.#framer.next(false)
      if (framed === undefined) return
      if (!framed.ok) {
        this.#step({ kind: 'malformed' })
        return
      }
      this.#unframed = new Uint8Array(0)
      this.#message(Uint8Array.from(framed.value))
    }
  }

  #message(bytes: Uint8Array): void {
    if (bytes[18] === UPDATE_TYPE && this.#routes !== undefined) {
      const complete = this.#routes.take(bytes)
      this.#step({ kind: 'message', bytes })
      if (complete !== undefined) this.#step({ kind: 'end-of-rib', family: complete })
      return
    }
    this.#write('peer', bytes)
    const decoded = decodeBgpMessage(bytes, PLAIN_CONTEXT)
    if (decoded.ok && decoded.value.kind === 'open') this.#routes ??= new ReceivedRoutes(decoded.value)
    this.#step({ kind: 'message', bytes })
  }

  #step(event: ExchangeEvent): void {
    const { state, send } = exchange(this.#state, event, this.#nowMs(), this.#plan)
    this.#state = state
    if (this.#end !== undefined) return
    for (const bytes of send) {
      this.#connection.send(bytes)
      this.#write('us', bytes)
    }
  }

  #write(from: MessageFacts['from'], bytes: Uint8Array): void {
    if (this.#messages.length >= MOST_MESSAGES) return
    this.#messages.push({
      from,
      atMs: Math.round(this.#nowMs()),
      bytes: hexOf(bytes),
      text: describeBgpStream(bytes),
    })
  }

  result({ purpose, signed }: Pick<AttemptFacts, 'purpose' | 'signed'>): Conversed {
    const { how, code, atMs } = this.#ending()
    const routes = this.#routes
    for (const family of routes?.endOfRib ?? []) this.#endOfRib.add(family)
    return {
      facts: {
        purpose,
        signed,
        handshake: this.#plan.open !== undefined,
        messages: this.#messages,
        strayBytes:
          this.#unframed.length === 0 ? undefined : hexOf(this.#unframed.subarray(0, MOST_STRAY_BYTES)),
        end: { how, code, atMs: Math.round(atMs) },
        updates: routes?.updates ?? 0,
        routes: routes?.lines() ?? [],
        routeCount: routes?.count ?? 0,
        endOfRib: [...this.#endOfRib],
      },
      routeErrors: routes?.errors ?? [],
    }
  }

  #ending(): ConversationFacts['end'] {
    if (this.#end === undefined) return { how: 'we', code: undefined, atMs: this.#nowMs() }
    const { how, code, atMs } = this.#end
    const words = { closed: 'peer closed', reset: 'peer reset', failed: 'failed' } as const
    return { how: words[how], code, atMs }
  }
}

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
