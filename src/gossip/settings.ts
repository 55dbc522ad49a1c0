// How fast and how far gossip goes. One table: the defaults of hashicorp/memberlist 0.5.1, which MetalLB takes as they are.

export interface GossipSettings {
  /** a whole exchange over TCP, connecting included */
  readonly tcpTimeoutMs: number
  /** members that are asked to ping one that did not answer us */
  readonly indirectChecks: number
  /** a broadcast is sent this × ⌈log10(members + 1)⌉ times by each member. More: surer to arrive, more traffic */
  readonly retransmitMultiplier: number
  /** a suspect has this × max(1, log10(members)) × probeIntervalMs to object, when others confirm. Less: faster, more false deaths */
  readonly suspicionMultiplier: number
  /** without confirmation it has this many times longer */
  readonly suspicionMaxTimeoutMultiplier: number
  /** whole states are compared this often, less often above 32 members; 0 is never */
  readonly pushPullIntervalMs: number
  /** how long to wait for a direct answer before others are asked */
  readonly probeTimeoutMs: number
  /** one member is probed in each of these; 0 is never */
  readonly probeIntervalMs: number
  /** no ping over TCP when UDP got no answer */
  readonly disableTcpPings: boolean
  /** a member that has reasons to doubt itself probes up to this many times slower */
  readonly awarenessMaxMultiplier: number
  /** receivers of broadcasts in each round; 0 leaves broadcasts to probes */
  readonly gossipNodes: number
  /** between rounds of broadcasts; 0 leaves broadcasts to probes */
  readonly gossipIntervalMs: number
  /** the dead are told the news for so long, in case they live; then they are forgotten */
  readonly gossipToTheDeadMs: number
  /** with a key: refuse what is not encrypted */
  readonly verifyIncoming: boolean
  /** with a key: encrypt what is sent */
  readonly verifyOutgoing: boolean
  readonly compression: boolean
  /** accepted and without effect: messages are handled as they come, so there is no queue between */
  readonly handoffQueueDepth: number
  /** longest packet that is sent */
  readonly udpBufferBytes: number
  /** accepted and without effect: it only paces a metric of memberlist */
  readonly queueCheckIntervalMs: number
}

export type GossipProfile = 'lan' | 'wan'

const LAN: GossipSettings = {
  tcpTimeoutMs: 10_000,
  indirectChecks: 3,
  retransmitMultiplier: 4,
  suspicionMultiplier: 4,
  suspicionMaxTimeoutMultiplier: 6,
  pushPullIntervalMs: 30_000,
  probeTimeoutMs: 500,
  probeIntervalMs: 1_000,
  disableTcpPings: false,
  awarenessMaxMultiplier: 8,
  gossipNodes: 3,
  gossipIntervalMs: 200,
  gossipToTheDeadMs: 30_000,
  verifyIncoming: true,
  verifyOutgoing: true,
  compression: true,
  handoffQueueDepth: 1024,
  udpBufferBytes: 1400,
  queueCheckIntervalMs: 30_000,
}

export const GOSSIP_PROFILES: Readonly<Record<GossipProfile, GossipSettings>> = {
  lan: LAN,
  wan: {
    ...LAN,
    tcpTimeoutMs: 30_000,
    suspicionMultiplier: 6,
    pushPullIntervalMs: 60_000,
    probeTimeoutMs: 3_000,
    probeIntervalMs: 5_000,
    gossipNodes: 4,
    gossipIntervalMs: 500,
    gossipToTheDeadMs: 60_000,
  },
}

/** MetalLB's port for both protocols. */
export const GOSSIP_PORT = 7946

/** MetalLB looks for seeds that are no members every minute. */
export const REJOIN_INTERVAL_MS = 60_000

/** Twice what Kubernetes allows for nodes. Without a key anybody on the network can make names up. */
export const MOST_MEMBERS = 10_000
