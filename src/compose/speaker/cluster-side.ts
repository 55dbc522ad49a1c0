// The cluster of a speaker put together: where its facts come from, who speaks beside it, what it writes there, and the log.
import type { Release } from '../../config/schema/release.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { SpeakerCluster } from '../../kubernetes/speaker-cluster.ts'
import { type Beside, beside, howToDrain } from '../../speaker/coexistence/beside.ts'
import { releaseRules } from '../../speaker/decide/release-rules.ts'
import type { FactSource } from '../../speaker/facts/facts.ts'
import type { LogSink } from '../../speaker/report/log-record.ts'
import type { Effect } from '../../speaker/state/effects.ts'
import type { SpeakerSettings } from './speaker-settings.ts'

export interface ClusterSideOptions {
  readonly settings: Pick<SpeakerSettings, 'cluster' | 'nodeName' | 'compatVersion' | 'gossip'>
  readonly log: LogSink
  readonly signal: AbortSignal
  /** what is in the way of the cluster, besides the log */
  readonly onTrouble?: (error: LbctlError) => void
}

export interface Met {
  /** as which is decided */
  readonly release: Release
  /** speakers of MetalLB run on other nodes */
  readonly beside: boolean
  /** of the gossip */
  readonly secret: Uint8Array | undefined
}

/** How often MetalLB's speakers are looked at again: they may be of another release by then. */
const LOOK_AGAIN_MS = 300_000

type Trouble = Parameters<ConstructorParameters<typeof SpeakerCluster>[0]['onTrouble']>[0]
type Reports = Awaited<ReturnType<SpeakerCluster['startReports']>>

export class ClusterSide {
  readonly #options: ClusterSideOptions
  readonly #cluster: SpeakerCluster
  /** resources that nothing new is heard of, and why */
  readonly #silent: Map<string, LbctlError>
  #reports: Reports | undefined
  #lookAgain: NodeJS.Timeout | undefined

  private constructor(options: ClusterSideOptions, cluster: SpeakerCluster, silent: Map<string, LbctlError>) {
    this.#options = options
    this.#cluster = cluster
    this.#silent = silent
  }

  /** @throws LbctlError when there is no kubeconfig, or no such context */
  static async open(options: ClusterSideOptions): Promise<ClusterSide> {
    const { settings, signal, log } = options
    const { SpeakerCluster } = await import('../../kubernetes/speaker-cluster.ts')
    const silent = new Map<string, LbctlError>()
    const { kubeconfig, context, namespace, podName } = settings.cluster
    try {
      const cluster = new SpeakerCluster({
        ...{ kubeconfig, context, namespace, podName, signal },
        nodeName: settings.nodeName,
        onTrouble: (trouble) => {
          tellTrouble(log, silent, trouble)
          if (trouble.error !== undefined) options.onTrouble?.(trouble.error)
        },
        onUnwritten: (error) => tellUnwritten(log, error),
      })
      return new ClusterSide(options, cluster, silent)
    } catch (error) {
      throw error instanceof LbctlError ? withWayOut(error) : error
    }
  }

  get facts(): FactSource {
    return this.#cluster.facts
  }

  /** Undefined: there is no such Secret. Waits for the API server. */
  gossipSecret(): Promise<Uint8Array | undefined> {
    return this.#cluster.gossipKey()
  }

  /**
   * Looks at who speaks beside us. Waits for the API server.
   * @throws LbctlError `conflict` when MetalLB's speaker of this node is alive
   */
  async meet(): Promise<Met> {
    const { settings, log } = this.#options
    const { gossip, cluster } = settings
    const found = await this.#beside()
    if (found.onThisNode !== undefined && !cluster.force)
      throw notBeside(found, settings, this.#cluster.namespace)
    for (const text of found.warnings) log({ level: 'warn', caller: 'speaker', fields: { msg: text }, text })
    const text = `Deciding as MetalLB ${found.release} does: ${found.because}`
    log({
      level: 'info',
      caller: 'speaker',
      fields: { event: 'release', msg: text, release: found.release },
      text,
    })
    this.#watchReleases(found)
    if (releaseRules(found.release).judgesPerNode) this.#cluster.facts.judgeFor(settings.nodeName)
    const wantsKey = gossip !== undefined && gossip.secretKeyPath === undefined && gossip.secret === undefined
    return {
      release: found.release,
      beside: found.others > 0,
      secret: wantsKey ? await this.#cluster.gossipKey() : undefined,
    }
  }

  async #beside(): Promise<Beside> {
    const { nodeName, compatVersion } = this.#options.settings
    return beside(await this.#cluster.metallbSpeakers(), nodeName, compatVersion)
  }

  /** Who changes its way of counting has to begin anew; so that nobody is surprised, it is said and left to whoever runs this. */
  #watchReleases(first: Beside): void {
    const { signal, log } = this.#options
    let told = first.release
    this.#lookAgain = setInterval(() => {
      this.#beside().then(
        ({ release }) => {
          if (release === told) return
          told = release
          const text =
            release === first.release
              ? `MetalLB's speakers are of ${release} again`
              : `MetalLB's speakers are of ${release} now, and this one decides as ${first.release} does: start it anew`
          log({ level: 'warn', caller: 'speaker', fields: { msg: text, release }, text })
        },
        // Only a stop ends the question without an answer.
        () => signal.aborted,
      )
    }, LOOK_AGAIN_MS)
    this.#lookAgain.unref()
  }

  /** What is decided from here on is written to the cluster. @throws LbctlError */
  async startReports(): Promise<void> {
    this.#reports = await this.#cluster.startReports()
  }

  take(effects: readonly Effect[]): void {
    this.#reports?.take(effects)
  }

  /** After the first decisions. */
  tidyUp(): void {
    this.#reports?.start()
  }

  /** What is not as it should be, for the status. */
  limits(): string[] {
    const byMessage = new Map<string, string[]>()
    for (const [resource, { message }] of this.#silent)
      byMessage.set(message, [...(byMessage.get(message) ?? []), resource])
    return [...byMessage].map(
      ([message, resources]) =>
        `${message} Nothing new is heard of ${resources.join(', ')}; what was known before goes on counting.`,
    )
  }

  async stop(): Promise<void> {
    clearInterval(this.#lookAgain)
    await this.#cluster.stop()
  }
}

/** One outage is told once, though each kind of object has a connection of its own. */
function tellTrouble(
  log: LogSink,
  silent: Map<string, LbctlError>,
  { resource, error, starting }: Trouble,
): void {
  const fields = { component: 'kubernetes', resource }
  if (error === undefined) {
    silent.delete(resource)
    const all = silent.size === 0
    const text = all ? 'The cluster is heard of again' : `${resource} of the cluster are heard of again`
    log({ level: all ? 'info' : 'debug', caller: 'kubernetes', fields: { ...fields, msg: text }, text })
    return
  }
  const known = [...silent.values()].some(({ message }) => message === error.message)
  silent.set(resource, error)
  const rest = starting ? 'Waiting; nothing is announced yet.' : 'What was known before goes on counting.'
  const text = [error.message, rest, ...error.hints].join(' ')
  const told = { ...fields, msg: rest, error: error.message }
  log({ level: known ? 'debug' : 'warn', caller: 'kubernetes', fields: told, text })
}

function tellUnwritten(log: LogSink, { message, hints }: LbctlError): void {
  const text = [message, 'Announcing goes on; it is tried again.', ...hints].join(' ')
  log({ level: 'warn', caller: 'kubernetes', fields: { op: 'write', error: message }, text })
}

function notBeside(
  { onThisNode }: Beside,
  { nodeName }: Pick<SpeakerSettings, 'nodeName'>,
  namespace: string,
): LbctlError {
  const facts = { node: nodeName, pod: `${namespace}/${onThisNode?.pod ?? ''}` }
  const message = `MetalLB's own speaker runs on node ${nodeName}, and two speakers of one node would fight for every address.`
  return new LbctlError('conflict', message, {
    facts,
    hints: onThisNode === undefined ? [] : howToDrain(onThisNode, nodeName, namespace),
  })
}

/** Who has no cluster may have files. */
const withWayOut = (error: LbctlError): LbctlError =>
  new LbctlError(error.kind, error.message, {
    facts: error.facts,
    hints: [
      ...error.hints,
      'Without a cluster, name files or directories with -f: resources of MetalLB, Services, and Nodes when there are several.',
    ],
  })
