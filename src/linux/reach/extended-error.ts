// The error queue of a socket (IP_RECVERR): which ICMP error came, and from whom. "No route to host" from a neighbour that
// did not answer is sent by this host to itself; the same words from a firewall have the firewall as sender.
//
//   struct sock_extended_err: | errno (4) | origin | type | code | 0 | info (4) | data (4) | sockaddr of the sender …
import type { IcmpError } from '../../diagnose/ports/probes.ts'
import { AF, IP, IPV6, MSG, SOL } from '../kernel-constants.ts'
import type { ControlMessage, MessageBuffer } from '../message-header.ts'
import { decodeInetAddress } from '../socket-address.ts'

const EXTENDED_ERROR_BYTES = 16
const ORIGIN = { icmp: 2, icmpv6: 3 } as const

/** undefined for a message that is none, or an error that the kernel found without ICMP. */
export function decodeExtendedError({ level, type, data }: ControlMessage): IcmpError | undefined {
  const isError = (level === SOL.ip && type === IP.recverr) || (level === SOL.ipv6 && type === IPV6.recverr)
  if (!isError || data.length < EXTENDED_ERROR_BYTES) return undefined
  const origin = data.readUInt8(4)
  if (origin !== ORIGIN.icmp && origin !== ORIGIN.icmpv6) return undefined
  const sender = decodeInetAddress(data.subarray(EXTENDED_ERROR_BYTES))
  return {
    family: origin === ORIGIN.icmp ? 4 : 6,
    type: data.readUInt8(5),
    code: data.readUInt8(6),
    sender: sender?.address,
  }
}

/** The first ICMP error in the queue, which is emptied. */
export function readErrorQueue(buffer: MessageBuffer, fd: number): IcmpError | undefined {
  let first: IcmpError | undefined
  while (buffer.receive(fd, MSG.errqueue | MSG.dontwait) >= 0)
    for (const message of buffer.control()) first ??= decodeExtendedError(message)
  return first
}

/** Option that turns the queue on, by address family of the socket. */
export const recvErrOption = (domain: number): { readonly level: number; readonly name: number } =>
  domain === AF.inet ? { level: SOL.ip, name: IP.recverr } : { level: SOL.ipv6, name: IPV6.recverr }
