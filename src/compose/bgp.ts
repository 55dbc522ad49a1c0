// What a BGP speaker needs from outside. The wing (and with it koffi) is loaded here and only then.
import { performance } from 'node:perf_hooks'
import type { BgpClock, BgpPorts, BgpSink, BgpTransport } from '../bgp/ports.ts'
import { LbctlError } from '../errors/lbctl-error.ts'

/**
 * Without koffi, or on a system that is not Linux, plain TCP is what there is; `transport.missing` says which options of a
 * peer that leaves out.
 */
export const bgpPorts = async (sink: BgpSink): Promise<BgpPorts> => ({
  transport: await bgpTransport(),
  clock: bgpClock,
  random: Math.random,
  sink,
})

async function bgpTransport(): Promise<BgpTransport> {
  const [{ loadLibc }, { linuxBgpTransport }] = await Promise.all([
    import('../linux/libc.ts'),
    import('../linux/tcp/bgp-transport.ts'),
  ])
  try {
    return linuxBgpTransport(await loadLibc())
  } catch (error) {
    if (!(error instanceof LbctlError && error.kind === 'unsupported')) throw error
    const { plainBgpTransport } = await import('../linux/tcp/plain-bgp-transport.ts')
    return plainBgpTransport()
  }
}

export const bgpClock: BgpClock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
  soon: (then) => {
    setImmediate(then)
  },
}
