// What is remembered and told of a peer.
import { BGP_TYPE } from '../../wire/bgp/framer.ts'
import { describeEnding } from '../ending-words.ts'
import type { PeerEffect } from '../peer-state.ts'
import type { BgpPorts } from '../ports.ts'
import type { PeerReportContent } from '../report.ts'
import type { MessageEvent } from '../session/events.ts'
import { type BgpPeerStatus, MessageCounter } from '../status.ts'

const TYPE_OF: Readonly<Record<MessageEvent['kind'], number>> = {
  open: BGP_TYPE.open,
  'open-error': BGP_TYPE.open,
  update: BGP_TYPE.update,
  'update-error': BGP_TYPE.update,
  notification: BGP_TYPE.notification,
  'version-error': BGP_TYPE.notification,
  keepalive: BGP_TYPE.keepalive,
  'route-refresh': BGP_TYPE.routeRefresh,
  'header-error': 0,
}

export class PeerRecord {
  readonly #ports: BgpPorts
  readonly #name: () => string
  readonly #sent = new MessageCounter()
  readonly #received = new MessageCounter()
  #sinceMs: number
  #establishedAtMs: number | undefined
  #lastEnding: BgpPeerStatus['lastEnding']
  #resets = 0
  #updateErrors = 0

  constructor(ports: BgpPorts, name: () => string) {
    this.#ports = ports
    this.#name = name
    this.#sinceMs = ports.clock.wallMs()
  }

  sent(messages: readonly Uint8Array[]): void {
    for (const bytes of messages) this.#sent.count(bytes[18] ?? 0)
  }

  received(event: MessageEvent): void {
    this.#received.count(TYPE_OF[event.kind])
  }

  note(effect: PeerEffect): void {
    switch (effect.kind) {
      case 'state':
        this.#sinceMs = this.#ports.clock.wallMs()
        this.report({ kind: 'state', from: effect.from, to: effect.to })
        break
      case 'up':
        this.#establishedAtMs = this.#ports.clock.nowMs()
        this.#updateErrors = 0
        this.report({ kind: 'established', agreement: effect.agreement })
        break
      case 'down':
        this.#establishedAtMs = undefined
        this.#resets++
        break
      case 'ended': {
        const { ending } = effect
        const words = describeEnding(ending)
        this.#lastEnding = { atMs: this.#ports.clock.wallMs(), ending, words }
        this.report({ kind: 'ended', ending, words })
        break
      }
      case 'update-errors':
        this.#noteErrors(effect.errors)
        break
      case 'apply':
        if (effect.changes.endOfRib !== undefined)
          this.report({ kind: 'end-of-rib', family: effect.changes.endOfRib })
        break
      case 'maximum-near':
      case 'capabilities':
        this.report(effect)
        break
      default:
        break
    }
  }

  report(content: PeerReportContent): void {
    this.#ports.sink.report({ peer: this.#name(), atMs: this.#ports.clock.wallMs(), ...content })
  }

  status(): Pick<BgpPeerStatus, 'sinceMs' | 'uptimeSeconds' | 'lastEnding' | 'resets' | 'messages'> {
    const since = this.#establishedAtMs
    return {
      sinceMs: this.#sinceMs,
      uptimeSeconds: since === undefined ? undefined : (this.#ports.clock.nowMs() - since) / 1000,
      lastEnding: this.#lastEnding,
      resets: this.#resets,
      messages: { sent: this.#sent.counts, received: this.#received.counts },
    }
  }

  /** A peer that sends errors all day long shall not fill the log. */
  #noteErrors(errors: Extract<PeerEffect, { kind: 'update-errors' }>['errors']): void {
    const total = ++this.#updateErrors
    if ((total & (total - 1)) === 0) this.report({ kind: 'update-errors', errors, total })
  }
}
