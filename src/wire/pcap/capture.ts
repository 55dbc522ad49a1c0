// A capture as a value: what both file formats hold.

/** The link types that we write and read (https://www.tcpdump.org/linktypes.html). */
export const LINK_TYPE = { ethernet: 1, rawIp: 101 } as const

export interface CaptureInterface {
  /** `eth0`; undefined when the format has no place for it */
  readonly name: string | undefined
  readonly linkType: number
  /** longest packet kept, in bytes; 0 = no limit */
  readonly snapLengthBytes: number
}

export interface CapturedPacket {
  /** index into the interfaces */
  readonly interfaceIndex: number
  /** nanoseconds since 1970-01-01T00:00:00Z, below 2^64 */
  readonly timestampNs: bigint
  readonly bytes: Uint8Array
  /** length on the wire; more than `bytes` has when the packet was cut */
  readonly originalBytes: number
  readonly direction: 'received' | 'sent' | undefined
  readonly comment: string | undefined
}

export interface Capture {
  readonly interfaces: readonly CaptureInterface[]
  readonly packets: readonly CapturedPacket[]
}

const SECOND_NS = 1_000_000_000n

/** Ticks of `perSecond` since 1970 in nanoseconds, rounded down. */
export const ticksToNs = (ticks: bigint, perSecond: bigint): bigint => (ticks * SECOND_NS) / perSecond
