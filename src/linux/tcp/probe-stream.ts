// A connected socket of Node as the diagnosis wants it: what came before anybody listened is not lost, and the end comes once.
import type { Socket } from 'node:net'
import type { TcpConnection, TcpEnd, TcpProgress } from '../../diagnose/bgp/ports.ts'
import { parseIp } from '../../net/ip.ts'

/** What only the kernel knows and does; asked only while the socket is open. */
export interface SocketInKernel {
  progress(): TcpProgress | 'unknown'
  setTtl(ttl: number): void
}

export function connectionOf(socket: Socket, kernel: SocketInKernel): TcpConnection {
  let gone = false
  let ended: TcpEnd | undefined
  const early: Uint8Array[] = []
  let listener: Parameters<TcpConnection['listen']>[0] | undefined
  const end = (how: TcpEnd) => {
    if (ended !== undefined) return
    ended = how
    listener?.end(how)
  }
  socket.setNoDelay(true)
  socket.on('data', (bytes) => {
    if (listener === undefined) early.push(bytes)
    else listener.data(bytes)
  })
  socket.on('end', () => end({ how: 'closed', code: undefined }))
  socket.on('error', ({ code }: NodeJS.ErrnoException) =>
    end({ how: code === 'ECONNRESET' || code === 'EPIPE' ? 'reset' : 'failed', code }),
  )
  socket.on('close', () => {
    gone = true
    end({ how: 'closed', code: undefined })
  })
  return {
    local: localOf(socket),
    listen: (given) => {
      listener = given
      for (const bytes of early.splice(0)) given.data(bytes)
      if (ended !== undefined) given.end(ended)
    },
    send: (bytes) => {
      socket.write(bytes)
    },
    finish: () => {
      socket.end()
    },
    // The descriptor may belong to somebody else once Node has closed it.
    progress: () => (gone || socket.destroyed ? 'gone' : kernel.progress()),
    setTtl: (ttl) => {
      if (!gone && !socket.destroyed) kernel.setTtl(ttl)
    },
    close: () => {
      socket.destroy()
    },
  }
}

function localOf({ localAddress = '', localPort = 0 }: Socket): TcpConnection['local'] {
  const address = parseIp(localAddress.split('%')[0] ?? '')
  if (address === undefined) throw new Error('a connected socket has no local address')
  return { address, port: localPort }
}
