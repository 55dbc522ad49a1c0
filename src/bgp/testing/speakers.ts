// Speakers on an imagined network.
import { type Ip, parseIp } from '../../net/ip.ts'
import { parsePrefix } from '../../net/prefix.ts'
import type { BgpAdvertisement, BgpPeerOptions, BgpRemote } from '../peer.ts'
import type { BgpReport } from '../report.ts'
import { BgpSpeaker } from '../speaker.ts'
import type { MemoryNetwork } from './memory-network.ts'
import { PlainInbound, PlainOutbound } from './plain-routes.ts'
import type { VirtualClock } from './virtual-clock.ts'

export const address = (text: string): Ip => {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(`not an address: ${text}`)
  return parsed
}

export const LEFT = address('192.0.2.1')
export const RIGHT = address('192.0.2.2')

export const advertisement = (prefix: string): BgpAdvertisement => {
  const parsed = parsePrefix(prefix)
  if (parsed === undefined) throw new Error(`not a prefix: ${prefix}`)
  return { prefix: parsed, localPreference: undefined, communities: [], largeCommunities: [] }
}

export const peerOptions = (
  change: Omit<Partial<BgpPeerOptions>, 'remote'> & { readonly remote?: Partial<BgpRemote> } = {},
): BgpPeerOptions => ({
  ...{ name: 'right', localAsn: 65_001, peerAsn: 65_002, routerId: LEFT },
  ...{ holdTimeSeconds: 90, keepaliveTimeSeconds: undefined, connectRetrySeconds: 30, families: [4] },
  ...{ gracefulRestart: undefined, passive: false, maximumPrefixes: undefined },
  ...change,
  remote: { address: RIGHT, port: 179, ...change.remote },
})

/** The same session as the other side has it. */
export const mirrored = (change: Parameters<typeof peerOptions>[0] = {}): BgpPeerOptions =>
  peerOptions({
    ...{ name: 'left', localAsn: 65_002, peerAsn: 65_001, routerId: RIGHT },
    ...change,
    remote: { address: LEFT, port: 179, ...change.remote },
  })

export interface TestSpeaker {
  readonly speaker: BgpSpeaker
  readonly reports: BgpReport[]
  readonly outbound: Map<string, PlainOutbound>
  readonly inbound: Map<string, PlainInbound>
}

export function testSpeaker(
  clock: VirtualClock,
  network: MemoryNetwork,
  at: Ip,
  options: {
    readonly random?: () => number
    readonly restarted?: boolean
    readonly onReport?: (report: BgpReport) => void
  } = {},
): TestSpeaker {
  const reports: BgpReport[] = []
  const outbound = new Map<string, PlainOutbound>()
  const inbound = new Map<string, PlainInbound>()
  const speaker = new BgpSpeaker({
    ...{ transport: network.host(at), clock, random: options.random ?? (() => 0.5) },
    sink: {
      report: (report) => {
        reports.push(report)
        options.onReport?.(report)
      },
    },
    outbound: ({ name }) => {
      const routes = new PlainOutbound()
      outbound.set(name, routes)
      return routes
    },
    inbound: ({ name }) => {
      const routes = new PlainInbound()
      inbound.set(name, routes)
      return routes
    },
    restarted: options.restarted ?? false,
  })
  return { speaker, reports, outbound, inbound }
}
