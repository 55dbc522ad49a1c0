// The sessions of the speaker put together: TCP of this system, Adj-RIBs, discovery of routers on links, and the log.
import { AdjRibIn } from '../../bgp/adj-rib-in.ts'
import { AdjRibOut } from '../../bgp/adj-rib-out.ts'
import type { BgpPeerOptions } from '../../bgp/peer.ts'
import type { BgpReport } from '../../bgp/report.ts'
import { BgpSpeaker } from '../../bgp/speaker.ts'
import type { RouterDiscovery } from '../../bgp/unnumbered/router-discovery.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { Ip } from '../../net/ip.ts'
import { bgpRecord, routesKeptRecord } from '../../speaker/report/bgp-records.ts'
import type { LogSink } from '../../speaker/report/log-record.ts'
import { bgpPorts } from '../bgp.ts'
import type { RestartMemory } from './restart-memory.ts'
import type { HostAndPort } from './speaker-settings.ts'

export interface BgpSide {
  readonly speaker: BgpSpeaker
  /** Interfaces on which routers are looked for. */
  lookForRouters(interfaceNames: readonly string[]): void
  /** what cannot be done here, and why */
  limits(): readonly string[]
  /** Routers with graceful restart keep the routes for the next speaker; the others are told goodbye. */
  /** @param forGood also routers that agreed to wait for a restart are told to drop the routes now */
  stop(forGood: boolean): Promise<void>
}

export interface BgpSideOptions {
  readonly log: LogSink
  readonly optionsOf: (peer: string) => BgpPeerOptions | undefined
  /** interface of the peer, for those that are found by it */
  readonly interfaceOf: (peer: string) => string | undefined
  /** which routers are seen became different */
  readonly onRouters: (byInterface: ReadonlyMap<string, Ip>) => void
  readonly listen: HostAndPort | undefined
  readonly memory: RestartMemory
}

/** @throws LbctlError when the address to listen on cannot be had */
export async function startBgp(options: BgpSideOptions): Promise<BgpSide> {
  const { log, optionsOf, memory } = options
  const routers = new Routers(options)
  const report = (each: BgpReport): void => {
    log(bgpRecord(each, 'peer' in each ? optionsOf(each.peer) : undefined))
    if (each.kind === 'established' && optionsOf(each.peer)?.gracefulRestart !== undefined)
      memory.sessionIsUp()
    if (each.kind === 'state') routers.sessionIs(each.peer, each.to === 'established')
  }
  const speaker = new BgpSpeaker({
    ...(await bgpPorts({ report })),
    outbound: () => new AdjRibOut(),
    inbound: () => new AdjRibIn(),
    restarted: memory.isRestart(Date.now()),
  })
  if (options.listen !== undefined) await speaker.listen(options.listen)
  return {
    speaker,
    lookForRouters: (names) => routers.lookOn(names),
    limits: () => routers.limits,
    stop: async (forGood) => {
      const restartable = speaker.status().filter(({ session }) => session?.agreement.gracefulRestart)
      const kept = forGood ? [] : restartable
      await speaker.stop({
        graceful: !forGood,
        words: forGood ? 'the node is taken out of service' : 'the speaker is stopped',
      })
      memory.leave(kept.length > 0, Date.now())
      if (kept.length > 0) log(routesKeptRecord(kept.map(({ name }) => name)))
      await routers.stop()
    },
  }
}

/** Discovery is started when the first peer needs it: it takes CAP_NET_RAW. */
class Routers {
  readonly #options: BgpSideOptions
  #discovery: Promise<RouterDiscovery> | undefined
  #names: readonly string[] = []
  /** why routers cannot be looked for */
  #trouble: string | undefined

  constructor(options: BgpSideOptions) {
    this.#options = options
  }

  lookOn(names: readonly string[]): void {
    this.#names = names
    if (names.length === 0 && this.#discovery === undefined) return
    this.#discovery ??= this.#start()
    this.#discovery
      .then((discovery) => discovery.set(names))
      .then(() => {
        this.#trouble = undefined
      })
      .catch((error: unknown) => {
        this.#discovery = undefined
        this.#tell(error)
      })
  }

  async #start(): Promise<RouterDiscovery> {
    const [{ RouterDiscovery }, { discoveryPorts }] = await Promise.all([
      import('../../bgp/unnumbered/router-discovery.ts'),
      import('../bgp-discovery.ts'),
    ])
    const discovery: RouterDiscovery = new RouterDiscovery(await discoveryPorts(), () => {
      const seen = this.#names.flatMap((name) => {
        const router = discovery.router(name)
        return router === undefined ? [] : [[name, router] as const]
      })
      this.#options.onRouters(new Map(seen))
    })
    return discovery
  }

  #tell(error: unknown): void {
    if (!(error instanceof LbctlError)) throw error
    // Every change tries again; that it still fails is no news.
    if (this.#trouble === error.message) return
    this.#trouble = error.message
    this.#options.log({
      level: 'error',
      caller: 'bgp',
      fields: { op: 'discover', error: error.message, interface: this.#names.join(',') },
      text: `Routers on ${this.#names.join(', ')} cannot be looked for: ${error.message}`,
    })
  }

  get limits(): readonly string[] {
    return this.#trouble === undefined || this.#names.length === 0
      ? []
      : [`BGPPeers without an address, on ${this.#names.join(', ')}: ${this.#trouble}`]
  }

  sessionIs(peer: string, established: boolean): void {
    const name = this.#options.interfaceOf(peer)
    if (name !== undefined) void this.#discovery?.then((discovery) => discovery.sessionIs(name, established))
  }

  async stop(): Promise<void> {
    await (await this.#discovery)?.stop()
  }
}
