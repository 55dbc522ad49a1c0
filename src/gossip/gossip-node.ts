// A member on a real network: it performs what the machine wants and brings it what comes. All sockets, timers and keys are here;
// every decision is in the machine.
import { formatDecodeError } from '../wire/decode-error.ts'
import { decodePacket, encodePacket, type PacketSettings } from '../wire/gossip/packet.ts'
import { OUR_VERSIONS } from '../wire/gossip/versions.ts'
import type { GossipEffect, GossipEvent } from './effects.ts'
import { formatEndpoint, type GossipEndpoint } from './endpoint.ts'
import { type GossipCounters, type GossipOptions, packetSettings } from './gossip-options.ts'
import { GossipMachine } from './machine.ts'
import type { Member } from './member-table.ts'
import { type Notice, REPEATED_NOTICES } from './notices.ts'
import type { GossipPorts, GossipSockets } from './ports.ts'
import { REFUSAL_TEXTS, Refusals } from './refusals.ts'
import { type JoinOutcome, SeedWaiters } from './seed-waiters.ts'
import { GOSSIP_PORT } from './settings.ts'
import { StreamService } from './stream-service.ts'

/** Of others, at once: as many as memberlist serves. */
const MOST_STREAMS = 128

export class GossipNode {
  readonly #options: GossipOptions
  readonly #ports: GossipPorts
  readonly #machine: GossipMachine
  readonly #sockets: GossipSockets
  readonly #streams: StreamService
  readonly #refusals: Refusals
  #packets: PacketSettings
  #cancelTimer: () => void = () => undefined
  #timerMs = Number.POSITIVE_INFINITY
  #closed = false
  #onLeft: () => void = () => undefined
  readonly #waiters = new SeedWaiters()
  #received = 0
  #sent = 0
  #sendErrors = 0

  private constructor(
    options: GossipOptions,
    ports: GossipPorts,
    sockets: GossipSockets,
    machine: GossipMachine,
    packets: PacketSettings,
  ) {
    this.#options = options
    this.#ports = ports
    this.#sockets = sockets
    this.#machine = machine
    this.#packets = packets
    this.#refusals = new Refusals((code, text) => options.onLog('warn', code, text))
    this.#streams = new StreamService({
      name: options.nodeName,
      settings: () => this.#packets,
      states: () => this.#machine.states(),
      onStates: ({ nodes }) => this.#handle({ kind: 'push-pull-received', nodes }),
      onRefused: (reason, detail, from) => this.#refuse(reason, `stream: ${detail}`, from),
    })
  }

  /** Opens the sockets and tells nobody yet: `join` does. Rejects with LbctlError when they cannot be opened. */
  static async start(options: GossipOptions, ports: GossipPorts): Promise<GossipNode> {
    const { settings, nodeName, bindAddress, port = GOSSIP_PORT } = options
    // Packets may come before the node is made; the network loses packets anyway.
    let node: GossipNode | undefined
    const sockets = await ports.network.open(
      { address: bindAddress, port },
      {
        onPacket: (packet, from) => node === undefined || node.#packet(packet, from),
        onStream: (stream, from) => (node === undefined ? stream.close() : node.#streams.serve(stream, from)),
        onSendError: (code, to) => node === undefined || node.#sendError(code, to),
      },
      { streamTimeoutMs: settings.tcpTimeoutMs, mostStreams: MOST_STREAMS },
    )
    const advertise = {
      address: options.advertiseAddress ?? bindAddress,
      port: options.advertisePort ?? sockets.port,
    }
    const { meta = new Uint8Array(0), versions = OUR_VERSIONS, keys } = options
    const encrypted = keys.length > 0 && settings.verifyOutgoing
    const machine = new GossipMachine(
      { name: nodeName, advertise, meta, versions },
      settings,
      ports.random,
      encrypted,
    )
    node = new GossipNode(options, ports, sockets, machine, packetSettings(options, ports, keys))
    node.#handle({ kind: 'start' })
    return node
  }

  get port(): number {
    return this.#sockets.port
  }

  /** Everybody that is not forgotten, ourselves and the gone ones included. */
  members(): Member[] {
    return this.#machine.members()
  }

  counters(): GossipCounters {
    return {
      ...{ packetsReceived: this.#received, packetsSent: this.#sent, sendErrors: this.#sendErrors },
      refused: this.#refusals.counts(),
      ...{ healthScore: this.#machine.healthScore, queuedBroadcasts: this.#machine.queuedBroadcasts },
    }
  }

  /**
   * Becomes a member through these seeds, which replace earlier ones. Resolves when each was tried once; those that failed
   * are tried again, and those that are lost later too, for as long as we run.
   */
  join(seeds: readonly GossipEndpoint[]): Promise<readonly JoinOutcome[]> {
    const outcomes = this.#waiters.wait(this.#closed ? [] : seeds)
    this.#handle({ kind: 'join', seeds })
    return outcomes
  }

  /** Opaque data that the others are told; at most 512 bytes. */
  setMeta(meta: Uint8Array): void {
    this.#handle({ kind: 'set-meta', meta })
  }

  /** To change a key without a gap: first add it behind the old one everywhere, then put it in front, then drop the old one. */
  setKeys(keys: readonly Uint8Array[]): void {
    this.#packets = packetSettings(this.#options, this.#ports, keys)
  }

  /** Ends everything. @param leave say goodbye first, and wait until it was told, but not longer than `timeoutMs` */
  async close({ leave, timeoutMs }: { readonly leave: boolean; readonly timeoutMs: number }): Promise<void> {
    if (this.#closed) return
    if (leave)
      await new Promise<void>((resolve) => {
        const cancel = this.#ports.clock.after(timeoutMs, resolve)
        this.#onLeft = () => {
          cancel()
          resolve()
        }
        this.#handle({ kind: 'leave' })
      })
    this.#closed = true
    this.#cancelTimer()
    this.#waiters.finish()
    this.#streams.closeAll()
    await this.#sockets.close()
  }

  #packet(packet: Uint8Array, from: GossipEndpoint): void {
    if (this.#closed) return
    this.#received++
    const decoded = decodePacket(packet, this.#packets)
    if (!decoded.ok) {
      this.#refuse(decoded.error.reason, formatDecodeError(decoded.error), from)
      return
    }
    const { messages, refused } = decoded.value
    for (const error of refused) this.#refuse(error.reason, formatDecodeError(error), from)
    if (messages.length > 0) this.#handle({ kind: 'packet', from, messages })
  }

  #handle(event: GossipEvent): void {
    if (this.#closed) return
    for (const effect of this.#machine.handle(event, this.#ports.clock.nowMs())) this.#perform(effect)
    this.#armTimer()
  }

  /** One timer, for the earliest deadline of the machine. */
  #armTimer(): void {
    const next = this.#machine.nextDeadlineMs
    if (next === this.#timerMs) return
    this.#cancelTimer()
    this.#timerMs = next
    if (next === Number.POSITIVE_INFINITY) return
    this.#cancelTimer = this.#ports.clock.after(Math.max(0, next - this.#ports.clock.nowMs()), () => {
      this.#timerMs = Number.POSITIVE_INFINITY
      this.#handle({ kind: 'tick' })
    })
  }

  #perform(effect: GossipEffect): void {
    switch (effect.kind) {
      case 'send':
        this.#sent++
        this.#sockets.send(
          encodePacket(
            effect.parts.map(({ bytes }) => bytes),
            this.#packets,
            effect.checksum,
          ),
          effect.to,
        )
        break
      case 'push-pull':
        this.#pushPull(effect)
        break
      case 'stream-ping':
        this.#streamPing(effect)
        break
      case 'member':
        this.#options.onChange(effect.change, effect.member)
        break
      case 'join-result':
        this.#waiters.tried(effect)
        break
      case 'left':
        this.#onLeft()
        break
      case 'notice':
        this.#notice(effect.notice)
        break
    }
  }

  #pushPull({ id, to, join }: Extract<GossipEffect, { kind: 'push-pull' }>): void {
    this.#streams.pushPull(
      this.#sockets,
      to,
      join,
      this.#options.settings.tcpTimeoutMs,
      (nodes) => this.#handle({ kind: 'push-pull-answered', id, nodes }),
      (reason) => this.#handle({ kind: 'push-pull-failed', id, reason }),
    )
  }

  #streamPing({ to, sequence, node, timeoutMs }: Extract<GossipEffect, { kind: 'stream-ping' }>): void {
    this.#streams.ping(
      this.#sockets,
      to,
      { kind: 'ping', sequence, node, source: undefined },
      timeoutMs,
      () => this.#handle({ kind: 'stream-ping-answered', sequence }),
    )
  }

  #notice({ level, code, text }: Notice): void {
    if (REPEATED_NOTICES.has(code)) this.#refusals.add(code, text, this.#ports.clock.nowMs())
    else this.#options.onLog(level, code, text)
  }

  #sendError(code: string, to: GossipEndpoint): void {
    this.#sendErrors++
    const text = `Failed to send a packet to ${formatEndpoint(to)}: ${code}.`
    this.#refusals.add(`send-${code}`, text, this.#ports.clock.nowMs())
  }

  #refuse(reason: string, detail: string, from: GossipEndpoint): void {
    const what = REFUSAL_TEXTS[reason] ?? 'Refused what'
    this.#refusals.add(reason, `${what} ${formatEndpoint(from)} sent: ${detail}.`, this.#ports.clock.nowMs())
  }
}
