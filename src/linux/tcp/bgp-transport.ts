// TCP for sessions with everything that the kernel can do: signatures, TTL, GTSM, VRF.
import type { Socket } from 'node:net'
import type { BgpRemote } from '../../bgp/peer.ts'
import type { BgpTransport } from '../../bgp/ports.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { Libc } from '../libc.ts'
import { SystemCallError } from '../system-call-error.ts'
import { acceptFrom } from './accepted-connection.ts'
import { failedConnection, streamConnection } from './stream-connection.ts'
import { socketOptions, type TcpOptions } from './tcp-options.ts'
import { connectTcp, listenTcp, setSocketOption } from './tcp-socket.ts'

/** Network control, as routers mark BGP (RFC 4594 §3.1: CS6). */
const TRAFFIC_CLASS = 0xc0
const NEAREST_TTL = 255
/** ip(7), ipv6(7): what the system has configured. */
const DEFAULT_TTL = -1

export const linuxBgpTransport = (libc: Libc): BgpTransport => ({
  missing: () => [],
  connect: (remote, events) => {
    try {
      return streamConnection(connectTcp(libc, remote, tcpOptions(remote)), events)
    } catch (error) {
      return failedConnection(codeOf(error), events)
    }
  },
  listen: async ({ address, port, device }, onAccepted) => {
    // A peer that asks for nearness (RFC 5082) drops even the first answer of the handshake if it comes with less.
    const options = {
      ...{ trafficClass: TRAFFIC_CLASS, ttl: NEAREST_TTL },
      ...(device === undefined ? {} : { device }),
    }
    const listener = await listenTcp(libc, address, port, options)
    acceptFrom(listener.server, onAccepted, (socket, remote) => secure(libc, socket, remote))
    const bound = listener.server.address()
    return {
      port: typeof bound === 'object' && bound !== null ? bound.port : port,
      setKey: (peer, password, prefixLength) =>
        listener.setKey({ peer, password, ...(prefixLength === undefined ? {} : { prefixLength }) }),
      close: () => listener.close(),
    }
  },
})

/** Without a TTL the kernel's own is kept, so that peers more than one hop away work as they do with MetalLB's native mode. */
function tcpOptions({ address, source, device, ttl, minTtl, password }: BgpRemote): TcpOptions {
  return {
    trafficClass: TRAFFIC_CLASS,
    ...(source === undefined ? {} : { source }),
    ...(device === undefined ? {} : { device }),
    ...(ttl === undefined ? {} : { ttl }),
    ...(minTtl === undefined ? {} : { minTtl }),
    ...(password === undefined ? {} : { md5Keys: [{ peer: address, password }] }),
  }
}

/**
 * A listener serves peers with different TTLs, so they are set when the peer is known. The handshake of TCP is over by then;
 * a sender from afar gets no further than that, because the KEEPALIVE that makes a session is dropped.
 */
function secure(libc: Libc, socket: Socket, { ttl, minTtl }: Pick<BgpRemote, 'ttl' | 'minTtl'>): void {
  const family = socket.remoteFamily === 'IPv6' ? 6 : 4
  const options = socketOptions(family, {
    ttl: ttl ?? DEFAULT_TTL,
    ...(minTtl === undefined ? {} : { minTtl }),
  })
  const fd = (socket as Socket & { readonly _handle?: { readonly fd?: number } })._handle?.fd
  if (fd === undefined || fd < 0) throw new Error('an accepted socket without a descriptor')
  for (const option of options) setSocketOption(libc, fd, option)
}

/** The code of the system call that failed; `EINVAL` for options that are none. */
function codeOf(error: unknown): string {
  if (error instanceof LbctlError && error.cause instanceof SystemCallError) return error.cause.code
  if (error instanceof LbctlError) return 'EINVAL'
  throw error
}
