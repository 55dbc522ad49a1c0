// Options of TCP sockets for BGP, as bytes.
// Standards: RFC 2385 (MD5 signatures), RFC 5082 (GTSM: a minimum TTL for what is received).
import { LbctlError } from '../../errors/lbctl-error.ts'
import { type Ip, ipBits } from '../../net/ip.ts'
import { IP, IPV6, SO, SOL, TCP } from '../kernel-constants.ts'
import { inetAddress } from '../socket-address.ts'

export interface Md5Key {
  readonly peer: Ip
  /** keys for a whole prefix of peers (listeners only); default: the one address */
  readonly prefixLength?: number
  /** 1..80 bytes of UTF-8; undefined removes the key */
  readonly password: string | undefined
}

export interface TcpOptions {
  /** must be an address of this host */
  readonly source?: Ip
  /** only through this interface (a VRF for instance) */
  readonly device?: string
  /** 1..255; a directly connected peer that checks it wants 255 */
  readonly ttl?: number
  /** 1..255: what comes with less is dropped by the kernel */
  readonly minTtl?: number
  /** whole byte; routers give BGP 0xc0 */
  readonly trafficClass?: number
  readonly md5Keys?: readonly Md5Key[]
}

export interface SocketOption {
  readonly title: string
  readonly level: number
  readonly name: number
  readonly value: Uint8Array
}

export const MD5_KEY_BYTES = 80
const MD5SIG_BYTES = 216
const TCP_MD5SIG_FLAG_PREFIX = 1

/**
 * struct tcp_md5sig: | sockaddr_storage (128) | flags (1) | prefix length (1) | key length (2) | interface (4) | key (80) |
 * Throws LbctlError('usage') for a password that is too long. It is not part of the message.
 */
export function md5Option({ peer, prefixLength, password }: Md5Key): SocketOption {
  const key = Buffer.from(password ?? '', 'utf8')
  if (key.length > MD5_KEY_BYTES || (password !== undefined && key.length === 0))
    throw new LbctlError(
      'usage',
      `A TCP MD5 password has 1 to ${MD5_KEY_BYTES} bytes, and this one has ${key.length}.`,
    )
  const value = Buffer.alloc(MD5SIG_BYTES)
  value.set(inetAddress(peer, 0), 0)
  value.writeUInt16LE(key.length, 130)
  value.set(key, 136)
  const whole = prefixLength === undefined || prefixLength === ipBits(peer.family)
  if (whole) return { title: 'TCP_MD5SIG', level: SOL.tcp, name: TCP.md5sig, value }
  value.writeUInt8(TCP_MD5SIG_FLAG_PREFIX, 128)
  value.writeUInt8(prefixLength, 129)
  return { title: 'TCP_MD5SIG_EXT', level: SOL.tcp, name: TCP.md5sigExt, value }
}

/** All options but the source address, in the order in which they are set: before bind, connect and listen. */
export function socketOptions(family: 4 | 6, options: TcpOptions): SocketOption[] {
  const v4 = family === 4
  const level = v4 ? SOL.ip : SOL.ipv6
  const list: SocketOption[] = []
  const add = (title: string, name: number, value: number | undefined) => {
    if (value !== undefined) list.push({ title, level, name, value: int(value) })
  }
  if (options.device !== undefined)
    list.push({
      title: 'SO_BINDTODEVICE',
      level: SOL.socket,
      name: SO.bindtodevice,
      value: Buffer.from(`${options.device}\0`),
    })
  add(v4 ? 'IP_TTL' : 'IPV6_UNICAST_HOPS', v4 ? IP.ttl : IPV6.unicastHops, options.ttl)
  add(v4 ? 'IP_MINTTL' : 'IPV6_MINHOPCOUNT', v4 ? IP.minttl : IPV6.minhopcount, options.minTtl)
  add(v4 ? 'IP_TOS' : 'IPV6_TCLASS', v4 ? IP.tos : IPV6.tclass, options.trafficClass)
  return [...list, ...(options.md5Keys ?? []).map(md5Option)]
}

export function int(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}
