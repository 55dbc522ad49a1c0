// UDP and TCP for gossip: plain sockets of Node on one address and port. Nothing here needs a capability.
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram'
import { createServer, connect as openConnection, type Server, type Socket } from 'node:net'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { formatEndpoint, type GossipEndpoint } from '../../gossip/endpoint.ts'
import type { GossipNetwork, GossipSocketEvents, GossipSockets } from '../../gossip/ports.ts'
import { formatIp, parseIp } from '../../net/ip.ts'
import { gossipStream } from './gossip-stream.ts'

/** Bursts of a whole cluster: memberlist asks for as much; the kernel gives what net.core.rmem_max allows. */
const RECEIVE_BUFFER_BYTES = 2 * 1024 * 1024
/** With port 0 the port that TCP got may be taken for UDP: then another one is tried. */
const PORT_ATTEMPTS = 10

export const gossipNetwork: GossipNetwork = {
  open: async (at, events, limits) => {
    for (let attempt = 1; ; attempt++) {
      const server = await listen(at, events, limits)
      const { port } = server.address() as { readonly port: number }
      try {
        const udp = await bind({ ...at, port }, events)
        return sockets(server, udp, port, events)
      } catch (error) {
        server.close()
        if (at.port !== 0 || attempt === PORT_ATTEMPTS) throw error
      }
    }
  },
}

function listen(
  at: GossipEndpoint,
  events: GossipSocketEvents,
  limits: { readonly streamTimeoutMs: number; readonly mostStreams: number },
): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const from = endpointOf(socket.remoteAddress, socket.remotePort)
    // A connection that broke before we looked at it has no address any more.
    if (from === undefined) socket.destroy()
    else events.onStream(gossipStream(socket, limits.streamTimeoutMs), from)
  })
  server.maxConnections = limits.mostStreams
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(notOpened('TCP', at, error)))
    server.listen({ host: formatIp(at.address), port: at.port }, () => {
      server.removeAllListeners('error')
      // EMFILE and the like, which pass: the connection is lost, the server is not.
      server.on('error', () => undefined)
      resolve(server)
    })
  })
}

function bind(at: GossipEndpoint, events: GossipSocketEvents): Promise<UdpSocket> {
  const udp = createSocket({ type: at.address.family === 4 ? 'udp4' : 'udp6' })
  return new Promise((resolve, reject) => {
    udp.once('error', (error) => reject(notOpened('UDP', at, error)))
    udp.bind({ address: formatIp(at.address), port: at.port }, () => {
      udp.removeAllListeners('error')
      udp.on('error', () => undefined)
      setReceiveBuffer(udp)
      udp.on('message', (packet: Buffer, remote: RemoteInfo) => {
        const from = endpointOf(remote.address, remote.port)
        if (from !== undefined) events.onPacket(packet, from)
      })
      resolve(udp)
    })
  })
}

function setReceiveBuffer(udp: UdpSocket): void {
  try {
    udp.setRecvBufferSize(RECEIVE_BUFFER_BYTES)
  } catch {
    // The default is enough for small clusters.
  }
}

function sockets(server: Server, udp: UdpSocket, port: number, events: GossipSocketEvents): GossipSockets {
  const streams = new Set<Socket>()
  server.on('connection', (socket) => track(streams, socket))
  let closed = false
  return {
    port,
    send: (packet, to) => {
      if (closed) return
      udp.send(packet, to.port, formatIp(to.address), (error) => {
        if (error !== null && !closed)
          events.onSendError((error as NodeJS.ErrnoException).code ?? 'unknown error', to)
      })
    },
    connect: (to, timeoutMs) => {
      const socket = openConnection({ host: formatIp(to.address), port: to.port, allowHalfOpen: true })
      track(streams, socket)
      return gossipStream(socket, timeoutMs)
    },
    close: async () => {
      closed = true
      for (const socket of streams) socket.destroy()
      await Promise.all([
        new Promise<void>((resolve) => {
          server.close(() => resolve())
        }),
        new Promise<void>((resolve) => {
          udp.close(() => resolve())
        }),
      ])
    },
  }
}

function track(streams: Set<Socket>, socket: Socket): void {
  streams.add(socket)
  socket.once('close', () => streams.delete(socket))
}

/** A zone is of no use to others and left out; `::ffff:` addresses of a dual socket are IPv4. */
function endpointOf(address: string | undefined, port: number | undefined): GossipEndpoint | undefined {
  const ip = parseIp((address ?? '').replace(/%.*$/, ''))
  return ip === undefined || port === undefined ? undefined : { address: ip, port }
}

function notOpened(protocol: string, at: GossipEndpoint, cause: Error): LbctlError {
  const { code } = cause as NodeJS.ErrnoException
  const where = formatEndpoint(at)
  const facts = { address: where, protocol, cause: code ?? 'unknown' }
  if (code === 'EADDRINUSE')
    return new LbctlError('conflict', `Another program uses ${where} (${protocol}) already.`, {
      ...{ facts, cause },
      hints: [
        'A MetalLB speaker on this node uses the same port: move it away from this node first, or choose another port for the whole cluster.',
      ],
    })
  if (code === 'EADDRNOTAVAIL')
    return new LbctlError(
      'input',
      `This host has no address ${formatIp(at.address)}, so gossip cannot listen there.`,
      {
        ...{ facts, cause },
        hints: ['Bind to an address of this host that the other nodes can reach.'],
      },
    )
  if (code === 'EACCES')
    return new LbctlError('permission', `This user may not listen on ${where} (${protocol}).`, {
      ...{ facts, cause },
      hints: ['Ports below 1024 need CAP_NET_BIND_SERVICE: choose a higher one.'],
    })
  return new LbctlError(
    'unreachable',
    `Gossip cannot listen on ${where} (${protocol}): ${code ?? cause.message}.`,
    {
      ...{ facts, cause },
    },
  )
}
