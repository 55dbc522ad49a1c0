// What was read on one node: values only, as JSON has them. A diagnosis reads them of the machine that it runs on, a bundle keeps
// them, and a program on another node sends them.
import type { IpFamily } from '../../net/ip.ts'
import type { PathFacts } from '../path/path-facts.ts'

export interface HostAddress {
  /** with the length of its prefix: `192.0.2.1/24` */
  readonly address: string
  /** `tentative`, `dadfailed`, `permanent` … */
  readonly flags: readonly string[]
}

export interface HostLink {
  readonly name: string
  readonly mac: string | undefined
  /** as `ip link` shows them: `UP`, `BROADCAST`, `NOARP`, `PROMISC` … */
  readonly flags: readonly string[]
  readonly mtu: number
  /** ARPHRD_*: 1 Ethernet, 65534 none */
  readonly type: number
  /** `bond`, `bridge`, `vlan`, `wireguard` …; undefined: a card */
  readonly kind: string | undefined
  /** name of the link that this one is enslaved to */
  readonly master: string | undefined
  readonly wireless: boolean
  /** of its card: `brcmfmac`, `virtio_net` */
  readonly driver: string | undefined
  readonly carrier: boolean
  /** as `/proc/net/bonding` names it: `balance-alb` */
  readonly bondMode: string | undefined
  /** name of the link below: a VLAN's trunk */
  readonly parent: string | undefined
  readonly vlanId: number | undefined
  /** table of a VRF */
  readonly vrfTable: number | undefined
  readonly addresses: readonly HostAddress[]
}

export interface HostRoute {
  readonly family: IpFamily
  /** `default`, `192.0.2.0/24` */
  readonly destination: string
  /** `unicast`, `blackhole` … */
  readonly type: string
  readonly gateway: string | undefined
  readonly interface: string | undefined
  readonly table: number
  readonly metric: number
  /** `kernel`, `dhcp`, `static` … */
  readonly protocol: string
  readonly mtu: number | undefined
  /** the next hop cannot be used: its link is down */
  readonly dead: boolean
}

/** A rule that says which table is looked at. */
export interface HostRule {
  readonly family: IpFamily
  readonly priority: number
  readonly not: boolean
  /** prefixes; undefined: all */
  readonly from: string | undefined
  readonly to: string | undefined
  readonly inputInterface: string | undefined
  readonly outputInterface: string | undefined
  readonly mark: { readonly value: number; readonly mask: number } | undefined
  readonly vrf: boolean
  readonly action: string
  readonly table: number
  readonly suppressPrefixLength: number | undefined
}

export interface HostNeighbour {
  readonly address: string
  readonly mac: string | undefined
  readonly interface: string
  /** `reachable`, `stale`, `failed` … */
  readonly state: string
}

export interface HostListener {
  /** `0.0.0.0:179` */
  readonly address: string
  /** undefined: its process may not be looked into */
  readonly program: string | undefined
}

export interface HostSession {
  readonly local: string
  /** `192.0.2.1:179` */
  readonly remote: string
  /** `established`, `syn-sent` … */
  readonly state: string
  readonly program: string | undefined
}

export interface SolicitedNode {
  readonly address: string
  readonly interfaces: readonly string[]
}

/** The first packet of a connection that has to get through a node's rules. */
export interface HostPacket {
  readonly what: 'memberlist' | 'bgp' | 'bfd' | 'webhook'
  /** `in`: from the peer to this node; `out`: from this node to the peer */
  readonly direction: 'in' | 'out'
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  /** a node, a router */
  readonly peer: string
  /** of this node, or of a Pod on it */
  readonly local: string
}

/** A rule that stops such a packet. */
export interface HostRefusal extends HostPacket {
  readonly end: 'dropped' | 'rejected'
  /** who wrote the rule, and for nft the family of its table */
  readonly tool: 'iptables' | 'nft inet' | 'nft ip' | 'nft ip6'
  /** table and chain: `filter INPUT` */
  readonly place: string
  /** as the tool prints it */
  readonly rule: string
}

export interface HostFirewall {
  /** how many packets were followed through the rules */
  readonly followed: number
  readonly refusals: readonly HostRefusal[]
  /** rules that could not be followed, and were taken not to match */
  readonly notFollowed: readonly string[]
}

/** What cannot be known of a host unless it is asked for, as plain JSON: it can be sent to where the host is read. */
export interface HostQuestion {
  /** name of the Node */
  readonly node: string
  readonly packets: readonly HostPacket[]
  /** ports of Services that kube-proxy's rules are to be followed for */
  readonly services: readonly {
    readonly address: string
    readonly port: number
    readonly protocol: string
  }[]
  /** whose entries in the neighbour table are of interest */
  readonly neighbours: readonly string[]
}

export interface HostFacts {
  /** name of the Node */
  readonly node: string
  readonly links: readonly HostLink[]
  readonly routes: readonly HostRoute[]
  readonly rules: readonly HostRule[]
  /** `net.ipv4.conf.all.rp_filter` → `1` */
  readonly sysctls: Readonly<Record<string, string>>
  /** what `dmidecode` calls the machine: `VMware Virtual Platform` */
  readonly machine: string | undefined
  readonly neighbours: readonly HostNeighbour[]
  /** on the ports of BGP and of the speakers' gossip */
  readonly listeners: readonly HostListener[]
  /** to and from port 179 */
  readonly sessions: readonly HostSession[]
  /** on which interfaces somebody has joined the solicited-node group of an IPv6 address that was asked about; undefined: not readable */
  readonly solicitedNodes: readonly SolicitedNode[] | undefined
  /** undefined: not asked for, or not readable */
  readonly firewall: HostFirewall | undefined
  /** what kube-proxy's rules make of the Services that were asked about */
  readonly paths: readonly PathFacts[]
  /** what could not be read, and why */
  readonly notRead: readonly { readonly what: string; readonly reason: string }[]
}
