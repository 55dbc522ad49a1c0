// The kernel for the commands that need it. koffi is loaded when it is opened, and only then.
import { hostname } from 'node:os'
import type { BgpSurroundings } from '../diagnose/bgp/collect/bgp-question.ts'
import type { Clock, Surroundings } from '../diagnose/collect/question.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { currentRights } from '../linux/capabilities.ts'
import { factsReader } from '../linux/facts.ts'
import { loadLibc } from '../linux/libc.ts'
import { networkTables } from '../linux/netlink/network-tables.ts'
import { networkProbes } from '../linux/network-probes.ts'
import { tcpProbes } from '../linux/tcp/tcp-probes.ts'

/** @param netns name or process number of a network namespace; the whole process moves there. @throws LbctlError */
export async function openKernel({
  netns,
}: {
  readonly netns?: string | undefined
} = {}): Promise<Surroundings> {
  const libc = await loadLibc()
  if (netns !== undefined) {
    const { enterNetns } = await import('../linux/namespaces.ts')
    enterNetns(libc, netns)
  }
  return {
    tables: networkTables(libc),
    probes: networkProbes(libc),
    facts: factsReader(),
    rights: currentRights(),
    clock: systemClock,
    hostName: hostname(),
    netns,
  }
}

/**
 * The kernel for the diagnosis of BGP. Without koffi: what Node and /proc give, unless another namespace is wanted.
 * @throws LbctlError
 */
export async function openKernelForBgp(netns: string | undefined): Promise<BgpSurroundings> {
  const common = { clock: systemClock, hostName: hostname(), netns }
  try {
    const kernel = await openKernel({ netns })
    const { tables } = kernel
    const tcp = tcpProbes(await loadLibc())
    return { ...common, kernel, tcp, sessions: (port) => tables.tcpSessions(port) }
  } catch (error) {
    if (netns !== undefined || !(error instanceof LbctlError) || error.kind !== 'unsupported') throw error
    const { plainTcpProbes, plainTcpSessions } = await import('../linux/tcp/plain-tcp.ts')
    return { ...common, kernel: undefined, tcp: plainTcpProbes(), sessions: plainTcpSessions }
  }
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  sleep: (ms, wake) =>
    new Promise((resolve) => {
      if (wake?.aborted === true) return resolve()
      const done = () => {
        clearTimeout(timer)
        wake?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      wake?.addEventListener('abort', done)
    }),
}
