// Socket addresses as bytes, for bind, connect and sendto. Ports and addresses are in network order, the rest in host order.
import { type Ip, ipBytes, ipFromBytes } from '../net/ip.ts'
import { type Mac, macFromBytes } from '../net/mac.ts'
import { AF } from './kernel-constants.ts'

/** struct sockaddr_in (16 bytes) or sockaddr_in6 (28). @param scope interface index, for a link-local IPv6 address */
export function inetAddress(address: Ip, port: number, scope = 0): Uint8Array {
  const bytes = new Uint8Array(address.family === 4 ? 16 : 28)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, address.family === 4 ? AF.inet : AF.inet6, true)
  view.setUint16(2, port)
  bytes.set(ipBytes(address), address.family === 4 ? 4 : 8)
  if (address.family === 6) view.setUint32(24, scope, true)
  return bytes
}

/** Reads what `inetAddress` writes; undefined for another family or a short buffer. */
export function decodeInetAddress(bytes: Uint8Array): { address: Ip; port: number } | undefined {
  if (bytes.length < 8) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const family = view.getUint16(0, true)
  const port = view.getUint16(2)
  const at =
    family === AF.inet ? bytes.subarray(4, 8) : family === AF.inet6 ? bytes.subarray(8, 24) : undefined
  const address = at === undefined ? undefined : ipFromBytes(at)
  return address === undefined ? undefined : { address, port }
}

const SOCKADDR_LL_BYTES = 20

/** struct sockaddr_ll for bind. @param etherType which frames; ETH_P.all for every one */
export function linkAddress(interfaceIndex: number, etherType: number): Uint8Array {
  const bytes = new Uint8Array(SOCKADDR_LL_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, AF.packet, true)
  view.setUint16(2, etherType)
  view.setInt32(4, interfaceIndex, true)
  return bytes
}

export interface LinkAddress {
  readonly etherType: number
  readonly interfaceIndex: number
  /** ARPHRD type of the interface */
  readonly hardwareType: number
  /** one of PACKET_TYPE */
  readonly packetType: number
  /** undefined where the interface has no Ethernet address */
  readonly mac: Mac | undefined
}

export function decodeLinkAddress(bytes: Uint8Array): LinkAddress | undefined {
  if (bytes.length < 12) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint16(0, true) !== AF.packet) return undefined
  const macLength = view.getUint8(11)
  return {
    etherType: view.getUint16(2),
    interfaceIndex: view.getInt32(4, true),
    hardwareType: view.getUint16(8, true),
    packetType: view.getUint8(10),
    mac: macLength === 6 ? macFromBytes(bytes.subarray(12, 18)) : undefined,
  }
}

/** struct sockaddr_nl. Port 0: the kernel gives one. */
export function netlinkAddress(groups = 0): Uint8Array {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, AF.netlink, true)
  view.setUint32(8, groups, true)
  return bytes
}

/** struct sockaddr_un. @param path a leading `@` stands for a name that is not in the file system */
export function unixAddress(path: string): Uint8Array {
  const name = new TextEncoder().encode(path)
  const abstract = name[0] === 0x40
  const bytes = new Uint8Array(2 + name.length + (abstract ? 0 : 1))
  new DataView(bytes.buffer).setUint16(0, AF.unix, true)
  bytes.set(name, 2)
  if (abstract) bytes[2] = 0
  return bytes
}
