// Who is asked whether somebody has an address on the link: the speakers of the cluster, or those that were named.
import { performance } from 'node:perf_hooks'
import type { ProbingSpeakers } from '../../controller/probe/ports.ts'
import { SpeakerProber } from '../../controller/probe/speaker-prober.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { LINK_PROBE_PORT_NAME, MEMBERLIST_SECRET, selectorOf } from '../../install/names.ts'
import type { ControllerCluster } from '../../kubernetes/controller-cluster.ts'
import type { LogSink } from '../../speaker/report/log-record.ts'
import { askProbe, type SpeakerEndpoint } from '../link-probe/probe-client.ts'
import { probeKey } from '../link-probe/probe-proof.ts'
import type { ControllerSettings } from './controller-settings.ts'

type Settings = Pick<ControllerSettings, 'probeBeforeAssign' | 'probeSpeakers' | 'memberlistSecret'>

/** Undefined: nobody is asked. */
export function createProber(
  settings: Settings,
  cluster: Pick<ControllerCluster, 'listeningSpeakers' | 'secretOf'>,
  log: LogSink,
): SpeakerProber | undefined {
  if (!settings.probeBeforeAssign) return undefined
  return new SpeakerProber({
    speakers: new ClusterSpeakers(settings, cluster),
    clock: { nowMs: () => performance.now(), after },
    onTrouble: (why) => tell(log, why),
  })
}

/** Nothing that the prober waits for keeps the process. */
function after(ms: number, then: () => void): () => void {
  const timer = setTimeout(then, ms)
  timer.unref()
  return () => clearTimeout(timer)
}

class ClusterSpeakers implements ProbingSpeakers<SpeakerEndpoint> {
  readonly #settings: Settings
  readonly #cluster: Parameters<typeof createProber>[1]
  #key: Uint8Array | undefined

  constructor(settings: Settings, cluster: Parameters<typeof createProber>[1]) {
    this.#settings = settings
    this.#cluster = cluster
  }

  /** Reads the key anew with each list, so that a new one counts soon. */
  async list(): Promise<readonly SpeakerEndpoint[] | string> {
    const { probeSpeakers, memberlistSecret = MEMBERLIST_SECRET } = this.#settings
    try {
      const secret = await this.#cluster.secretOf(memberlistSecret, 'secretkey')
      if (secret === undefined) return `there is no Secret ${memberlistSecret} with the key of the gossip`
      this.#key = probeKey(secret)
      if (probeSpeakers.length > 0) return probeSpeakers
      return await this.#cluster.listeningSpeakers(selectorOf('speaker'), LINK_PROBE_PORT_NAME)
    } catch (error) {
      if (!(error instanceof LbctlError)) throw error
      return error.message
    }
  }

  async ask(...[speaker, addresses, withinMs]: Parameters<ProbingSpeakers<SpeakerEndpoint>['ask']>) {
    if (this.#key === undefined) return { ok: false, why: 'there is no key yet' } as const
    return askProbe(speaker, addresses, this.#key, withinMs)
  }
}

function tell(log: LogSink, why: string | undefined): void {
  if (why === undefined) {
    const text = 'Speakers ask on the links for us'
    log({ level: 'info', caller: 'controller', fields: { op: 'linkProbe', msg: text }, text })
    return
  }
  const text = `Nobody can be asked whether addresses are in use on the link; they are handed out all the same: ${why}`
  log({ level: 'warn', caller: 'controller', fields: { op: 'linkProbe', error: why }, text })
}
