// TCP for BGP: the kernel's socket is made and configured here, because Node has no MD5, TTL or device; from then on it is a
// net.Socket or net.Server like any other. A fresh descriptor for every attempt, always close-on-exec.
import { createServer, type Server, Socket } from 'node:net'
import { formatIp, type Ip, type IpFamily } from '../../net/ip.ts'
import { AF, IPV6, SO, SOCK, SOL } from '../kernel-constants.ts'
import type { Libc } from '../libc.ts'
import { inetAddress } from '../socket-address.ts'
import { check, SystemCallError, systemCallFailed } from '../system-call-error.ts'
import {
  int,
  type Md5Key,
  md5Option,
  type SocketOption,
  socketOptions,
  type TcpOptions,
} from './tcp-options.ts'

export interface TcpTarget {
  readonly address: Ip
  readonly port: number
  /** interface of a link-local address */
  readonly zone?: string
}

/** The descriptor of a configured TCP socket, not connected. The caller closes it, or hands it to net.Socket. Throws LbctlError. */
export function openTcpSocket(libc: Libc, family: IpFamily, options: TcpOptions): number {
  const { source } = options
  return configured(
    libc,
    family,
    options,
    `open a TCP socket${source === undefined ? '' : ` from ${formatIp(source)}`}`,
    (fd) => {
      // The interface of a link-local source is that of its zone, which connect gives.
      if (source !== undefined) check('bind', libc.bind(fd, inetAddress(source, 0)))
    },
  )
}

/**
 * Starts to connect; listen to `connect` and `error` as with net.connect. With a password, a wrong one, a missing one and a
 * port where nobody listens all look the same (unsigned resets are dropped): set a timer of your own.
 * Throws LbctlError for what the options cannot do.
 */
export function connectTcp(libc: Libc, target: TcpTarget, options: TcpOptions = {}): Socket {
  const fd = openTcpSocket(libc, target.address.family, options)
  // From here on Node owns the descriptor and closes it.
  const socket = wrap(libc, fd)
  // An address, never a name: a name makes Node connect to several addresses with sockets of its own.
  const zone = target.zone === undefined ? '' : `%${target.zone}`
  return socket.connect({ host: `${formatIp(target.address)}${zone}`, port: target.port })
}

function wrap(libc: Libc, fd: number): Socket {
  try {
    return new Socket({ fd, readable: true, writable: true, allowHalfOpen: false })
  } catch (error) {
    libc.close(fd)
    throw error
  }
}

export interface TcpListener {
  readonly server: Server
  /** For connections from now on; a key without password is removed. Throws LbctlError. */
  setKey(key: Md5Key): void
  close(): Promise<void>
}

/** Accepted sockets inherit TTL, minimum TTL and keys. Rejects with LbctlError. */
export async function listenTcp(
  libc: Libc,
  address: Ip,
  port: number,
  options: Omit<TcpOptions, 'source'> = {},
): Promise<TcpListener> {
  const fd = configured(
    libc,
    address.family,
    options,
    `listen on ${formatIp(address)} port ${port}`,
    (made) => {
      check('setsockopt SO_REUSEADDR', libc.setOption(made, SOL.socket, SO.reuseaddr, int(1)))
      if (address.family === 6)
        check('setsockopt IPV6_V6ONLY', libc.setOption(made, SOL.ipv6, IPV6.v6only, int(1)))
      check('bind', libc.bind(made, inetAddress(address, port)))
    },
  )
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ fd }, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
  return {
    server,
    setKey: (key) => {
      // Closed: the number may belong to somebody else by now.
      if (server.listening) setSocketOption(libc, fd, md5Option(key))
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function configured(
  libc: Libc,
  family: IpFamily,
  options: TcpOptions,
  doing: string,
  then: (fd: number) => void,
): number {
  let fd: number | undefined
  try {
    const domain = family === 4 ? AF.inet : AF.inet6
    fd = check('socket', libc.socket(domain, SOCK.stream | SOCK.nonblock | SOCK.cloexec, 0))
    for (const option of socketOptions(family, options)) setSocketOption(libc, fd, option)
    then(fd)
    return fd
  } catch (error) {
    if (fd !== undefined) libc.close(fd)
    throw error instanceof SystemCallError ? systemCallFailed(doing, error) : error
  }
}

/** Throws SystemCallError. */
export const setSocketOption = (
  libc: Libc,
  fd: number,
  { title, level, name, value }: SocketOption,
): number => check(`setsockopt ${title}`, libc.setOption(fd, level, name, value))
