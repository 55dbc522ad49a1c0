// The tables of the kernel: links, addresses, neighbours, routes, rules, TCP sessions. The wing `linux` implements this.
import type { Ip, IpFamily } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'
import type { Prefix } from '../../net/prefix.ts'

export type OperState = 'unknown' | 'notpresent' | 'down' | 'lowerlayerdown' | 'testing' | 'dormant' | 'up'

/** A network interface, as the kernel describes it. */
export interface Link {
  readonly index: number
  readonly name: string
  /** what made it: `veth`, `bridge`, `bond`, `vlan`, `wireguard`, `tun`, `vrf`…; undefined for hardware and loopback */
  readonly kind: string | undefined
  /** ARPHRD number: 1 Ethernet, 65534 none (WireGuard, tun: there is no ARP), 772 loopback */
  readonly hardwareType: number
  readonly flags: LinkFlags
  readonly operState: OperState
  /** undefined where the driver does not say */
  readonly carrier: boolean | undefined
  readonly mac: Mac | undefined
  readonly mtu: number
  /** the bond, bridge or VRF that it is a part of */
  readonly masterIndex: number | undefined
  /** kind of that master */
  readonly slaveKind: string | undefined
  /** the interface below: a VLAN's trunk, a macvlan's parent; a veth's other end, whose index may be of another namespace */
  readonly parentIndex: number | undefined
  readonly vlanId: number | undefined
  /** only for `bond` */
  readonly bond: { readonly mode: string; readonly activeSlaveIndex: number | undefined } | undefined
  /** only for `bridge` */
  readonly bridge: { readonly vlanFiltering: boolean } | undefined
  /** only for `vrf` */
  readonly vrfTable: number | undefined
}

export interface LinkFlags {
  readonly up: boolean
  readonly broadcast: boolean
  readonly loopback: boolean
  readonly pointToPoint: boolean
  readonly noArp: boolean
  readonly promiscuous: boolean
  readonly multicast: boolean
  /** driver is ready to pass frames: carrier, and not dormant */
  readonly running: boolean
  /** part of a bond (or an old team); a part of a bridge or VRF has a master instead */
  readonly slave: boolean
}

export interface InterfaceAddress {
  readonly interfaceIndex: number
  readonly address: Ip
  readonly prefixLength: number
  /** other end of a point-to-point link */
  readonly peer: Ip | undefined
  readonly scope: AddressScope
  readonly tentative: boolean
  /** somebody else answered for it: the kernel does not use it */
  readonly dadFailed: boolean
  readonly deprecated: boolean
  readonly secondary: boolean
  readonly permanent: boolean
}

export type AddressScope = 'global' | 'site' | 'link' | 'host' | 'nowhere' | `${number}`

export type NeighbourState =
  | 'none'
  | 'incomplete'
  | 'reachable'
  | 'stale'
  | 'delay'
  | 'probe'
  | 'failed'
  | 'noarp'
  | 'permanent'

export interface Neighbour {
  readonly interfaceIndex: number
  readonly address: Ip
  readonly mac: Mac | undefined
  readonly state: NeighbourState
  readonly router: boolean
  /** an entry for proxy ARP or NDP: this host answers for the address */
  readonly proxy: boolean
}

export type RouteType =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'anycast'
  | 'multicast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit'
  | 'throw'
  | 'nat'
  | `${number}`

export interface NextHop {
  readonly gateway: Ip | undefined
  readonly interfaceIndex: number | undefined
  /** relative share of the traffic, 1 and more */
  readonly weight: number
  /** the kernel takes the gateway to be on the link though no route says so */
  readonly onLink: boolean
  readonly dead: boolean
}

export interface Route {
  readonly destination: Prefix
  readonly type: RouteType
  /** 254 main, 255 local, 253 default */
  readonly table: number
  readonly scope: AddressScope
  /** who put it there: `kernel`, `boot`, `static`, `ra`, `dhcp`, `bird`, `bgp`…, or its number */
  readonly protocol: string
  /** lower is preferred */
  readonly metric: number
  readonly source: Ip | undefined
  readonly mtu: number | undefined
  /** empty for a route that has none (blackhole, unreachable…) */
  readonly nextHops: readonly NextHop[]
}

export interface Rule {
  readonly family: IpFamily
  /** evaluated in ascending order */
  readonly priority: number
  readonly not: boolean
  readonly from: Prefix | undefined
  readonly to: Prefix | undefined
  readonly inputInterface: string | undefined
  readonly outputInterface: string | undefined
  readonly mark: { readonly value: number; readonly mask: number } | undefined
  /** looks up the table of the VRF */
  readonly vrf: boolean
  readonly action: 'table' | 'goto' | 'nop' | 'blackhole' | 'unreachable' | 'prohibit' | `${number}`
  /** where it looks; 0 when the action is not a look-up */
  readonly table: number
  readonly suppressPrefixLength: number | undefined
}

/** Error names of a route look-up: no route; unreachable route; prohibited; blackhole (EINVAL); others. */
export type RouteErrorCode = 'ENETUNREACH' | 'EHOSTUNREACH' | 'EACCES' | 'EINVAL' | (string & {})

export type RouteAnswer =
  | {
      readonly found: true
      readonly type: RouteType
      readonly interfaceIndex: number | undefined
      /** undefined: on the link, or this host itself */
      readonly gateway: Ip | undefined
      readonly source: Ip | undefined
      readonly table: number
      readonly mtu: number | undefined
    }
  | { readonly found: false; readonly code: RouteErrorCode; readonly type: RouteType | undefined }

export interface RouteQuestion {
  readonly destination: Ip
  readonly source?: Ip
  /** leave by this interface */
  readonly outputInterface?: number
  /** as if the packet had come in by this interface; needs `source` */
  readonly inputInterface?: number
  readonly mark?: number
}

/** TCP states as the kernel names them. */
export type TcpState =
  | 'established'
  | 'syn-sent'
  | 'syn-recv'
  | 'fin-wait-1'
  | 'fin-wait-2'
  | 'time-wait'
  | 'closed'
  | 'close-wait'
  | 'last-ack'
  | 'listen'
  | 'closing'
  | 'unknown'

export interface TcpSession {
  readonly state: TcpState
  readonly local: { readonly address: Ip; readonly port: number }
  readonly remote: { readonly address: Ip; readonly port: number }
  readonly interfaceIndex: number
  readonly uid: number
  /** of the socket: `/proc/PID/fd` links to it */
  readonly inode: number
  /** undefined for listeners and sockets that are on their way out, and where the kernel is too old to tell */
  readonly traffic: TcpTraffic | undefined
}

/** What went over a connection so far. */
export interface TcpTraffic {
  readonly receivedBytes: number
  /** of ours, that the other side has confirmed */
  readonly acknowledgedBytes: number
  readonly lastReceivedMs: number
  readonly lastSentMs: number
  /** of the oldest segment that is not confirmed */
  readonly retransmits: number
}

/** A set of the kernel (ipset). */
export interface ListedSet {
  readonly name: string
  /** `hash:ip,port`: how it is kept, and what its entries are made of */
  readonly type: string
  /** `203.0.113.10,tcp:80`, as `ipset save` writes them */
  readonly entries: readonly string[]
}

/** What changed; the reader asks for the new state itself. `everything`: messages were lost. */
export type NetworkChange = 'links' | 'addresses' | 'neighbours' | 'routes' | 'rules' | 'everything'

/** The tables of the kernel, of one network namespace. Each call is a complete and consistent dump. */
export interface NetworkTables {
  links(): Promise<readonly Link[]>
  addresses(): Promise<readonly InterfaceAddress[]>
  neighbours(): Promise<readonly Neighbour[]>
  routes(): Promise<readonly Route[]>
  rules(): Promise<readonly Rule[]>
  routeTo(question: RouteQuestion): Promise<RouteAnswer>
  /** Sets of addresses and ports that rules of iptables compare with; empty where the kernel has none. */
  addressSets(): Promise<readonly ListedSet[]>
  /** Sessions whose local or remote port is `port`, listeners too. */
  tcpSessions(port: number): Promise<readonly TcpSession[]>
  /** Calls back soon after a change, several changes in one call; returns how to stop. */
  watch(onChange: (changes: ReadonlySet<NetworkChange>) => void): Promise<() => void>
}
