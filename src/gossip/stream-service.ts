// The TCP side: one message each way. It performs what the machine wants and answers others; who is alive it does not know.
import { formatDecodeError } from '../wire/decode-error.ts'
import { encodeGossipMessage, type PingMessage } from '../wire/gossip/message.ts'
import type { PacketSettings } from '../wire/gossip/packet.ts'
import { encodePushPull, type NodeState, type PushPullMessage } from '../wire/gossip/push-pull.ts'
import { encodeStream, type StreamMessage, StreamReader } from '../wire/gossip/stream.ts'
import type { GossipEndpoint } from './endpoint.ts'
import type { GossipSockets, GossipStream } from './ports.ts'

/** Texts of others are shown up to here. */
const LONGEST_SHOWN_TEXT = 200
const NOTHING = new Uint8Array(0)

export interface StreamServiceOwner {
  readonly name: string
  readonly settings: () => PacketSettings
  readonly states: () => NodeState[]
  /** Somebody compared states with us. */
  readonly onStates: (message: PushPullMessage) => void
  /** A stream could not be read. @param reason of a closed list */
  readonly onRefused: (reason: string, detail: string, from: GossipEndpoint) => void
}

export class StreamService {
  readonly #owner: StreamServiceOwner
  readonly #open = new Set<GossipStream>()

  constructor(owner: StreamServiceOwner) {
    this.#owner = owner
  }

  /** Answers a stream that somebody opened. */
  serve(stream: GossipStream, from: GossipEndpoint): void {
    this.#read(stream, {
      onMessage: (message) => this.#answer(stream, message, from),
      onProblem: (problem, reason) => {
        // Whoever connects and says nothing is a port scan or a health check.
        if (reason === undefined) return
        this.#owner.onRefused(reason, problem, from)
        this.#write(stream, encodeGossipMessage({ kind: 'error', text: reason }))
      },
    })
  }

  /** Compares states with a member. Exactly one of the callbacks comes, unless everything is closed before. */
  pushPull(
    sockets: GossipSockets,
    to: GossipEndpoint,
    join: boolean,
    timeoutMs: number,
    onStates: (nodes: readonly NodeState[]) => void,
    onFailure: (reason: string) => void,
  ): void {
    const stream = sockets.connect(to, timeoutMs)
    this.#read(stream, {
      onMessage: (message) => {
        stream.close()
        if (message.kind === 'push-pull') onStates(message.nodes)
        else if (message.kind === 'error') onFailure(`it answered: ${shown(message.text)}.`)
        else onFailure(`it answered with a message of kind ${message.kind}.`)
      },
      onProblem: (problem) => onFailure(problem),
    })
    this.#write(stream, encodePushPull({ join, nodes: this.#owner.states(), userState: NOTHING }), false)
  }

  /** Pings over TCP; calls back for a right answer only. */
  ping(
    sockets: GossipSockets,
    to: GossipEndpoint,
    ping: PingMessage,
    timeoutMs: number,
    onAnswer: () => void,
  ): void {
    const stream = sockets.connect(to, timeoutMs)
    this.#read(stream, {
      onMessage: (message) => {
        stream.close()
        if (message.kind === 'ack' && message.sequence === ping.sequence) onAnswer()
      },
      onProblem: () => undefined,
    })
    this.#write(stream, encodeGossipMessage(ping), false)
  }

  closeAll(): void {
    for (const stream of this.#open) stream.close()
    this.#open.clear()
  }

  #answer(stream: GossipStream, message: StreamMessage, from: GossipEndpoint): void {
    if (message.kind === 'push-pull') {
      // What we knew before: the other one knows its own news.
      const states = this.#owner.states()
      this.#write(stream, encodePushPull({ join: message.join, nodes: states, userState: NOTHING }))
      this.#owner.onStates(message)
    } else if (message.kind === 'ping' && (message.node === '' || message.node === this.#owner.name)) {
      this.#write(stream, encodeGossipMessage({ kind: 'ack', sequence: message.sequence, payload: NOTHING }))
    } else {
      // Applications such as serf send user messages, which say nothing to us.
      if (message.kind !== 'user' && message.kind !== 'ping')
        this.#owner.onRefused('unexpected-on-stream', `a message of kind ${message.kind}`, from)
      stream.close()
      this.#open.delete(stream)
    }
  }

  /** Reads one message. @param on.onProblem `reason` is undefined when the stream ended before it said anything */
  #read(
    stream: GossipStream,
    on: {
      readonly onMessage: (message: StreamMessage) => void
      readonly onProblem: (problem: string, reason: string | undefined) => void
    },
  ): void {
    const reader = new StreamReader(this.#owner.settings())
    let done = false
    this.#open.add(stream)
    stream.onData((chunk) => {
      if (done) return
      reader.push(chunk)
      const result = reader.read()
      if (result === undefined) return
      done = true
      if (result.ok) on.onMessage(result.value)
      else
        on.onProblem(`its answer is not readable: ${formatDecodeError(result.error)}.`, result.error.reason)
    })
    stream.onEnd((reason) => {
      this.#open.delete(stream)
      if (done) return
      done = true
      const cut = reader.heldBytes > 0
      on.onProblem(
        reason ?? 'it closed the connection without an answer.',
        cut ? 'stream-cut-off' : undefined,
      )
    })
  }

  #write(stream: GossipStream, message: Uint8Array, last = true): void {
    stream.write(encodeStream(message, this.#owner.settings()), last)
  }
}

const shown = (text: string): string => text.replaceAll(/\p{C}+/gu, ' ').slice(0, LONGEST_SHOWN_TEXT)
