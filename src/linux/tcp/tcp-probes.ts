// The port of the diagnosis of BGP.
import type { TcpProbes } from '../../diagnose/bgp/ports.ts'
import type { Libc } from '../libc.ts'
import { openTcp } from '../reach/open-tcp.ts'
import { socketOwners } from './socket-owners.ts'
import { readTcpCounters } from './tcp-counters.ts'

export const tcpProbes = (libc: Libc): TcpProbes => ({
  open: (attempt, signal) => openTcp(libc, attempt, signal),
  drops: () => {
    try {
      return readTcpCounters()
    } catch {
      // Not mounted, or hidden from us.
      return undefined
    }
  },
  owners: (inodes) => socketOwners(inodes),
})
