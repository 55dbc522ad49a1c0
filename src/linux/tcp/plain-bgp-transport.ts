// TCP for sessions with what Node can do by itself, where koffi is missing or the system is not Linux.
import { connect, createServer } from 'node:net'
import type { RemoteNeed } from '../../bgp/endpoints.ts'
import type { BgpRemote } from '../../bgp/peer.ts'
import type { BgpTransport } from '../../bgp/ports.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { formatIp } from '../../net/ip.ts'
import { acceptFrom } from './accepted-connection.ts'
import { streamConnection } from './stream-connection.ts'

const NEEDS: readonly RemoteNeed[] = ['device', 'password', 'ttl', 'minTtl']

export const plainBgpTransport = (): BgpTransport => ({
  missing: (remote) => NEEDS.filter((need) => remote[need] !== undefined),
  connect: (remote, events) => streamConnection(connect(target(remote)), events),
  listen: async ({ address, port, device }, onAccepted) => {
    if (device !== undefined) throw needsKernel('listen on one interface only')
    const server = createServer()
    acceptFrom(server, onAccepted, () => {})
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(cannotListen(error, formatIp(address), port)),
      )
      server.listen({ host: formatIp(address), port, ipv6Only: address.family === 6 }, resolve)
    })
    const bound = server.address()
    return {
      port: typeof bound === 'object' && bound !== null ? bound.port : port,
      setKey: (_peer, password) => {
        if (password !== undefined) throw needsKernel('ask for signed connections')
      },
      close: () => new Promise((resolve) => server.close(() => resolve())),
    }
  },
})

function target({ address, port, zone, source }: BgpRemote) {
  const host = `${formatIp(address)}${zone === undefined ? '' : `%${zone}`}`
  return { host, port, ...(source === undefined ? {} : { localAddress: formatIp(source) }) }
}

const needsKernel = (doing: string): LbctlError =>
  new LbctlError('unsupported', `Could not ${doing}: this needs the kernel interface, which is not there.`, {
    hints: [
      'Install the optional package koffi: npm install koffi@3.3.4. It exists for Linux on x64 and arm64.',
    ],
  })

function cannotListen(error: NodeJS.ErrnoException, address: string, port: number): LbctlError {
  const code = error.code ?? 'EUNKNOWN'
  const kind =
    code === 'EACCES' || code === 'EPERM' ? 'permission' : code === 'EADDRINUSE' ? 'conflict' : 'usage'
  return new LbctlError(kind, `Could not listen on ${address} port ${port}: ${REASONS[code] ?? code}.`, {
    facts: { error: code },
    cause: error,
  })
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'ports below 1024 need rights that the process does not have',
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this host does not have that address',
}
