// The outside world for gossip.
import { performance } from 'node:perf_hooks'
import type { GossipClock, GossipPorts } from '../gossip/ports.ts'

/** The longest delay that a timer of Node takes; longer ones are cut, and whoever wakes early sleeps again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

const gossipClock: GossipClock = {
  nowMs: () => performance.now(),
  after: (delayMs, callback) => {
    // Timers are cut to whole milliseconds, and must not fire before their time.
    const timer = setTimeout(callback, Math.min(LONGEST_TIMER_MS, Math.ceil(delayMs)))
    return () => clearTimeout(timer)
  },
}

export async function gossipPorts(): Promise<GossipPorts> {
  const [{ gossipNetwork }, { aesGcm }] = await Promise.all([
    import('../linux/gossip/gossip-network.ts'),
    import('../linux/gossip/aes-gcm.ts'),
  ])
  return { network: gossipNetwork, clock: gossipClock, random: Math.random, cipher: aesGcm }
}
