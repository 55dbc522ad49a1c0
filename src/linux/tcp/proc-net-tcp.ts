// /proc/net/tcp and tcp6: one line for each socket, addresses as 32-bit words in host order, all in hexadecimal.
//   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode …
//    0: 0100007F:00B3 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 …
import type { TcpSession } from '../../diagnose/ports/tables.ts'
import { type Ip, type IpFamily, ip } from '../../net/ip.ts'
import { tcpState } from '../netlink/names.ts'

/** Lines that are none are left out. */
export function decodeProcTcp(text: string, family: IpFamily): TcpSession[] {
  return text.split('\n').flatMap((line) => {
    const [, local, remote, state, , , , uid, , inode] = line.trim().split(/\s+/)
    const [from, to] = [endpoint(local, family), endpoint(remote, family)]
    if (from === undefined || to === undefined || state === undefined) return []
    return [
      {
        state: tcpState(Number.parseInt(state, 16)),
        local: from,
        remote: to,
        interfaceIndex: 0,
        uid: Number(uid),
        inode: Number(inode),
        traffic: undefined,
      },
    ]
  })
}

function endpoint(text: string | undefined, family: IpFamily): { address: Ip; port: number } | undefined {
  const [, hex = '', port = ''] = /^([0-9A-F]+):([0-9A-F]{4})$/.exec(text ?? '') ?? []
  if (hex.length !== (family === 4 ? 8 : 32)) return undefined
  const words = (hex.match(/.{8}/g) ?? []).map((word) => (word.match(/../g) ?? []).reverse().join(''))
  const value = BigInt(`0x${words.join('')}`)
  // IPv4 over an IPv6 socket (::ffff:0:0/96) is IPv4.
  const address = family === 6 && value >> 32n === 0xffffn ? ip(4, value & 0xffffffffn) : ip(family, value)
  return { address, port: Number.parseInt(port, 16) }
}
