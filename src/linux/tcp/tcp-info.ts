// struct tcp_info (linux/tcp.h): how a connection is doing. Newer kernels append fields, older ones lack the last of these.
//   0 state (1) | ca_state | 2 retransmits (1) | … | 24 unacked (4) | … | 44 last_data_sent (4) | 52 last_data_recv (4)
//   100 total_retrans (4) | … | 120 bytes_acked (8) | 128 bytes_received (8)
import type { TcpTraffic } from '../../diagnose/ports/tables.ts'

export const TCP_INFO = 11
/** with everything that is read here */
export const TCP_INFO_BYTES = 136

export interface TcpInfo {
  /** number of the state, see `tcpState` */
  readonly state: number
  readonly unacknowledged: number
}

export const decodeTcpInfo = (bytes: Buffer): TcpInfo | undefined =>
  bytes.length < 28 ? undefined : { state: bytes.readUInt8(0), unacknowledged: bytes.readUInt32LE(24) }

/** undefined where the kernel is too old to count bytes (before 4.2) */
export const decodeTcpTraffic = (bytes: Buffer): TcpTraffic | undefined =>
  bytes.length < TCP_INFO_BYTES
    ? undefined
    : {
        lastSentMs: bytes.readUInt32LE(44),
        lastReceivedMs: bytes.readUInt32LE(52),
        retransmits: bytes.readUInt8(2),
        // What a session moves in its life is far below 2^53.
        acknowledgedBytes: Number(bytes.readBigUInt64LE(120)),
        receivedBytes: Number(bytes.readBigUInt64LE(128)),
      }
