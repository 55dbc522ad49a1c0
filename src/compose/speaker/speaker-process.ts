// The whole speaker put together: facts from files, gossip and interfaces into decisions; decisions into sessions and answers.
import { performance } from 'node:perf_hooks'
import { NEWEST_RELEASE } from '../../config/schema/release.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { Layer2Announcer } from '../../layer2/announcer.ts'
import { parseIp } from '../../net/ip.ts'
import type { FactChange } from '../../speaker/facts/facts.ts'
import { probeGround } from '../../speaker/probe/probe-ground.ts'
import { countNumbers } from '../../speaker/report/count-numbers.ts'
import type { Drained } from '../../speaker/report/drained.ts'
import type { LogSink } from '../../speaker/report/log-record.ts'
import type { SpeakerNumbers } from '../../speaker/report/numbers.ts'
import {
  type SpeakerStatus,
  servicesMeant,
  speakerStatus,
  type WhyStatus,
  whyStatus,
} from '../../speaker/report/status.ts'
import { SpeakerRunner } from '../../speaker/run/speaker-runner.ts'
import { version } from '../version.ts'
import { type BgpSide, startBgp } from './bgp-side.ts'
import type { ClusterSide } from './cluster-side.ts'
import { conflictStatus } from './conflict-status.ts'
import type { FileFacts } from './file-facts.ts'
import type { FileWatchOptions } from './files-read.ts'
import { startLayer2 } from './layer2-side.ts'
import { Membership } from './membership.ts'
import { NodeAddresses } from './node-addresses.ts'
import { refuseInvalid } from './refuse-invalid.ts'
import { RestartMemory } from './restart-memory.ts'
import { filesOf } from './speaker-files.ts'
import type { SpeakerSettings } from './speaker-settings.ts'
import { timeText } from './time-text.ts'

export interface SpeakerProcessOptions {
  readonly settings: SpeakerSettings
  readonly log: LogSink
  readonly isBeingWritten: FileWatchOptions<unknown>['isBeingWritten']
  /** where the facts come from, unless from files */
  readonly cluster: ClusterSide | undefined
}

/** An orderly goodbye keeps answering this long, so that whoever takes over has announced itself. */
const OVERLAP_MS = 250

export class SpeakerProcess {
  readonly #options: SpeakerProcessOptions
  readonly #startedAtMs = Date.now()
  readonly #limits: string[] = []
  readonly #nodes: NodeAddresses
  readonly #files: FileFacts | undefined
  #bgp: BgpSide | undefined
  #layer2: Layer2Announcer | undefined
  #membership: Membership | undefined
  #runner: SpeakerRunner | undefined
  #early: FactChange[] = []
  #stopping: Promise<void> | undefined

  constructor(options: SpeakerProcessOptions) {
    this.#options = options
    this.#nodes = new NodeAddresses(options.settings.nodeName)
    this.#files = options.cluster === undefined ? filesOf(options) : undefined
  }

  /**
   * Resolves when the first announcements are made.
   * @throws LbctlError when the files are not valid (`input`), or an address or port that was asked for cannot be had
   */
  async start(): Promise<void> {
    const { settings, log, cluster } = this.#options
    const met = await cluster?.meet()
    let started = false
    await (cluster?.facts ?? this.#files)?.start((changes) =>
      started ? this.#apply(changes) : this.#early.push(...changes),
    )
    // A cluster has its own way to say that a configuration is wrong, and may put it right while we wait.
    if (cluster === undefined) refuseInvalid(this.#early)
    await cluster?.startReports()
    await this.#startBgp()
    await this.#startLayer2()
    const gossip = settings.gossip && { ...settings.gossip, secret: met?.secret ?? settings.gossip.secret }
    const membership = new Membership({
      settings: { nodeName: settings.nodeName, gossip },
      nodes: this.#nodes,
      answers: this.#layer2 !== undefined,
      log,
      weighs: settings.compatVersion === undefined ? met?.beside !== true : settings.compatVersion === 'main',
      withoutCluster: cluster === undefined,
      onChange: () => this.#apply([membership.fact]),
    })
    this.#membership = membership
    await membership.start()
    this.#runner = new SpeakerRunner({
      options: {
        nodeName: settings.nodeName,
        loadBalancerClass: settings.loadBalancerClass,
        ignoreExcludeLabel: settings.ignoreExcludeLabel,
        compatVersion: met?.release ?? settings.compatVersion ?? NEWEST_RELEASE,
        outsideCluster: cluster === undefined,
      },
      onEffects: (effects) => cluster?.take(effects),
      bgp: this.#bgp?.speaker,
      layer2: this.#layer2,
      log,
      nowMs: () => performance.now(),
    })
    const interfaces = this.#layer2?.interfaceNames ?? new Set<string>()
    const first: FactChange[] = [{ kind: 'interfaces', names: interfaces }, ...this.#early]
    this.#nodes.take(first)
    started = true
    this.#early = []
    // Decided before the others know of us, so that nobody is silent while they withdraw; told afterwards, so that two do not answer.
    this.#runner.holdLinks()
    this.#apply([membership.fact, ...first])
    cluster?.tidyUp()
    await membership.join()
    this.#runner.releaseLinks()
    await this.#runner.settled()
  }

  async #startBgp(): Promise<void> {
    const { settings, log } = this.#options
    this.#bgp = await startBgp({
      log,
      optionsOf: (peer) => this.#runner?.peers.get(peer),
      interfaceOf: (peer) => this.#runner?.state.peers.find(({ name }) => name === peer)?.interfaceName,
      onRouters: (byInterface) => this.#apply([{ kind: 'routers', byInterface }]),
      listen: settings.bgpListen,
      memory: new RestartMemory(settings.stateDirectory),
    })
  }

  async #startLayer2(): Promise<void> {
    const { settings, log } = this.#options
    const started = await startLayer2({
      excluded: settings.excludedInterfaces,
      repeatMs: settings.garpIntervalMs,
      refreshMs: settings.neighborRefreshMs,
      log,
      onInterfaces: (names) => this.#apply([{ kind: 'interfaces', names }]),
    })
    this.#layer2 = started.announcer
    if (started.announcer !== undefined) return
    const { message } = started.why
    this.#limits.push(
      `layer 2 (ARP and neighbour discovery): ${message} This node does not stand for election, so that others announce.`,
    )
    log({
      level: 'warn',
      caller: 'layer2',
      fields: { msg: 'layer 2 is not possible here', error: message },
      text: `Nothing is announced by layer 2, and this node does not stand for election: ${message}`,
    })
  }

  #apply(changes: readonly FactChange[]): void {
    const runner = this.#runner
    if (runner === undefined) {
      this.#early.push(...changes)
      return
    }
    const others = this.#nodes.take(changes)
    runner.apply(changes)
    const wanted = runner.state.peers.flatMap(({ interfaceName }) => interfaceName ?? [])
    this.#bgp?.lookForRouters([...new Set(wanted)])
    if (others) this.#membership?.nodesChanged()
  }

  /** Reads the files again, where there are any. */
  async reread(): Promise<void> {
    await this.#files?.reread()
  }

  /** Others take over first; then sessions and answers end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#end(false)
    return this.#stopping
  }

  /** As `stop`, for a node that is taken out of service: no router keeps routes for a restart. */
  async drain(): Promise<Drained> {
    this.#running()
    const sessions = this.#bgp?.speaker.status().filter(({ state }) => state === 'established').length ?? 0
    const others = (this.#membership?.status()?.filter(({ state }) => state === 'alive').length ?? 1) > 1
    this.#stopping ??= this.#end(true)
    await this.#stopping
    return { node: this.#options.settings.nodeName, sessions, others }
  }

  async #end(forGood: boolean): Promise<void> {
    await this.#files?.stop()
    const owned = this.#runner?.state.layer2Announcements().length ?? 0
    const others = (await this.#membership?.leave()) === true
    await this.#bgp?.stop(forGood)
    if (others && owned > 0) await new Promise((resolve) => setTimeout(resolve, OVERLAP_MS))
    await this.#layer2?.stop()
  }

  /** Why this speaker does not do its work; undefined: it does. */
  async sick(): Promise<string | undefined> {
    const status = await this.#layer2?.status()
    return status?.answering === false ? 'ARP and neighbour solicitations are not answered.' : undefined
  }

  async status(): Promise<SpeakerStatus> {
    const runner = this.#running()
    return speakerStatus({
      version,
      nodeName: this.#options.settings.nodeName,
      startedAtMs: this.#startedAtMs,
      timeText,
      state: runner.state,
      bgp: this.#bgp?.speaker.status() ?? [],
      members: this.#membership?.status(),
      conflicts: conflictStatus(await this.#layer2?.status()),
      limits: [...this.#limits, ...(this.#options.cluster?.limits() ?? []), ...(this.#bgp?.limits() ?? [])],
    })
  }

  /** @throws LbctlError when there is no such Service */
  why(about: string): readonly WhyStatus[] {
    const { state } = this.#running()
    const all = servicesMeant(state, about, parseIp).flatMap((service): WhyStatus[] => {
      const matrix = state.matrix(service)
      return matrix === undefined ? [] : [whyStatus(service, matrix, this.#options.settings.nodeName)]
    })
    if (all.length > 0) return all
    throw new LbctlError('input', `This speaker knows no Service "${about}", and none with such an address.`)
  }

  async numbers(): Promise<SpeakerNumbers> {
    return countNumbers({
      node: this.#options.settings.nodeName,
      runner: this.#running(),
      layer2: await this.#layer2?.status(),
      bgp: this.#bgp?.speaker.status() ?? [],
      members: this.#membership?.status(),
      nowMs: Date.now(),
    })
  }

  /** What questions of a controller are answered from; undefined: nothing was decided yet. */
  probeGround(): ReturnType<typeof probeGround> {
    return probeGround(this.#runner?.state, this.#layer2?.interfaceNames)
  }

  #running(): SpeakerRunner {
    if (this.#runner === undefined) throw new LbctlError('unreachable', 'The speaker is still starting.')
    return this.#runner
  }
}
