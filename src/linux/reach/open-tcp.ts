// A connection attempt that is kept when it succeeds: what came back as for `reachTcp`, and then a stream that can be looked
// into. For the diagnosis of BGP, which must know why it cannot connect, and what the peer's kernel takes of what we send.
import { Socket } from 'node:net'
import type { Stop, TcpAttempt, TcpConnection, TcpOpened, TcpProgress } from '../../diagnose/bgp/ports.ts'
import type { IpFamily } from '../../net/ip.ts'
import { ERRNO, errnoName } from '../errno.ts'
import { AF, SOL } from '../kernel-constants.ts'
import { type Libc, pinned } from '../libc.ts'
import { tcpState } from '../netlink/names.ts'
import { inetAddress } from '../socket-address.ts'
import { check, SystemCallError, systemCallFailed } from '../system-call-error.ts'
import { connectionOf } from '../tcp/probe-stream.ts'
import { decodeTcpInfo, TCP_INFO, TCP_INFO_BYTES } from '../tcp/tcp-info.ts'
import { int, socketOptions } from '../tcp/tcp-options.ts'
import { openTcpSocket } from '../tcp/tcp-socket.ts'
import { recvErrOption } from './extended-error.ts'
import { type AttemptOutcome, CONNECTED, failedAttempt, waitForSocket } from './reach.ts'

/** Rejects with LbctlError for what the options cannot do, and with the reason of the signal when that ends it. */
export async function openTcp(libc: Libc, attempt: TcpAttempt, signal: Stop): Promise<TcpOpened> {
  signal.throwIfAborted()
  const startedMs = performance.now()
  const fd = opened(libc, attempt)
  let outcome: AttemptOutcome
  try {
    outcome = await connected(libc, fd, attempt, signal)
  } catch (error) {
    libc.close(fd)
    throw error
  }
  const elapsedMs = performance.now() - startedMs
  if (outcome.result === 'connected') {
    try {
      return { ...outcome, elapsedMs, connection: streamOf(libc, fd, attempt.destination.family) }
    } catch (error) {
      libc.close(fd)
      throw error
    }
  }
  libc.close(fd)
  return { ...outcome, elapsedMs, connection: undefined }
}

function opened(libc: Libc, { destination, source, device, ttl, password }: TcpAttempt): number {
  const fd = openTcpSocket(libc, destination.family, {
    ...(source === undefined ? {} : { source }),
    ...(device === undefined ? {} : { device }),
    ...(ttl === undefined ? {} : { ttl }),
    ...(password === undefined ? {} : { md5Keys: [{ peer: destination, password }] }),
  })
  try {
    const queue = recvErrOption(destination.family === 4 ? AF.inet : AF.inet6)
    check('setsockopt IP_RECVERR', libc.setOption(fd, queue.level, queue.name, int(1)))
    return fd
  } catch (error) {
    libc.close(fd)
    throw error instanceof SystemCallError ? systemCallFailed('open a TCP socket', error) : error
  }
}

async function connected(libc: Libc, fd: number, attempt: TcpAttempt, signal: Stop): Promise<AttemptOutcome> {
  const { destination, port, zone, timeoutMs } = attempt
  const scope = zone === undefined ? 0 : Math.max(0, libc.interfaceIndex(zone))
  const result = libc.connect(fd, inetAddress(destination, port, scope))
  if (result === 0) return CONNECTED
  if (result !== -ERRNO.EINPROGRESS) {
    const code = errnoName(-result)
    // A local ICMP error (no neighbour, prohibited) may be there already.
    return { ...failedAttempt(libc, fd, -result), code }
  }
  return waitForSocket(libc, fd, { writable: true }, timeoutMs, signal)
}

/** The kernel's socket as a stream. From here on Node owns the descriptor and closes it. */
function streamOf(libc: Libc, fd: number, family: IpFamily): TcpConnection {
  const socket = new Socket({ fd, readable: true, writable: true, allowHalfOpen: true })
  return connectionOf(socket, {
    progress: () => progressOf(libc, fd),
    setTtl: (ttl) => {
      for (const { level, name, value } of socketOptions(family, { ttl }))
        libc.setOption(fd, level, name, value)
    },
  })
}

function progressOf(libc: Libc, fd: number): TcpProgress | 'unknown' {
  const value = pinned(TCP_INFO_BYTES)
  const length = libc.getOption(fd, SOL.tcp, TCP_INFO, value)
  const info = length < 0 ? undefined : decodeTcpInfo(value.subarray(0, length))
  return info === undefined ? 'unknown' : { state: tcpState(info.state), unacknowledged: info.unacknowledged }
}
