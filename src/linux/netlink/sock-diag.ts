// sock_diag: the TCP sockets of the host, with their states and owners.
//
//   request, struct inet_diag_req_v2: | family | protocol | extensions | pad | states (4) | socket id (48)
//   answer, struct inet_diag_msg:     | family | state | timer | retransmits | socket id (48) | expires (4) | queues (8) | uid (4) | inode (4)
//   attribute INET_DIAG_INFO behind it: struct tcp_info
//   socket id: | source port (2, network order) | destination port (2) | source (16) | destination (16) | interface (4) | cookie (8)
import type { TcpSession } from '../../diagnose/ports/tables.ts'
import { type Ip, type IpFamily, ip, ipFromBytes } from '../../net/ip.ts'
import { decodeTcpTraffic } from '../tcp/tcp-info.ts'
import { Attributes } from './message.ts'
import { addressFamily, familyOf, tcpState } from './names.ts'

export const SOCK_DIAG_BY_FAMILY = 20
const IPPROTO_TCP = 6
const ALL_STATES = 0xffffffff
const REQUEST_BYTES = 56
const ANSWER_BYTES = 72
const INET_DIAG_INFO = 2

export function tcpSocketsRequest(family: IpFamily): Uint8Array {
  const bytes = Buffer.alloc(REQUEST_BYTES)
  bytes.writeUInt8(addressFamily(family), 0)
  bytes.writeUInt8(IPPROTO_TCP, 1)
  bytes.writeUInt8(1 << (INET_DIAG_INFO - 1), 2)
  bytes.writeUInt32LE(ALL_STATES, 4)
  return bytes
}

export function decodeTcpSession(payload: Buffer): TcpSession | undefined {
  if (payload.length < ANSWER_BYTES) return undefined
  const family = familyOf(payload.readUInt8(0))
  if (family === undefined) return undefined
  const state = tcpState(payload.readUInt8(1))
  const info = state === 'listen' ? undefined : new Attributes(payload, ANSWER_BYTES).bytes(INET_DIAG_INFO)
  return {
    state,
    local: { address: addressAt(payload, 8, family), port: payload.readUInt16BE(4) },
    remote: { address: addressAt(payload, 24, family), port: payload.readUInt16BE(6) },
    interfaceIndex: payload.readUInt32LE(40),
    uid: payload.readUInt32LE(64),
    inode: payload.readUInt32LE(68),
    traffic: info === undefined ? undefined : decodeTcpTraffic(info),
  }
}

/** IPv4 over an IPv6 socket (::ffff:0:0/96) is IPv4. */
function addressAt(payload: Buffer, at: number, family: IpFamily): Ip {
  const address = ipFromBytes(payload.subarray(at, at + (family === 4 ? 4 : 16))) ?? ip(family, 0n)
  return family === 6 && address.value >> 32n === 0xffffn ? ip(4, address.value & 0xffffffffn) : address
}
