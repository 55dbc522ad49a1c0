// The kernel for the commands that need it. The wing (and with it koffi) is loaded here and only then.
import { hostname } from 'node:os'
import { performance } from 'node:perf_hooks'
import type { Clock, Surroundings } from '../diagnose/collect/question.ts'

/** @param netns name or process number of a network namespace; the whole process moves there. @throws LbctlError */
export async function openKernel({
  netns,
}: {
  readonly netns?: string | undefined
} = {}): Promise<Surroundings> {
  const [{ loadLibc }, { networkTables }, { networkProbes }, { factsReader }, { currentRights }] =
    await Promise.all([
      import('../linux/libc.ts'),
      import('../linux/netlink/network-tables.ts'),
      import('../linux/network-probes.ts'),
      import('../linux/facts.ts'),
      import('../linux/capabilities.ts'),
    ])
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

const systemClock: Clock = {
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
