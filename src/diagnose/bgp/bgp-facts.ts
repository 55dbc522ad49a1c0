// Everything that `diagnose bgp` looks at, for one peer, as plain JSON: `-o json` prints it and `--facts FILE` reads it back.
// Addresses are text in canonical form, messages are hexadecimal. No password is ever in here. Nothing here is a judgement.
import type { IpFamily } from '../../net/ip.ts'
import type { ReachFacts } from '../facts/link-facts.ts'
import type { RouteDiagnosisFacts } from '../route/route-facts.ts'
import type { TcpDrops } from './ports.ts'

export const BGP_FACTS_FORMAT = 'lbctl/bgp-facts/1'

export interface BgpFacts {
  readonly format: typeof BGP_FACTS_FORMAT
  readonly peer: {
    /** as it was typed, or the name of the BGPPeer */
    readonly asked: string
    /** of the BGPPeer; undefined for a peer of the command line */
    readonly name: string | undefined
    readonly address: string
    readonly family: IpFamily
    /** interface of a link-local address */
    readonly zone: string | undefined
    readonly port: number
  }
  readonly host: { readonly name: string; readonly netns: string | undefined }
  readonly expected: ExpectedSession
  /** whose language the router's lines are to be in; undefined: that of FRR */
  readonly routerVendor: string | undefined
  /** the kernel's tables could be read (needs koffi); without them there is no way and no owner */
  readonly kernelTables: boolean
  /** route, next hop, neighbour entry and MTU; undefined without the tables */
  readonly way: RouteDiagnosisFacts | undefined
  /** address that connections come from: the given one, or the route's */
  readonly source: SourceFacts
  /** sockets of this host to that address and port, before anything was sent */
  readonly sessions: readonly SessionFacts[]
  /** programs of this host that listen on the port themselves */
  readonly listeners: readonly ListenerFacts[]
  /** why nothing was sent; undefined: it was */
  readonly notTried: NotTried | undefined
  readonly attempts: readonly AttemptFacts[]
  readonly conversation: ConversationFacts | undefined
}

/**
 * `session`: this host has one; `source`: not an address of this host; `route`: there is none; `router`: nobody has
 * advertised itself as a router on the interface, so that there is no address
 */
export type NotTried = 'session' | 'source' | 'route' | 'router'

export interface ExpectedSession {
  /** that the peer is shown; undefined: not said */
  readonly myAsn: number | undefined
  readonly peerAsn: number | 'internal' | 'external' | undefined
  readonly holdTimeSeconds: number
  /** undefined: of the command line, which says nothing of routes */
  readonly families: readonly IpFamily[] | undefined
  /** of the pools that this peer is shown */
  readonly poolFamilies: readonly IpFamily[]
  /** that our OPEN has, or would have */
  readonly routerId: string | undefined
  readonly routerIdFrom: 'given' | 'address' | 'interface' | 'node name' | undefined
  /** other nodes that have the same one by configuration */
  readonly routerIdSharedWith: readonly string[]
  readonly password: 'none' | 'given' | 'not known here'
  /** what is suspicious about the password: `it ends with a line break` */
  readonly passwordFlaws: readonly string[]
  readonly ttl: number | undefined
  /** undefined: not said */
  readonly multihop: boolean | undefined
  readonly gracefulRestart: boolean
  readonly bfdProfile: string | undefined
  readonly vrf: string | undefined
}

export interface SourceFacts {
  readonly given: boolean
  /** undefined: there is no route that would tell */
  readonly address: string | undefined
  /** undefined: no interface of this host has it, or the tables could not be read */
  readonly interface: string | undefined
}

export interface SessionFacts {
  /** as the kernel names TCP states: `established`, `syn-sent`… */
  readonly state: string
  readonly local: string
  readonly localPort: number
  readonly remotePort: number
  readonly owner: OwnerFacts | undefined
  /** undefined: this kernel does not tell */
  readonly traffic: TrafficFacts | undefined
}

export interface OwnerFacts {
  readonly pid: number
  readonly program: string
}

export interface TrafficFacts {
  readonly receivedBytes: number
  readonly acknowledgedBytes: number
  readonly lastReceivedMs: number
  readonly lastSentMs: number
  readonly retransmits: number
}

export interface ListenerFacts {
  readonly address: string
  readonly port: number
  readonly owner: OwnerFacts | undefined
}

/** One connection attempt. */
export interface AttemptFacts extends ReachFacts {
  readonly purpose:
    | 'unsigned'
    | 'signed'
    /** as GTSM wants it (RFC 5082) */
    | 'ttl-255'
    /** as eBGP without multihop sends it */
    | 'one-hop'
    /** does the host answer at all? */
    | 'other-port'
    /** does the port answer somebody else? */
    | 'other-source'
  readonly source: string | undefined
  readonly ttl: number | undefined
  readonly signed: boolean
  /** segments dropped on this host meanwhile */
  readonly drops: TcpDrops | undefined
  /** whether the peer's kernel took what we sent once it was connected; undefined: not looked at */
  readonly acknowledged: boolean | undefined
  /** the same, once what was not taken was sent again with a TTL of 255; undefined: not tried */
  readonly acknowledgedWithFullTtl: boolean | undefined
}

export interface ConversationFacts {
  readonly purpose: AttemptFacts['purpose']
  readonly signed: boolean
  /** an OPEN of ours was to be sent; otherwise not a byte was */
  readonly handshake: boolean
  readonly messages: readonly MessageFacts[]
  /** what came and is no message of BGP, at most its first 64 bytes; hexadecimal */
  readonly strayBytes: string | undefined
  readonly end: {
    /** `we`: the time was over, or we knew enough */
    readonly how: 'we' | 'peer closed' | 'peer reset' | 'failed'
    readonly code: string | undefined
    readonly atMs: number
  }
  /** UPDATEs that came; they are not among the messages */
  readonly updates: number
  readonly routes: readonly RouteLine[]
  /** announced and still there at the end, also those not listed */
  readonly routeCount: number
  readonly endOfRib: readonly IpFamily[]
}

export interface MessageFacts {
  readonly from: 'peer' | 'us'
  /** since the connection was made */
  readonly atMs: number
  /** hexadecimal */
  readonly bytes: string
  /** decoded, for a reader of the JSON */
  readonly text: string
}

export interface RouteLine {
  readonly prefix: string
  readonly nextHop: string
  readonly asPath: string
}
