// What unnumbered BGP peers need from outside. The wing (and with it koffi) is loaded here and only then.
import { performance } from 'node:perf_hooks'
import type { DiscoveryPorts } from '../bgp/unnumbered/ports.ts'

/** Rejects with LbctlError: `unsupported` without Linux or koffi, `permission` without CAP_NET_RAW. */
export async function discoveryPorts(): Promise<DiscoveryPorts> {
  const [{ loadLibc }, { networkTables }, { linkInterfaces }, { openFrameSocket }, { requireCapabilities }] =
    await Promise.all([
      import('../linux/libc.ts'),
      import('../linux/netlink/network-tables.ts'),
      import('../linux/link-interfaces.ts'),
      import('../linux/packet/frame-socket.ts'),
      import('../linux/capabilities.ts'),
    ])
  const libc = await loadLibc()
  // Else each interface would fail by itself, and be tried again for ever.
  requireCapabilities({ capabilities: ['CAP_NET_RAW'], to: 'find routers by their advertisements' })
  return {
    links: linkInterfaces(networkTables(libc)),
    frames: {
      open: async (interfaceName, onFrame) => {
        const socket = await openFrameSocket(libc, {
          interfaceName,
          selection: { ndp: true },
          onFrame: ({ bytes }) => onFrame(bytes),
        })
        return {
          send: (frame) => socket.send(frame).error,
          joinMulticast: (mac) => socket.joinMulticast(mac),
          close: () => socket.close(),
        }
      },
    },
    clock: {
      nowMs: () => performance.now(),
      after: (ms, then) => {
        const timer = setTimeout(then, ms)
        return () => clearTimeout(timer)
      },
    },
    random: Math.random,
  }
}
