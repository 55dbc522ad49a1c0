// The same without koffi: connections as Node makes them, sockets as /proc lists them. No ICMP and no sender of a refusal, no
// TTL, no password, no interface.
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import type { Stop, TcpAttempt, TcpOpened, TcpProbes } from '../../diagnose/bgp/ports.ts'
import type { TcpSession } from '../../diagnose/ports/tables.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { formatIp } from '../../net/ip.ts'
import { connectionOf, type SocketInKernel } from './probe-stream.ts'
import { decodeProcTcp } from './proc-net-tcp.ts'
import { socketOwners } from './socket-owners.ts'

export const plainTcpProbes = (): TcpProbes => ({
  open: openPlain,
  drops: () => undefined,
  owners: (inodes) => socketOwners(inodes),
})

/** Sockets whose local or remote port is `port`, of the namespace of the main thread. None where there is no /proc. */
export async function plainTcpSessions(port: number): Promise<readonly TcpSession[]> {
  const texts = ([4, 6] as const).map((family) => {
    try {
      return decodeProcTcp(readFileSync(`/proc/net/tcp${family === 6 ? '6' : ''}`, 'utf8'), family)
    } catch {
      return []
    }
  })
  return texts.flat().filter(({ local, remote }) => local.port === port || remote.port === port)
}

const NOTHING_KNOWN: SocketInKernel = { progress: () => 'unknown', setTtl: () => undefined }

function openPlain(attempt: TcpAttempt, signal: Stop): Promise<TcpOpened> {
  const { destination, zone, port, source, timeoutMs, password, ttl, device } = attempt
  if (password !== undefined || ttl !== undefined || device !== undefined)
    throw new LbctlError(
      'unsupported',
      `A ${password !== undefined ? 'password' : ttl !== undefined ? 'TTL' : 'device'} for a TCP connection takes the optional package koffi, which is not installed.`,
      { hints: ['Install lbctl again without --omit=optional.'] },
    )
  signal.throwIfAborted()
  const startedMs = performance.now()
  const socket = connect({
    host: `${formatIp(destination)}${zone === undefined ? '' : `%${zone}`}`,
    port,
    allowHalfOpen: true,
    ...(source === undefined ? {} : { localAddress: formatIp(source) }),
  })
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      abandon(socket)
      reject(signal.reason)
    }
    signal.addEventListener('abort', abort)
    const finish = (outcome: Pick<TcpOpened, 'result' | 'code' | 'connection'>) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      if (outcome.connection === undefined) abandon(socket)
      resolve({ ...outcome, icmp: undefined, elapsedMs: performance.now() - startedMs })
    }
    const timer = setTimeout(
      () => finish({ result: 'silent', code: undefined, connection: undefined }),
      timeoutMs,
    )
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      finish({ result: 'failed', code, connection: undefined })
    })
    socket.once('connect', () => {
      socket.removeAllListeners()
      finish({ result: 'connected', code: undefined, connection: connectionOf(socket, NOTHING_KNOWN) })
    })
  })
}

function abandon(socket: Socket): void {
  socket.removeAllListeners()
  // What still goes wrong with it concerns nobody.
  socket.on('error', () => undefined)
  socket.destroy()
}
