// What the speaker wants done, and what it has to say. Data: whoever performs it decides how.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Ip } from '../../net/ip.ts'
import type { PeerSession } from '../bgp/peer-sessions.ts'
import type { RouteChanges } from '../bgp/route-table.ts'
import type { Protocol, Reason, Verdict } from '../decide/reasons.ts'
import type { ServiceKey } from '../facts/facts.ts'

/** Names of interfaces, or all that are there. */
export type Interfaces = 'all' | readonly string[]

/** MetalLB's events on a Service, with its words. */
export interface SpeakerEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: 'nodeAssigned' | 'announceFailed'
  readonly service: ServiceKey
  readonly message: string
}

export type Effect =
  /** the configuration that counts from here on, or why the one before goes on counting */
  | { readonly kind: 'configuration'; readonly ok: true }
  | { readonly kind: 'configuration'; readonly ok: false; readonly problems: readonly Diagnostic[] }
  /** also when only the interfaces are others */
  | {
      readonly kind: 'announce-layer2'
      readonly service: ServiceKey
      readonly address: Ip
      readonly interfaces: Interfaces
    }
  | {
      readonly kind: 'withdraw-layer2'
      readonly service: ServiceKey
      readonly address: Ip
      readonly reason: Reason
    }
  /** all peers of this node; whether a session goes on is for whoever holds it to see from the options */
  | { readonly kind: 'peers'; readonly peers: readonly PeerSession[] }
  | ({ readonly kind: 'routes' } & RouteChanges)
  /** this node's part in a Service is another one; undefined: the Service is gone */
  | {
      readonly kind: 'verdict'
      readonly service: ServiceKey
      readonly protocol: Protocol
      readonly verdict: Verdict | undefined
      /** the node that announces by layer 2, where that is known */
      readonly owner: string | undefined
      readonly addresses: readonly Ip[]
      readonly pool: string | undefined
    }
  /** ServiceL2Status of this node; undefined: there is none any more */
  | {
      readonly kind: 'layer2-status'
      readonly service: ServiceKey
      readonly interfaces: Interfaces | undefined
    }
  /** ServiceBGPStatus of this node: names of BGPPeers; undefined: there is none any more */
  | {
      readonly kind: 'bgp-status'
      readonly service: ServiceKey
      readonly peers: readonly string[] | undefined
    }
  | { readonly kind: 'event'; readonly event: SpeakerEvent }
