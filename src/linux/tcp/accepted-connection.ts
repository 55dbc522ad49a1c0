// A connection that a listener accepted, until somebody wants it or nobody does.
import type { Server, Socket } from 'node:net'
import type { BgpRemote } from '../../bgp/peer.ts'
import type { AcceptedConnection } from '../../bgp/ports.ts'
import { endsOf, streamConnection } from './stream-connection.ts'

/** How long a peer that is refused has to read why. */
const REFUSED_MS = 1_000

type Secure = (socket: Socket, remote: Pick<BgpRemote, 'ttl' | 'minTtl'>) => void

/** @param secure sets what the peer's options ask of its connections */
export function acceptFrom(
  server: Server,
  onAccepted: (accepted: AcceptedConnection) => void,
  secure: Secure,
): void {
  server.on('connection', (socket) => {
    const ends = endsOf(socket)
    if (ends === undefined) {
      socket.destroy()
      return
    }
    onAccepted({
      ends,
      adopt: (remote, events) => {
        const connection = streamConnection(socket, events)
        try {
          secure(socket, remote)
        } catch {
          // A session that is not as safe as it was asked to be is none.
          socket.destroy()
        }
        return connection
      },
      refuse: (message) => {
        socket.on('error', () => {})
        socket.resume()
        if (message === undefined) socket.end()
        else socket.end(message)
        const timer = setTimeout(() => socket.destroy(), REFUSED_MS)
        socket.on('close', () => clearTimeout(timer))
      },
    })
  })
}
