// The port of the diagnosis for frames and connections.
import type { NetworkProbes } from '../diagnose/ports/probes.ts'
import { requireCapabilities } from './capabilities.ts'
import type { Libc } from './libc.ts'
import { openFrameSocket } from './packet/frame-socket.ts'

/** Loaded when it is used: a first probe goes out without it. */
const reach = () => import('./reach/reach.ts')

export function networkProbes(libc: Libc): NetworkProbes {
  return {
    openFrames: async (options) => {
      requireCapabilities({ capabilities: ['CAP_NET_RAW'], to: 'send and receive frames' })
      return openFrameSocket(libc, options)
    },
    reachTcp: async (question) => (await reach()).reachTcp(libc, question),
    reachUdp: async (question) => (await reach()).reachUdp(libc, question),
  }
}
