// The controller put together: facts from the cluster, decisions, writes by the leader, webhooks, and the log.
import { performance } from 'node:perf_hooks'
import { rivalOf } from '../../controller/coexistence/beside.ts'
import type { FactChange } from '../../controller/facts/facts.ts'
import type { ControllerReport } from '../../controller/ports.ts'
import { controllerNumbers } from '../../controller/report/numbers.ts'
import { ControllerRunner } from '../../controller/run/controller-runner.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { LEASE } from '../../install/names.ts'
import type { ControllerCluster } from '../../kubernetes/controller-cluster.ts'
import type { LogSink } from '../../speaker/report/log-record.ts'
import { ensureMemberlistSecret } from '../webhook/ensure-memberlist.ts'
import type { Webhooks } from '../webhook/start-webhooks.ts'
import type { ControllerMetrics } from './controller-metrics.ts'
import { controllerRecord, SilenceTeller, troubleRecord } from './controller-records.ts'
import type { ControllerSettings } from './controller-settings.ts'
import { createProber } from './probe-side.ts'

export interface ControllerProcessOptions {
  readonly settings: ControllerSettings
  readonly log: LogSink
  /** aborts when the controller shall stop */
  readonly signal: AbortSignal
}

const RETRY_MS = 5000
/** So long an address that somebody has on the link is passed over; then it is asked for again. */
const PROBE_BLOCK_MS = 600_000

export class ControllerProcess {
  readonly #options: ControllerProcessOptions
  readonly #cluster: ControllerCluster
  readonly #runner: ControllerRunner
  #webhooks: Webhooks | undefined
  #complete = false
  #updates = 0
  #errors = 0
  #loaded = false
  #stale = false

  private constructor(options: ControllerProcessOptions, cluster: ControllerCluster) {
    this.#options = options
    this.#cluster = cluster
    const { loadBalancerClass, coolDownMs } = options.settings
    this.#runner = new ControllerRunner(
      { loadBalancerClass, coolDownMs, probeBlockMs: PROBE_BLOCK_MS },
      {
        writer: cluster.writer,
        events: { record: (event) => cluster.record(event) },
        lease: cluster.lease,
        prober: createProber(options.settings, cluster, options.log),
        clock: { nowMs: () => performance.now(), after },
        random: Math.random,
        report: (report) => this.#report(report),
      },
    )
  }

  /** @throws LbctlError when there is no kubeconfig, or no such context */
  static async open(options: ControllerProcessOptions): Promise<ControllerProcess> {
    const { settings, log, signal } = options
    const { ControllerCluster } = await import('../../kubernetes/controller-cluster.ts')
    const silence = new SilenceTeller(log)
    const cluster = new ControllerCluster({
      ...settings,
      leaseName: LEASE,
      signal,
      onTrouble: (trouble) => silence.tell(trouble),
      onLeaseTrouble: (error) => tellLease(log, error),
      onUnwritten: (error) => log(troubleRecord('write', error, 'It is tried again.')),
    })
    return new ControllerProcess(options, cluster)
  }

  /**
   * Begins everything; what the cluster does not give yet is waited for.
   * @throws LbctlError `conflict` when a controller of MetalLB runs
   */
  async start(): Promise<void> {
    void this.#cluster.facts.start((changes) => this.#take(changes))
    await this.#meet()
    if (this.#options.signal.aborted) return
    this.#cluster.lead()
    void this.#untilDone('owner', () => this.#cluster.findOwner()).then((owner) => {
      if (!this.#options.signal.aborted) void this.#startOwned(owner)
    })
  }

  /** Nothing is written before it is known that no controller of MetalLB does the same. */
  async #meet(): Promise<void> {
    const { settings, log } = this.#options
    if (settings.force) return
    const { namespace, server } = this.#cluster
    const found = await this.#untilDone('pods', () =>
      this.#cluster.metallbControllers().catch((error: unknown) => {
        if (!(error instanceof LbctlError && error.kind === 'permission')) throw error
        log(troubleRecord('pods', error, 'So a controller of MetalLB would not be noticed.'))
        return []
      }),
    )
    const rival = rivalOf(found ?? [], namespace, server)
    if (rival !== undefined) throw new LbctlError('conflict', rival.message, { hints: rival.hints })
  }

  /** What belongs to the Deployment. */
  async #startOwned(owner: Awaited<ReturnType<ControllerCluster['findOwner']>>): Promise<void> {
    const { settings, log } = this.#options
    const { namespace, store } = this.#cluster
    const { memberlistSecret: name } = settings
    if (name !== undefined)
      void this.#untilDone('createMemberlistSecret', () =>
        ensureMemberlistSecret(store, { namespace, name }, owner),
      )
    if (!settings.webhooks) return
    const { startWebhooks } = await import('../webhook/start-webhooks.ts')
    if (this.#options.signal.aborted) return
    this.#webhooks = startWebhooks({
      store,
      namespace,
      configuration: () => this.#cluster.facts.known(),
      ...(owner === undefined ? {} : { owner }),
      ...(settings.bgpType === undefined ? {} : { mode: settings.bgpType }),
      port: settings.webhookPort,
      everyMs: settings.certificateCheckMs,
      log: (level, text) => log({ level, caller: 'webhook', fields: { webhook: 'lbctl', msg: text }, text }),
    })
  }

  /** Undefined: ready; else what is waited for. */
  waitingFor(): string | undefined {
    if (!this.#complete) return 'The first lists of the cluster are not complete yet.'
    if (!this.#options.settings.webhooks) return undefined
    if (this.#webhooks === undefined) return 'Waiting for the webhooks to start.'
    const waiting = this.#webhooks.waitingFor()
    return waiting === undefined ? undefined : `Waiting for ${waiting}.`
  }

  numbers(): ControllerMetrics {
    const { state, numbers } = this.#runner
    return {
      allocation: state === undefined ? undefined : controllerNumbers(state),
      configuration: {
        loaded: this.#loaded,
        stale: this.#stale,
        updates: this.#updates,
        errors: this.#errors,
      },
      leading: state !== undefined,
      writes: numbers,
    }
  }

  /** Nothing is decided any more, then the lease is given up. */
  async stop(): Promise<void> {
    this.#runner.stop()
    await Promise.all([this.#cluster.stop(), this.#webhooks?.close()])
  }

  #take(changes: readonly FactChange[]): void {
    this.#updates += changes.length
    for (const change of changes)
      if (change.kind === 'pools') {
        if (change.pools.ok) this.#loaded = true
        else this.#errors++
        this.#stale = !change.pools.ok
      }
    const wasComplete = this.#complete
    this.#complete ||= changes.some(({ kind }) => kind === 'complete')
    this.#runner.apply(changes)
    if (wasComplete || !this.#complete) return
    const text = 'Everything of the cluster is known'
    this.#options.log({
      level: 'info',
      caller: 'controller',
      fields: { event: 'stateSynced', msg: 'controller synced, can allocate IPs now' },
      text,
    })
  }

  #report(report: ControllerReport): void {
    this.#options.log(controllerRecord(report))
  }

  /** Undefined when the controller stops before. */
  async #untilDone<T>(op: string, work: () => Promise<T>): Promise<T | undefined> {
    const { signal, log } = this.#options
    let told = false
    while (!signal.aborted) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof LbctlError)) throw error
        if (signal.aborted) return undefined
        if (!told) log(troubleRecord(op, error, 'It is tried again.'))
        told = true
        await new Promise<void>((resolve) => {
          setTimeout(resolve, RETRY_MS).unref()
        })
      }
    }
    return undefined
  }
}

function after(ms: number, then: () => void): () => void {
  const timer = setTimeout(then, ms)
  return () => clearTimeout(timer)
}

function tellLease(log: LogSink, error: LbctlError | undefined): void {
  if (error === undefined) {
    const text = 'The lease of the leader can be read and written again'
    log({ level: 'info', caller: 'kubernetes', fields: { op: 'lease', msg: text }, text })
  } else
    log(
      troubleRecord('lease', error, 'Without the lease nothing is written; every Service keeps what it has.'),
    )
}
