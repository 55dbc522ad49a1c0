// Everything that a diagnosis of the link layer looks at, as plain JSON: `-o json` prints it and `--facts FILE` reads it back.
// Addresses are text in canonical form. Nothing here is a judgement.
import type { IpFamily } from '../../net/ip.ts'

export const LINK_FACTS_FORMAT = 'lbctl/link-facts/1'

export interface LinkFacts {
  readonly format: typeof LINK_FACTS_FORMAT
  readonly target: {
    /** as it was typed: an address or a host name */
    readonly asked: string
    readonly address: string
    readonly family: IpFamily
  }
  readonly host: {
    readonly name: string
    readonly netns: string | undefined
    /** hypervisor or cloud, when the firmware names one */
    readonly virtualPlatform: string | undefined
  }
  /** whether frames could be sent and received (CAP_NET_RAW) */
  readonly rawFrames: boolean
  readonly route: RouteFacts
  /** interfaces that were examined, the route's first */
  readonly interfaces: readonly ExaminedInterface[]
  /** the user named them; else they follow from the route */
  readonly interfacesGiven: boolean
  /** where this host has the target itself */
  readonly own: OwnAddress | undefined
  /** what was asked for on the link: the target, or the gateway in front of it */
  readonly examined: { readonly address: string; readonly role: 'target' | 'gateway' }
  readonly neighbourBefore: readonly NeighbourEntry[]
  readonly neighbourAfter: readonly NeighbourEntry[]
  /** in the order in which they were sent */
  readonly rounds: readonly ProbeRound[]
  /** what became of letting the kernel resolve the address, where frames could not be sent */
  readonly kernelResolution: KernelResolution | undefined
  /** other addresses of the machines that answered, as the neighbour table has them */
  readonly sameMac: readonly { readonly mac: string; readonly address: string; readonly router: boolean }[]
  /** what came back when each of several owners was sent a packet of its own */
  readonly returnPaths: readonly ReturnPath[]
  readonly reach: ReachFacts | undefined
  /** undefined: no list of nodes was given */
  readonly nodes: readonly KnownNode[] | undefined
}

export interface RouteFacts {
  readonly found: boolean
  /** `unicast`, `local`, `prohibit`…; undefined when there is none */
  readonly type: string | undefined
  /** why there is none: `ENETUNREACH`, `EHOSTUNREACH`, `EACCES`, `EINVAL` */
  readonly code: string | undefined
  readonly interface: string | undefined
  readonly gateway: string | undefined
  readonly source: string | undefined
  readonly table: number | undefined
  readonly mtu: number | undefined
  /** routes on the link that hold the target, the longest prefix first */
  readonly onLink: readonly { readonly prefix: string; readonly interface: string; readonly metric: number }[]
  /** policy rules beside the three that every host has, as `ip rule` would show them */
  readonly rules: readonly string[]
}

export interface ExaminedInterface {
  readonly name: string
  readonly kind: string | undefined
  /** ARPHRD number */
  readonly hardwareType: number
  readonly up: boolean
  readonly carrier: boolean | undefined
  readonly broadcast: boolean
  readonly loopback: boolean
  readonly pointToPoint: boolean
  readonly noArp: boolean
  readonly promiscuous: boolean
  readonly mac: string | undefined
  readonly mtu: number
  readonly master: { readonly name: string; readonly kind: string | undefined } | undefined
  readonly vlanId: number | undefined
  readonly bondMode: string | undefined
  readonly wireless: boolean
  readonly virtualDriver: string | undefined
  readonly arpIgnore: number | undefined
  readonly arpAnnounce: number | undefined
  readonly rpFilter: number | undefined
  readonly addresses: readonly OwnAddress[]
}

export interface OwnAddress {
  readonly interface: string
  readonly address: string
  readonly prefixLength: number
  readonly linkLocal: boolean
  readonly tentative: boolean
  readonly dadFailed: boolean
}

export interface NeighbourEntry {
  readonly interface: string
  readonly address: string
  readonly mac: string | undefined
  readonly state: string
}

export type ProbeMethod =
  /** ARP request from 0.0.0.0 (RFC 5227 §2.1.1) */
  | 'arp-probe'
  /** ARP request from an address of this host */
  | 'arp-request'
  /** neighbour solicitation from the link-local address */
  | 'ns-link-local'
  /** neighbour solicitation from a global address of this host */
  | 'ns-global'
  /** neighbour solicitation from :: (RFC 4862 §5.4.2) */
  | 'ns-duplicate'

/** Several probes of one kind on one interface, and what came back. */
export interface ProbeRound {
  /** `owner`: who has the examined address; `node`: who has a node's; `sibling`: does a second owner also have this one */
  readonly purpose: 'owner' | 'node' | 'sibling'
  readonly method: ProbeMethod
  readonly interface: string
  readonly address: string
  readonly sender: string
  readonly unicastTo: string | undefined
  readonly vlanId: number | undefined
  readonly sent: number
  /** error names of frames that could not be sent */
  readonly errors: readonly string[]
  readonly replies: readonly Reply[]
}

export interface Reply {
  /** counted from 1: the newest probe that was under way */
  readonly probe: number
  /** hardware address that the answer names */
  readonly mac: string
  /** source of the frame, when it is another one */
  readonly frameMac: string | undefined
  /** of the kernel's time stamps; undefined for a claim */
  readonly rttMicroseconds: number | undefined
  /** `answer` to us, or a `claim`: somebody used or announced the address meanwhile */
  readonly kind: 'answer' | 'claim'
}

/** A TCP SYN was sent to the address by way of one hardware address; who answered it. */
export interface ReturnPath {
  readonly address: string
  readonly port: number
  readonly sentTo: string
  /** undefined: nothing came back */
  readonly answeredBy: string | undefined
}

export interface KernelResolution {
  readonly interface: string | undefined
  /** the last state of the neighbour entry */
  readonly state: string
  readonly mac: string | undefined
  readonly elapsedMs: number
}

export interface ReachFacts {
  readonly port: number
  readonly result: 'connected' | 'failed' | 'silent'
  readonly code: string | undefined
  readonly icmp:
    | {
        readonly family: IpFamily
        readonly type: number
        readonly code: number
        readonly sender: string | undefined
        /** the sender is this host: its own kernel gave up on the neighbour */
        readonly fromOurselves: boolean
      }
    | undefined
  readonly elapsedMs: number
}

export interface KnownNode {
  readonly name: string
  readonly addresses: readonly string[]
  /** given, or found by asking for the addresses */
  readonly macs: readonly string[]
}
