// What the parts of the machine share.
import type { GossipMessage } from '../wire/gossip/message.ts'
import type { Versions } from '../wire/gossip/versions.ts'
import { Awareness } from './awareness.ts'
import { BroadcastQueue } from './broadcast-queue.ts'
import { Deadlines } from './deadlines.ts'
import { type GossipEffect, outbound } from './effects.ts'
import type { GossipEndpoint } from './endpoint.ts'
import { MemberTable, type Random } from './member-table.ts'
import type { Notice } from './notices.ts'
import type { GossipSettings } from './settings.ts'

/** Who we are. */
export interface GossipSelf {
  /** must be the Kubernetes node name: MetalLB's speakers find each other's nodes by it */
  readonly name: string
  /** what the others are told; must be reachable for them */
  readonly advertise: GossipEndpoint
  readonly meta: Uint8Array
  readonly versions: Versions
}

export type Timer =
  /** time for the next probe */
  | { readonly kind: 'probe-round' }
  /** the probe that is under way has waited long enough */
  | { readonly kind: 'probe' }
  | { readonly kind: 'gossip' }
  | { readonly kind: 'push-pull' }
  /** a ping for somebody else was not answered */
  | { readonly kind: 'relay'; readonly sequence: number }
  | { readonly kind: 'suspicion'; readonly node: string }
  /** a suspect will be declared dead soon */
  | { readonly kind: 'last-word'; readonly node: string }
  | { readonly kind: 'seed'; readonly key: string }

export class Core {
  readonly self: GossipSelf
  readonly settings: GossipSettings
  readonly random: Random
  readonly members: MemberTable
  readonly queue = new BroadcastQueue()
  readonly deadlines = new Deadlines<Timer>()
  readonly awareness: Awareness
  /** time of the event that is handled, in milliseconds */
  nowMs = 0
  /** we said goodbye */
  leaving = false
  /** of the event that is handled */
  effects: GossipEffect[] = []
  /** called when there is news to tell */
  onBroadcast: () => void = () => undefined
  #sequence = 0

  constructor(self: GossipSelf, settings: GossipSettings, random: Random) {
    this.self = self
    this.settings = settings
    this.random = random
    this.members = new MemberTable(random)
    this.awareness = new Awareness(settings.awarenessMaxMultiplier)
  }

  nextSequence(): number {
    this.#sequence = this.#sequence === 0xffff_ffff ? 1 : this.#sequence + 1
    return this.#sequence
  }

  emit(effect: GossipEffect): void {
    this.effects.push(effect)
  }

  say(notice: Notice): void {
    this.effects.push({ kind: 'notice', notice })
  }

  /** To be told to everybody; news about the same member that was not told yet is dropped. */
  broadcast(node: string, message: GossipMessage): void {
    this.queue.add(node, outbound(message))
    this.onBroadcast()
  }

  isSelf(name: string): boolean {
    return name === this.self.name
  }
}
