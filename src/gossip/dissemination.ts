// How news travels: in packets of its own to a few members every fifth of a second, and on the back of everything else.
import { ENCRYPTION_OVERHEAD_BYTES } from '../wire/gossip/encryption.ts'
import type { GossipMessage } from '../wire/gossip/message.ts'
import { COMPOUND_HEADER_BYTES, COMPOUND_PART_BYTES } from '../wire/gossip/packet.ts'
import { MOST_COMPOUND_PARTS } from '../wire/gossip/protocol.ts'
import { UNDERSTANDS_CRC } from '../wire/gossip/versions.ts'
import type { Core } from './core.ts'
import { type Outbound, outbound } from './effects.ts'
import type { GossipEndpoint } from './endpoint.ts'
import { endpointOf, isGone, type MemberRecord } from './member-table.ts'
import { retransmitLimit } from './scaling.ts'

const CHECKSUM_BYTES = 5

export class Dissemination {
  readonly #core: Core
  readonly #freeBytes: number
  /** rounds are at this time and every interval after it, on average not those of the others */
  #phaseMs = 0

  /** @param encrypted packets grow by what encryption adds */
  constructor(core: Core, encrypted: boolean) {
    this.#core = core
    this.#freeBytes =
      core.settings.udpBufferBytes - COMPOUND_HEADER_BYTES - (encrypted ? ENCRYPTION_OVERHEAD_BYTES : 0)
    core.onBroadcast = () => this.#arm()
  }

  start(): void {
    this.#phaseMs = this.#core.nowMs + this.#core.random() * this.#core.settings.gossipIntervalMs
    this.#core.deadlines.delete('gossip')
    this.#arm()
  }

  /** Sends a message and with it what news fits. */
  send(to: GossipEndpoint, message: GossipMessage): void {
    const first = outbound(message)
    const news = this.#take(
      this.#freeBytes - first.bytes.length - COMPOUND_PART_BYTES,
      MOST_COMPOUND_PARTS - 1,
    )
    this.#core.emit({ kind: 'send', to, parts: [first, ...news], checksum: false })
  }

  /** Sends messages to a member and nothing else. */
  sendAlone(to: MemberRecord, messages: readonly GossipMessage[]): void {
    const parts = messages.map(outbound)
    this.#core.emit({ kind: 'send', to: endpointOf(to), parts, checksum: understandsChecksum(to) })
  }

  /** One round: the same number of packets however much there is to tell. */
  round(): void {
    const { members, settings, nowMs } = this.#core
    const forgetBeforeMs = nowMs - settings.gossipToTheDeadMs
    const receivers = members.pick(settings.gossipNodes, (member) => {
      if (this.#core.isSelf(member.name)) return false
      // Whoever is taken for dead, and is not, learns it and objects.
      return !isGone(member) || (member.state === 'dead' && member.stateChangedMs >= forgetBeforeMs)
    })
    for (const member of receivers) {
      const parts = this.#take(this.#freeBytes - CHECKSUM_BYTES, MOST_COMPOUND_PARTS)
      if (parts.length === 0) break
      this.#core.emit({ kind: 'send', to: endpointOf(member), parts, checksum: understandsChecksum(member) })
    }
    this.#arm()
  }

  /** A round now and not when its time comes: a goodbye should be known before we are gone. */
  hurry(): void {
    this.#core.deadlines.set('gossip', this.#core.nowMs, { kind: 'gossip' })
  }

  #take(freeBytes: number, most: number): Outbound[] {
    const { queue, settings, members } = this.#core
    if (queue.size === 0) return []
    const limit = retransmitLimit(settings.retransmitMultiplier, members.size)
    return queue.take(freeBytes, COMPOUND_PART_BYTES, most, limit)
  }

  /** Rounds keep their rhythm, but there is none while there is nothing to tell. */
  #arm(): void {
    const { deadlines, queue, settings, nowMs } = this.#core
    const { gossipIntervalMs: interval, gossipNodes } = settings
    if (queue.size === 0 || interval === 0 || gossipNodes === 0 || deadlines.has('gossip')) return
    const rounds = Math.floor((nowMs - this.#phaseMs) / interval) + 1
    deadlines.set('gossip', this.#phaseMs + rounds * interval, { kind: 'gossip' })
  }
}

const understandsChecksum = ({ versions }: MemberRecord): boolean =>
  versions !== undefined && versions.protocolMax >= UNDERSTANDS_CRC
