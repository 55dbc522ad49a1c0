// A net.Socket as a session sees it. Shared by both transports.
import type { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { ConnectionEnds } from '../../bgp/endpoints.ts'
import type { BgpConnection, ConnectionEvents } from '../../bgp/ports.ts'
import { type Ip, type IpFamily, ip, parseIp, sameIp } from '../../net/ip.ts'
import { type Prefix, parsePrefix, prefixContains } from '../../net/prefix.ts'

/** Closed connections say so once, whoever closed them. */
export function streamConnection(socket: Socket, events: ConnectionEvents): BgpConnection {
  let ends = socket.connecting ? undefined : endsOf(socket)
  let code: string | undefined
  // Keepalives and small changes shall not wait for more.
  socket.setNoDelay(true)
  socket.on('connect', () => {
    ends = endsOf(socket)
    events.onConnected()
  })
  socket.on('data', (bytes: Uint8Array) => events.onData(bytes))
  socket.on('drain', () => events.onDrain())
  socket.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code ?? 'EUNKNOWN'
  })
  socket.on('close', () => events.onClosed(code))
  return {
    get ends() {
      return ends
    },
    write: (chunks) => {
      if (socket.destroyed || socket.writableEnded) return false
      // One system call for all of them.
      socket.cork()
      for (const chunk of chunks) socket.write(chunk)
      socket.uncork()
      return !socket.writableNeedDrain
    },
    end: () => {
      socket.end()
    },
    destroy: () => {
      // A peer that was not told that it is over shall notice. Before there is a connection there is nobody to reset.
      if (socket.connecting || socket.destroyed) socket.destroy()
      else socket.resetAndDestroy()
    },
  }
}

/** A connection that could not even be tried. */
export function failedConnection(code: string, events: ConnectionEvents): BgpConnection {
  setImmediate(() => events.onClosed(code))
  return { ends: undefined, write: () => false, end: () => {}, destroy: () => {} }
}

interface InterfaceAddress {
  readonly interfaceName: string
  readonly address: Ip
  readonly subnet: Prefix | undefined
}

/** undefined: it is not connected any more. */
export function endsOf(socket: Socket): ConnectionEnds | undefined {
  const local = endpoint(socket.localAddress, socket.localPort)
  const remote = endpoint(socket.remoteAddress, socket.remotePort)
  if (local === undefined || remote === undefined) return undefined
  const zone = socket.remoteAddress?.split('%')[1]
  const all = interfaceAddresses()
  const own = all.find(
    ({ address, interfaceName }) =>
      sameIp(address, local.address) && (zone === undefined || interfaceName === zone),
  )
  const beside = all.filter(({ interfaceName }) => interfaceName === own?.interfaceName)
  const first = (family: IpFamily, linkLocal: boolean): Ip | undefined =>
    beside.find(({ address }) => address.family === family && isLinkLocal(address) === linkLocal)?.address
  const onLink = own?.subnet !== undefined && prefixContains(own.subnet, remote.address)
  return {
    ...{ local, remote },
    ...(zone === undefined ? {} : { zone }),
    ...{ ipv4: first(4, false), ipv6: first(6, false) },
    linkLocal: onLink ? first(6, true) : undefined,
  }
}

function endpoint(address: string | undefined, port: number | undefined) {
  const parsed = address === undefined ? undefined : parseIp(address.split('%')[0] ?? '')
  return parsed === undefined || port === undefined ? undefined : { address: parsed, port }
}

/** fe80::/10; 169.254.0.0/16 is no use as a next hop of others either. */
const LINK_LOCAL: readonly Prefix[] = [
  { family: 6, base: 0xfe80n << 112n, length: 10 },
  { family: 4, base: 0xa9fe0000n, length: 16 },
]
const isLinkLocal = (address: Ip): boolean => LINK_LOCAL.some((prefix) => prefixContains(prefix, address))

function interfaceAddresses(): InterfaceAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([interfaceName, addresses = []]) =>
    addresses.flatMap(({ address: text, cidr }) => {
      const address = parseIp(text)
      if (address === undefined || sameIp(address, ip(6, 1n))) return []
      return [{ interfaceName, address, subnet: cidr === null ? undefined : parsePrefix(cidr) }]
    }),
  )
}
