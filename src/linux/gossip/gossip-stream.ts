// One TCP connection for gossip: in time, in order, and never an exception.
import type { Socket } from 'node:net'
import type { GossipStream } from '../../gossip/ports.ts'

/** Wraps a socket that is connected or on its way. Its whole life may take `timeoutMs` from now. */
export function gossipStream(socket: Socket, timeoutMs: number): GossipStream {
  let onData: (chunk: Uint8Array) => void = () => undefined
  let onEnd: (reason: string | undefined) => void = () => undefined
  let ended = false
  const end = (reason: string | undefined): void => {
    if (ended) return
    ended = true
    clearTimeout(timer)
    onEnd(reason)
  }
  const timer = setTimeout(() => {
    socket.destroy()
    end(`no answer within ${timeoutMs / 1000} s.`)
  }, timeoutMs)
  socket.setNoDelay(true)
  socket.on('data', (chunk) => {
    if (!ended) onData(chunk)
  })
  socket.on('end', () => {
    // They said all: what is to be said to them was written already.
    socket.end()
    end(undefined)
  })
  socket.on('error', (error: NodeJS.ErrnoException) =>
    end(REASONS[error.code ?? ''] ?? `${error.code ?? 'unknown error'}.`),
  )
  socket.on('close', () => end(undefined))
  return {
    onData: (callback) => {
      onData = callback
    },
    onEnd: (callback) => {
      onEnd = callback
    },
    write: (bytes, last) => {
      if (last) socket.end(bytes)
      else socket.write(bytes)
    },
    close: () => {
      ended = true
      clearTimeout(timer)
      socket.destroy()
    },
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there (ECONNREFUSED).',
  EHOSTUNREACH: 'the host does not answer on the link, or a firewall refuses (EHOSTUNREACH).',
  ENETUNREACH: 'there is no route to it (ENETUNREACH).',
  ETIMEDOUT: 'no answer (ETIMEDOUT).',
  ECONNRESET: 'it broke the connection off (ECONNRESET).',
  EACCES: 'a firewall on this host refuses (EACCES).',
  EPERM: 'a firewall on this host refuses (EPERM).',
}
