// Frames and connections: what a diagnosis sends and hears. The wing `linux` implements this.
import type { Ip, IpFamily } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'

/** Which frames a socket is to see. Protocols are joined with "or"; nothing named is nothing seen. */
export interface FrameSelection {
  readonly arp?: boolean
  /** router and neighbour solicitations and advertisements, redirects */
  readonly ndp?: boolean
  /** source or destination port */
  readonly tcpPorts?: readonly number[]
  readonly udpPorts?: readonly number[]
  /** only frames from, to or about one of these; empty or missing: all */
  readonly addresses?: readonly Ip[]
}

export interface ReceivedFrame {
  /** whole frame with its VLAN tag, without checksum; the receiver's to keep */
  readonly bytes: Uint8Array
  /** when the kernel got it: CLOCK_REALTIME in nanoseconds, comparable with `sentAtNs` */
  readonly atNs: bigint
  readonly interfaceIndex: number
  /** `out`: this host sent it; `other`: addressed to another MAC */
  readonly direction: 'in' | 'out' | 'other'
  /** length on the wire, more than bytes.length when it was cut */
  readonly wireBytes: number
}

export interface FrameSocketOptions {
  readonly interfaceName: string
  readonly selection: FrameSelection
  /** also see what this host sends; default false */
  readonly outgoing?: boolean
  /** hides faults, see the vantage rules of the documentation; default false */
  readonly promiscuous?: boolean
  readonly onFrame: (frame: ReceivedFrame) => void
  /** the interface went down (`ENETDOWN`; the socket goes on when it comes up again) or away (`ENODEV`) */
  readonly onError?: (code: string) => void
}

export interface FrameSocket {
  readonly interfaceIndex: number
  /** of the interface */
  readonly mac: Mac | undefined
  /** Sends one whole frame; `sentAtNs` is the clock right before. Fails as a value: `ENETDOWN`, `ENOBUFS`, `EMSGSIZE`. */
  send(frame: Uint8Array): { readonly sentAtNs: bigint; readonly error?: string }
  /** Makes the kernel hand up frames for a multicast group that nobody on this host listens to. */
  joinMulticast(mac: Mac): void
  /** No frame is handed over any more; resolves when the kernel has let go. */
  close(): Promise<void>
}

/** An ICMP error that came back, or that the kernel made itself when a neighbour did not answer. */
export interface IcmpError {
  readonly family: IpFamily
  readonly type: number
  readonly code: number
  /** undefined where the kernel does not say */
  readonly sender: Ip | undefined
}

/** What became of one TCP connection attempt, or of one UDP datagram. */
export interface ReachOutcome {
  /** `silent`: no answer within the time; for UDP that is all that one can learn */
  readonly result: 'connected' | 'failed' | 'silent'
  /** `ECONNREFUSED`, `EHOSTUNREACH`, `EACCES`…; undefined when nothing failed */
  readonly code: string | undefined
  /** the error queue's entry; undefined: the failure did not come as ICMP (RST, local route error) */
  readonly icmp: IcmpError | undefined
  readonly elapsedMs: number
}

export interface ReachQuestion {
  readonly destination: Ip
  readonly port: number
  readonly source?: Ip
  readonly interfaceName?: string
  readonly timeoutMs: number
}

/** Frames and connections of this host. */
export interface NetworkProbes {
  openFrames(options: FrameSocketOptions): Promise<FrameSocket>
  /** TCP: connect, then close without a byte. */
  reachTcp(question: ReachQuestion): Promise<ReachOutcome>
  /** UDP: one empty datagram. Also makes the kernel resolve the neighbour, for which no right is needed. */
  reachUdp(question: ReachQuestion): Promise<ReachOutcome>
}
