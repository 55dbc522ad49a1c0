// What the speaker says in the cluster: a status for each Service that this node announces, events at Services, and whether the
// configuration can be used. Nothing of it holds up an announcement.
import type { LbctlError } from '../../errors/lbctl-error.ts'
import type { ServiceKey } from '../../speaker/facts/facts.ts'
import { refusalRecords } from '../../speaker/report/effect-records.ts'
import type { Effect } from '../../speaker/state/effects.ts'
import type { ApiClient } from '../client.ts'
import { ConfigurationState } from './configuration-state.ts'
import { EventRecorder } from './event-recorder.ts'
import type { OwnerReference } from './owner.ts'
import { StatusKeeper } from './status-keeper.ts'
import { BGP_STATUS, LAYER2_STATUS } from './status-records.ts'

export interface SpeakerReportsOptions {
  readonly client: ApiClient
  readonly namespace: string
  readonly node: string
  readonly owner: OwnerReference | undefined
  readonly uidOf: (service: ServiceKey) => string | undefined
  readonly onTrouble: (error: LbctlError) => void
}

/** A stop waits no longer for what is to be removed: the owner's end removes it, too. */
const CLEAN_UP_MS = 1000

export class SpeakerReports {
  readonly #options: SpeakerReportsOptions
  readonly #layer2: StatusKeeper
  readonly #bgp: StatusKeeper
  readonly #state: ConfigurationState
  readonly #events: EventRecorder

  constructor(options: SpeakerReportsOptions) {
    this.#options = options
    this.#layer2 = new StatusKeeper({ ...options, kind: LAYER2_STATUS })
    this.#bgp = new StatusKeeper({ ...options, kind: BGP_STATUS })
    this.#state = new ConfigurationState(options)
    const { client, node, onTrouble } = options
    this.#events = new EventRecorder({ client, component: 'metallb-speaker', host: node, onTrouble })
  }

  /** After the first effects were taken: what an earlier life of this speaker wrote and does not hold any more is removed then. */
  start(): void {
    this.#layer2.start()
    this.#bgp.start()
    this.#state.start()
  }

  take(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'layer2-status') {
        const { interfaces } = effect
        this.#layer2.set(effect.service, interfaces === 'all' ? [] : interfaces)
      }
      if (effect.kind === 'bgp-status') this.#bgp.set(effect.service, effect.peers)
      if (effect.kind === 'configuration') this.#state.set(effect.ok ? [] : sentences(effect.problems))
      if (effect.kind === 'event') this.#record(effect.event)
    }
  }

  #record({ service, type, reason, message }: Extract<Effect, { kind: 'event' }>['event']): void {
    const uid = this.#options.uidOf(service)
    if (uid === undefined) return
    const [namespace = '', name = ''] = service.split('/')
    this.#events.record({ namespace, name, uid, type, reason, message })
  }

  /** Removes what would say something that is no longer so. Resolves soon, done or not. */
  async stop(): Promise<void> {
    this.#events.stop()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLEAN_UP_MS)
    })
    const done = Promise.allSettled([
      this.#layer2.cleanUp(),
      this.#bgp.cleanUp(),
      this.#state.cleanUp(this.#options.owner === undefined || this.#options.owner.kind === 'Node'),
    ])
    await Promise.race([done, late])
    clearTimeout(timer)
  }
}

const sentences = (problems: Extract<Effect, { kind: 'configuration'; ok: false }>['problems']): string[] =>
  refusalRecords(problems).map(({ fields }) => String(fields['error']))
