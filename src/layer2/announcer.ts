// The driver of layer 2: performs what the machine wants, on the responder's thread and with the clock of this machine.
import type { Announcement, AnnouncementChange } from './announcement.ts'
import { type AnnouncerStatus, announcerStatus } from './announcer-status.ts'
import type { Layer2Effect, Layer2Event, Layer2Report } from './events.ts'
import { InterfaceWatch } from './interface-watch.ts'
import { Layer2Machine, type Layer2MachineOptions } from './machine.ts'
import { GatheredChanges } from './owned-changes.ts'
import type { Layer2Clock, LinkInterfaces, Responder, ResponderEvents, ResponderPort } from './ports.ts'

export interface AnnouncerOptions extends Layer2MachineOptions {
  readonly responder: ResponderPort
  readonly interfaces: LinkInterfaces
  readonly clock: Layer2Clock
  /** What happens, as it happens. It must not throw. */
  readonly onReport: (report: Layer2Report) => void
}

const FIRST_RESTART_MS = 1_000
const LONGEST_RESTART_MS = 30_000

export class Layer2Announcer {
  readonly #options: AnnouncerOptions
  readonly #machine: Layer2Machine
  readonly #watch: InterfaceWatch
  readonly #waiting: { readonly revision: number; readonly resolve: () => void }[] = []
  #responder: Responder | undefined
  #restarts = 0
  #stopped = false
  #cancelTimer = (): void => undefined
  #cancelRestart = (): void => undefined
  #underWay = false
  readonly #gathered = new GatheredChanges()
  /** of what was decided, of what the responder was told, and of what it did */
  #revision = 0
  #told = 0
  #inForce = 0

  private constructor(options: AnnouncerOptions) {
    this.#options = options
    this.#machine = new Layer2Machine(options)
    this.#watch = new InterfaceWatch(options.interfaces, options.clock, {
      onInterfaces: (interfaces) => this.#handle({ kind: 'interfaces', interfaces }),
      onError: (cause, retryMs) => options.onReport({ kind: 'interfaces-unknown', cause, retryMs }),
    })
  }

  /** Rejects with LbctlError: permission without CAP_NET_RAW, unsupported without Linux or koffi. The interfaces are known then. */
  static async start(options: AnnouncerOptions): Promise<Layer2Announcer> {
    const announcer = new Layer2Announcer(options)
    announcer.#responder = await options.responder.start(announcer.#events())
    try {
      await announcer.#watch.start()
    } catch (error) {
      await announcer.stop()
      throw error
    }
    return announcer
  }

  /**
   * Replaces what this node answers for. Resolves when it is in force: nothing is answered or announced any more for an address
   * that is not among them. Never rejects: where the responder is dead, nothing is answered either.
   */
  set(announcements: readonly Announcement[]): Promise<void> {
    return this.#decide({ kind: 'wanted', announcements })
  }

  /** As `set`, where only some addresses are to be answered for in another way, or not any more. Costs as much as there are changes. */
  change(changes: readonly AnnouncementChange[]): Promise<void> {
    return this.#decide({ kind: 'changed', changes })
  }

  #decide(event: Layer2Event): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    this.#handle(event)
    const revision = this.#revision
    if (revision <= this.#inForce || this.#responder === undefined) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ revision, resolve }))
  }

  /** Names of the interfaces that are there and not excluded. */
  get interfaceNames(): ReadonlySet<string> {
    return this.#machine.interfaceNames
  }

  async status(): Promise<AnnouncerStatus> {
    const counts = await this.#responder?.counts().catch(() => undefined)
    return announcerStatus(this.#machine, counts, this.#options.clock.nowMs())
  }

  /** Resolves when nothing is answered any more. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#cancelTimer()
    this.#cancelRestart()
    this.#watch.stop()
    await this.#responder?.stop()
    this.#responder = undefined
    this.#release(Number.POSITIVE_INFINITY)
  }

  #events(): ResponderEvents {
    return {
      onForeignClaim: (claim) => this.#handle({ kind: 'claim', claim }),
      onInterfaceError: (failure) => {
        this.#handle({ kind: 'interface-error', failure })
        this.#watch.look()
      },
      onDeath: (cause) => this.#died(cause),
    }
  }

  #handle(event: Layer2Event): void {
    if (this.#stopped) return
    const { clock } = this.#options
    for (const effect of this.#machine.handle(event, clock.nowMs())) this.#perform(effect)
    this.#cancelTimer()
    const { nextMs } = this.#machine
    if (nextMs === undefined) return
    this.#cancelTimer = clock.after(Math.max(0, nextMs - clock.nowMs()), () => this.#handle({ kind: 'time' }))
  }

  #perform(effect: Layer2Effect): void {
    switch (effect.kind) {
      case 'own':
        this.#revision = effect.revision
        this.#gathered.add(effect)
        void this.#own()
        break
      case 'send':
        // What cannot be sent is lost; the next round is near, and an interface that went away is told of otherwise.
        this.#responder?.announce(effect.frames).catch(() => undefined)
        break
      case 'report':
        this.#options.onReport(effect.report)
    }
  }

  /** One at a time: what is decided while the responder takes changes over is handed to it together. */
  async #own(): Promise<void> {
    if (this.#underWay) return
    this.#underWay = true
    while (this.#told < this.#revision) {
      const revision = this.#revision
      this.#told = revision
      const changes = this.#gathered.take()
      const failures = await this.#responder?.changeOwned(changes).catch(() => undefined)
      // The thread died; whoever started it anew hands over everything.
      if (failures === undefined) continue
      this.#restarts = 0
      this.#release(revision)
      this.#handle({ kind: 'owned', revision, failures })
    }
    this.#underWay = false
  }

  #release(revision: number): void {
    this.#inForce = revision
    const rest = this.#waiting.filter((each) => each.revision > revision)
    for (const each of this.#waiting.splice(0)) if (each.revision <= revision) each.resolve()
    this.#waiting.push(...rest)
  }

  #died(cause: Error): void {
    this.#responder = undefined
    this.#release(this.#revision)
    if (this.#stopped) return
    const retryMs = Math.min(FIRST_RESTART_MS * 2 ** this.#restarts++, LONGEST_RESTART_MS)
    this.#options.onReport({ kind: 'responder-died', cause, retryMs })
    this.#cancelRestart = this.#options.clock.after(retryMs, () => void this.#restart())
  }

  async #restart(): Promise<void> {
    try {
      const responder = await this.#options.responder.start(this.#events())
      if (this.#stopped) return await responder.stop()
      this.#responder = responder
      this.#handle({ kind: 'responder-restarted' })
    } catch (error) {
      this.#died(error instanceof Error ? error : new Error(String(error)))
    }
  }
}
