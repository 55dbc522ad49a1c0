// Our own speaker, with the real transport, clock and Adj-RIBs. Whatever opens sockets must run with the main thread in the
// namespace of the speaker, timers included: a scenario does everything between its start and its stop inside.
import { AdjRibIn } from '../../../src/bgp/adj-rib-in.ts'
import { AdjRibOut } from '../../../src/bgp/adj-rib-out.ts'
import type { BgpAdvertisement, BgpPeerOptions, BgpState } from '../../../src/bgp/peer.ts'
import type { BgpReport } from '../../../src/bgp/report.ts'
import { BgpSpeaker, type StopOptions } from '../../../src/bgp/speaker.ts'
import type { BgpPeerStatus } from '../../../src/bgp/status.ts'
import { bgpPorts } from '../../../src/compose/bgp.ts'
import { type Ip, parseIp } from '../../../src/net/ip.ts'
import { parsePrefix } from '../../../src/net/prefix.ts'
import { eventually } from '../namespaces.ts'

export const PEER = 'peer'
const BGP_PORT = 179
/** As generous as that of the daemons. */
const DEADLINE_MS = 45_000

export const address = (text: string): Ip => {
  const ip = parseIp(text)
  if (ip === undefined) throw new Error(`not an address: ${text}`)
  return ip
}

/** Attributes may be left out, and then are. */
export const advertisement = (
  prefix: string,
  attributes: Partial<Omit<BgpAdvertisement, 'prefix'>> = {},
): BgpAdvertisement => {
  const parsed = parsePrefix(prefix)
  if (parsed === undefined) throw new Error(`not a prefix: ${prefix}`)
  return {
    ...{ localPreference: undefined, communities: [], largeCommunities: [] },
    ...attributes,
    prefix: parsed,
  }
}

export class OurSpeaker {
  readonly speaker: BgpSpeaker
  readonly reports: BgpReport[]

  private constructor(speaker: BgpSpeaker, reports: BgpReport[]) {
    this.speaker = speaker
    this.reports = reports
  }

  static async start(
    peers: readonly BgpPeerOptions[],
    { listen = true, restarted = false }: { listen?: boolean; restarted?: boolean } = {},
  ): Promise<OurSpeaker> {
    const reports: BgpReport[] = []
    const ports = await bgpPorts({ report: (report) => void reports.push(report) })
    const speaker = new BgpSpeaker({
      ...ports,
      outbound: () => new AdjRibOut(),
      inbound: () => new AdjRibIn(),
      restarted,
    })
    if (listen)
      for (const any of ['0.0.0.0', '::']) await speaker.listen({ address: address(any), port: BGP_PORT })
    speaker.setPeers(peers)
    return new OurSpeaker(speaker, reports)
  }

  announce(...advertisements: readonly BgpAdvertisement[]): void {
    for (const one of advertisements) this.speaker.routes(PEER)?.announce(one)
  }

  withdraw(...prefixes: readonly string[]): void {
    for (const prefix of prefixes) this.speaker.routes(PEER)?.withdraw(advertisement(prefix).prefix)
  }

  get status(): BgpPeerStatus {
    const found = this.speaker.status().find(({ name }) => name === PEER)
    if (found === undefined) throw new Error('our speaker has no such peer')
    return found
  }

  /** The last ending in words; '' when there was none. */
  get lastWords(): string {
    return this.status.lastEnding?.words ?? ''
  }

  reaches(state: BgpState): Promise<void> {
    return this.sees(`the state ${state}`, () => this.status.state === state)
  }

  async sees(what: string, probe: () => boolean): Promise<void> {
    try {
      await eventually(`our speaker sees ${what}`, () => probe() || undefined, DEADLINE_MS)
    } catch (error) {
      throw new Error(`${String(error)}\n${this.explain()}`, { cause: error })
    }
  }

  /** How many sessions with the peer were established. */
  get establishments(): number {
    return this.reports.filter(({ kind }) => kind === 'established').length
  }

  explain(): string {
    const text = (value: unknown) =>
      JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one))
    return `--- our speaker\n${text(this.speaker.status())}\n${this.reports.slice(-40).map(text).join('\n')}`
  }

  stop(options: StopOptions = { graceful: false }): Promise<void> {
    return this.speaker.stop(options)
  }
}
