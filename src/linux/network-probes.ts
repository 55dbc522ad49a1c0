// The port of the diagnosis for frames and connections.
import type { NetworkProbes } from '../diagnose/ports.ts'
import { requireCapabilities } from './capabilities.ts'
import type { Libc } from './libc.ts'
import { openFrameSocket } from './packet/frame-socket.ts'
import { reachTcp, reachUdp } from './reach/reach.ts'

export function networkProbes(libc: Libc): NetworkProbes {
  return {
    openFrames: async (options) => {
      requireCapabilities({ capabilities: ['CAP_NET_RAW'], to: 'send and receive frames' })
      return openFrameSocket(libc, options)
    },
    reachTcp: (question) => reachTcp(libc, question),
    reachUdp: (question) => reachUdp(libc, question),
  }
}
