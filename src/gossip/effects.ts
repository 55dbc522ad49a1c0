// What goes into the machine and what comes out. It does nothing itself: the driver performs the effects in their order.
import type { GossipMessage } from '../wire/gossip/message.ts'
import { encodeGossipMessage } from '../wire/gossip/message.ts'
import type { NodeState } from '../wire/gossip/push-pull.ts'
import type { GossipEndpoint } from './endpoint.ts'
import type { Member } from './member-table.ts'
import type { Notice } from './notices.ts'

/** A message and its bytes, made once however often it is sent. */
export interface Outbound {
  readonly message: GossipMessage
  readonly bytes: Uint8Array
}

export const outbound = (message: GossipMessage): Outbound => ({
  message,
  bytes: encodeGossipMessage(message),
})

export type GossipEvent =
  /** once, before everything else */
  | { readonly kind: 'start' }
  /** `nextDeadlineMs` has come */
  | { readonly kind: 'tick' }
  | { readonly kind: 'packet'; readonly from: GossipEndpoint; readonly messages: readonly GossipMessage[] }
  /** somebody compared states with us; answer with what `states` gave before this */
  | { readonly kind: 'push-pull-received'; readonly nodes: readonly NodeState[] }
  | { readonly kind: 'push-pull-answered'; readonly id: number; readonly nodes: readonly NodeState[] }
  /** no answer to a push/pull. @param reason a sentence for people */
  | { readonly kind: 'push-pull-failed'; readonly id: number; readonly reason: string }
  | { readonly kind: 'stream-ping-answered'; readonly sequence: number }
  /** members to find the others by; replaces those of before */
  | { readonly kind: 'join'; readonly seeds: readonly GossipEndpoint[] }
  /** members that are known from before: believed like a push/pull, and not told on */
  | { readonly kind: 'recall'; readonly nodes: readonly NodeState[] }
  | { readonly kind: 'set-meta'; readonly meta: Uint8Array }
  /** say goodbye; `left` comes when it was told */
  | { readonly kind: 'leave' }

export type GossipEffect =
  /** one UDP packet; may be lost */
  | {
      readonly kind: 'send'
      readonly to: GossipEndpoint
      readonly parts: readonly Outbound[]
      /** the receiver is known to understand checksums */
      readonly checksum: boolean
    }
  /** compare states over TCP; `push-pull-answered` or `push-pull-failed` must follow */
  | { readonly kind: 'push-pull'; readonly id: number; readonly to: GossipEndpoint; readonly join: boolean }
  /** ping over TCP; only an answer before the time is over matters */
  | {
      readonly kind: 'stream-ping'
      readonly to: GossipEndpoint
      readonly sequence: number
      readonly node: string
      readonly timeoutMs: number
    }
  /** a member came (back), went (dead or left), or has other metadata */
  | { readonly kind: 'member'; readonly change: MemberChange; readonly member: Member }
  /** a seed was tried. @param problem why it cannot be joined; undefined when it was */
  | { readonly kind: 'join-result'; readonly seed: GossipEndpoint; readonly problem: string | undefined }
  /** the goodbye was told often enough, or there is nobody to tell */
  | { readonly kind: 'left' }
  | { readonly kind: 'notice'; readonly notice: Notice }

export type MemberChange = 'join' | 'leave' | 'update'
