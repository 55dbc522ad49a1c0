// Mutated messages through framer, codec and machine, in every state that reads any. What a driver relies on is checked at each
// step (machine-player.ts); anything thrown is a defect.
import { PLAIN_CONTEXT } from '../../wire/bgp/context.ts'
import { BgpFramer } from '../../wire/bgp/framer.ts'
import { type BgpMessage, decodeBgpMessage, encodeBgpMessage } from '../../wire/bgp/message.ts'
import { describeEnding } from '../ending-words.ts'
import { errorEvent, messageEvent } from '../message-event.ts'
import { sessionWith } from '../peer-state.ts'
import type { MessageEvent } from '../session/events.ts'
import { offeredOpen } from '../session/offer.ts'
import { MachinePlayer } from './machine-player.ts'
import { seeded } from './random.ts'
import { mirrored, peerOptions } from './speakers.ts'

export interface FuzzCounts {
  messages: number
  /** events of the machine that they became, by kind */
  readonly events: Record<string, number>
  /** sessions that they ended */
  endings: number
  /** UPDATEs that changed routes */
  applied: number
}

const CONNECTION = 1
const restart = { restartSeconds: 60, throughNotifications: true }
const options = peerOptions({ families: [4, 6], gracefulRestart: restart, maximumPrefixes: 1000 })
const open = offeredOpen(mirrored({ families: [4, 6], gracefulRestart: restart }), {
  ...{ restarted: false, bare: false },
})
const KEEPALIVE = encodeBgpMessage({ kind: 'keepalive' }, PLAIN_CONTEXT)

/** How far a session has come before the mutated messages arrive, most often all the way. */
const STAGES = ['open-sent', 'open-confirm', 'established', 'established', 'established'] as const

export class MessageFuzz {
  readonly counts: FuzzCounts = { messages: 0, events: {}, endings: 0, applied: 0 }
  readonly #random: () => number
  readonly #corpus: readonly Uint8Array[]
  #player: MachinePlayer
  #framer = new BgpFramer()
  #sinceNew = 0

  /** @param corpus whole messages to begin with */
  constructor(seed: number, corpus: readonly Uint8Array[]) {
    this.#random = seeded(seed)
    this.#corpus = [...corpus, encodeBgpMessage(open, PLAIN_CONTEXT), KEEPALIVE]
    this.#player = this.#newPlayer()
  }

  /** One mutated message, in pieces. @returns it, for who has to show what broke */
  next(): Uint8Array {
    const message = this.#mutated()
    this.counts.messages++
    for (const piece of this.#pieces(message)) {
      this.#framer.push(piece)
      this.#drain()
    }
    // A message that says it is longer than it is waits for more; not for ever.
    if (++this.#sinceNew > 200 || this.#framer.heldBytes > 70_000) this.#renew()
    return message
  }

  #drain(): void {
    for (;;) {
      const session = sessionWith(this.#player.state, CONNECTION)
      if (session === undefined) {
        this.#renew()
        return
      }
      const context = session.agreement?.receiving ?? PLAIN_CONTEXT
      const framed = this.#framer.next(context.extendedMessage)
      if (framed === undefined) return
      if (!framed.ok) {
        this.#take(errorEvent(framed.error))
        continue
      }
      const decoded = decodeBgpMessage(framed.value, context)
      if (decoded.ok) this.#encodeAgain(decoded.value, context)
      this.#take(messageEvent(decoded))
    }
  }

  /** What was understood can be said again. */
  #encodeAgain(message: BgpMessage, context: typeof PLAIN_CONTEXT): void {
    if (this.#random() < 0.05) encodeBgpMessage(message, { ...context, extendedMessage: true })
  }

  #take(event: MessageEvent): void {
    this.counts.events[event.kind] = (this.counts.events[event.kind] ?? 0) + 1
    this.#player.nowMs += this.#random() * 100
    for (const effect of this.#player.play(
      { kind: 'message', connection: CONNECTION, event },
      this.#random(),
    )) {
      if (effect.kind === 'apply') this.counts.applied++
      if (effect.kind === 'ended') {
        this.counts.endings++
        if (describeEnding(effect.ending).length > 20_000) throw new Error('an ending of too many words')
      }
      if (effect.kind === 'send') encodeBgpMessage(effect.message, PLAIN_CONTEXT)
    }
  }

  #renew(): void {
    this.#player = this.#newPlayer()
    this.#framer = new BgpFramer()
    this.#sinceNew = 0
  }

  #newPlayer(): MachinePlayer {
    const player = new MachinePlayer(options)
    const stage = this.#pick(STAGES)
    player.play({ kind: 'start' })
    player.play({ kind: 'connected', connection: CONNECTION })
    if (stage === 'open-sent') return player
    player.play({ kind: 'message', connection: CONNECTION, event: { kind: 'open', open } })
    if (stage === 'established')
      player.play({ kind: 'message', connection: CONNECTION, event: { kind: 'keepalive' } })
    return player
  }

  #mutated(): Uint8Array {
    let bytes = [...this.#pick(this.#corpus)]
    if (this.#random() < 0.1) return Uint8Array.from(bytes)
    for (let edits = 1 + this.#below(4); edits > 0; edits--) bytes = this.#edit(bytes)
    // Most with a length that is right, so that they get further than the header.
    if (this.#random() < 0.9) {
      bytes.splice(0, 16, ...new Array<number>(16).fill(0xff))
      while (bytes.length < 19) bytes.push(this.#below(6))
      const length = Math.min(bytes.length, 65_535)
      bytes[16] = length >> 8
      bytes[17] = length & 0xff
      if (bytes[18] === 2 && this.#random() < 0.7) this.#fitAttributes(bytes)
    }
    return Uint8Array.from(bytes)
  }

  /** An UPDATE whose lengths fit is read to the end. */
  #fitAttributes(bytes: number[]): void {
    const withdrawn = (bytes[19] ?? 0) * 256 + (bytes[20] ?? 0)
    const room = bytes.length - 23 - withdrawn
    if (room < 0) return
    const length = Math.max(0, room - this.#pick([0, 4, 4, 4, this.#below(12)]))
    bytes[21 + withdrawn] = length >> 8
    bytes[22 + withdrawn] = length & 0xff
  }

  #edit(bytes: number[]): number[] {
    // Seldom in the header, which is looked at first and soon.
    const body = bytes.length > 19 && this.#random() < 0.97
    const at = body ? 19 + this.#below(bytes.length - 19) : this.#below(bytes.length)
    switch (this.#below(7)) {
      case 0:
        return bytes.with(at, (bytes[at] ?? 0) ^ (1 << this.#below(8)))
      case 1:
        return bytes.with(at, this.#pick([0, 1, 2, 4, 0x40, 0x7f, 0x80, 0xc0, 0xff]))
      case 2:
        return bytes.toSpliced(at, 1 + this.#below(8))
      case 3:
        return bytes.toSpliced(at, 0, ...Array.from({ length: 1 + this.#below(8) }, () => this.#below(256)))
      case 4: {
        // A part of it twice: attributes, capabilities and prefixes that repeat.
        const part = bytes.slice(at, at + 1 + this.#below(40))
        return bytes.toSpliced(at, 0, ...part)
      }
      case 5: {
        const other = this.#pick(this.#corpus)
        return [...bytes.slice(0, Math.max(at, 19)), ...other.subarray(19 + this.#below(other.length))]
      }
      default:
        return bytes.length > 2_000 ? bytes.slice(0, at) : [...bytes, ...bytes.slice(19)]
    }
  }

  *#pieces(message: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < message.length; ) {
      const length = this.#random() < 0.6 ? message.length : 1 + this.#below(60)
      yield message.subarray(at, at + length)
      at += length
    }
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n)
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T
  }
}
