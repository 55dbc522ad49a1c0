// What a member is given when it starts, and what it tells of itself.
import type { Ip } from '../net/ip.ts'
import type { PacketSettings } from '../wire/gossip/packet.ts'
import type { Versions } from '../wire/gossip/versions.ts'
import type { MemberChange } from './effects.ts'
import type { Member } from './member-table.ts'
import type { NoticeLevel } from './notices.ts'
import type { GossipPorts } from './ports.ts'
import type { GossipSettings } from './settings.ts'

export interface GossipOptions {
  /** must be the Kubernetes node name, and nobody else's */
  readonly nodeName: string
  readonly bindAddress: Ip
  /** UDP and TCP; 0 takes a free one */
  readonly port?: number
  /** where the others reach us; the bound address and port by default */
  readonly advertiseAddress?: Ip
  readonly advertisePort?: number
  /** as `memberlistKey` makes them; the first encrypts, all decrypt. None: nothing is encrypted */
  readonly keys: readonly Uint8Array[]
  /** as `gossipSettings` gives them */
  readonly settings: GossipSettings
  readonly meta?: Uint8Array
  /** other applications of the protocol have versions of their own */
  readonly versions?: Versions
  readonly onChange: (change: MemberChange, member: Member) => void
  /** @param code for programs; of a closed list */
  readonly onLog: (level: NoticeLevel, code: string, text: string) => void
}

export interface GossipCounters {
  readonly packetsReceived: number
  readonly packetsSent: number
  readonly sendErrors: number
  /** reason → packets, messages and streams that could not be taken */
  readonly refused: Readonly<Record<string, number>>
  /** 0 is healthy */
  readonly healthScore: number
  readonly queuedBroadcasts: number
}

/** MetalLB sets no label. */
export const packetSettings = (
  { settings }: GossipOptions,
  ports: GossipPorts,
  keys: readonly Uint8Array[],
): PacketSettings => ({
  label: '',
  cipher: keys.length === 0 ? undefined : ports.cipher(keys),
  verifyIncoming: settings.verifyIncoming,
  verifyOutgoing: settings.verifyOutgoing,
  compression: settings.compression,
})
