// The port of the capture.
import type { CaptureSockets } from '../diagnose/capture/ports.ts'
import { requireCapabilities } from './capabilities.ts'
import type { Libc } from './libc.ts'
import { openFrameSocket } from './packet/frame-socket.ts'

export const captureSockets = (libc: Libc): CaptureSockets => ({
  open: async (options) => {
    requireCapabilities({ capabilities: ['CAP_NET_RAW'], to: 'capture frames' })
    return openFrameSocket(libc, options)
  },
})
