// `lbctl speaker run`: the speaker with what surrounds it: log, status socket, metrics, signals, the service manager.
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { LogSink } from '../../speaker/report/log-record.ts'
import { renderSpeakerStatus } from '../../terminal/speaker/status.ts'
import type { ProbeServer } from '../link-probe/probe-server.ts'
import { listenText } from '../metrics-address.ts'
import { untilAborted } from '../signals.ts'
import { ClusterSide } from './cluster-side.ts'
import type { FileWatchOptions } from './files-read.ts'
import { type MetricsServer, serveMetrics } from './metrics-server.ts'
import { startProbes } from './probe-side.ts'
import { preferSmallHeap } from './small-heap.ts'
import { SpeakerProcess } from './speaker-process.ts'
import type { SpeakerSettings } from './speaker-settings.ts'
import { type StatusServer, serveStatus } from './status-socket.ts'

export interface SpeakerSurroundings {
  readonly log: LogSink
  /** prints to stderr */
  readonly say: (text: string) => void
  /** aborts when the speaker shall stop */
  readonly signal: AbortSignal
  readonly env: NodeJS.ProcessEnv
}

type Notify = (...lines: readonly string[]) => boolean

/** Runs until the signal, or until it is drained. @throws LbctlError for what keeps it from starting */
export async function runSpeaker(settings: SpeakerSettings, around: SpeakerSurroundings): Promise<void> {
  const { log, signal } = around
  preferSmallHeap()
  for (const { name, level, text } of settings.environment)
    log({ level, caller: 'speaker', fields: { variable: name, msg: text }, text: `${name}: ${text}` })
  const { isBeingWritten, notify } = await kernelServices(around)
  const cluster = settings.paths.length > 0 ? undefined : await ClusterSide.open({ settings, log, signal })
  const speaker = new SpeakerProcess({ settings, log, isBeingWritten, cluster })
  // Before anything is sent: two speakers of one state directory would be two of one node.
  const drained = new AbortController()
  const status = await serveStatus(settings.stateDirectory, (question) => answer(speaker, question, drained))
  let metrics: MetricsServer | undefined
  let probes: ProbeServer | undefined
  try {
    let ready = false
    metrics = await startMetrics(speaker, settings, () => (ready ? undefined : 'The speaker is starting.'))
    // The API server may be away for long, and a signal ends the wait for it.
    await Promise.race([speaker.start(), aborted(signal)])
    if (signal.aborted) return
    ready = true
    const secretOfCluster = cluster === undefined ? undefined : () => cluster.gossipSecret()
    const ground = () => speaker.probeGround()
    probes = await startProbes({ settings, secretOfCluster, ground, log, signal })
    tellStarted(log, settings, status, metrics)
    notify('READY=1', 'STATUS=announcing')
    const release = onSignals(speaker, around)
    await untilAborted(AbortSignal.any([signal, drained.signal]))
    release()
    notify('STOPPING=1')
    log({
      level: 'info',
      caller: 'speaker',
      fields: { op: 'shutdown', msg: 'shutting down' },
      text: 'Stopping: others take over, then sessions and answers end',
    })
  } finally {
    await probes?.close()
    await speaker.stop()
    await cluster?.stop()
    await Promise.all([status.close(), metrics?.close()])
  }
}

async function kernelServices({ env, log }: SpeakerSurroundings): Promise<{
  readonly isBeingWritten: FileWatchOptions<unknown>['isBeingWritten']
  readonly notify: Notify
}> {
  try {
    const [{ loadLibc }, { writingProbe }, { serviceManager }] = await Promise.all([
      import('../../linux/libc.ts'),
      import('../../linux/open-for-writing.ts'),
      import('../../linux/service-manager.ts'),
    ])
    const libc = await loadLibc()
    return { isBeingWritten: writingProbe(libc), notify: serviceManager(libc, env['NOTIFY_SOCKET']) }
  } catch (error) {
    if (!(error instanceof LbctlError && error.kind === 'unsupported')) throw error
    log({
      level: 'warn',
      caller: 'speaker',
      fields: { msg: 'no access to the kernel', error: error.message },
      text: `${error.message} BGP works without passwords, TTL security and VRFs; layer 2 does not.`,
    })
    return { isBeingWritten: () => undefined, notify: () => false }
  }
}

async function startMetrics(
  speaker: SpeakerProcess,
  { metrics }: SpeakerSettings,
  waitingFor: () => string | undefined,
): Promise<MetricsServer | undefined> {
  if (metrics === undefined) return undefined
  const { metricsPage } = await import('./metrics.ts')
  return serveMetrics({
    ...metrics,
    page: metricsPage(() => speaker.numbers()),
    sick: () => speaker.sick(),
    waitingFor,
  })
}

function tellStarted(
  log: LogSink,
  { nodeName, metrics: wanted }: SpeakerSettings,
  status: StatusServer,
  metrics: MetricsServer | undefined,
): void {
  const where = metrics === undefined || wanted === undefined ? undefined : listenText(wanted, metrics.port)
  log({
    level: 'info',
    caller: 'speaker',
    fields: { event: 'started', msg: 'speaker started', node: nodeName, socket: status.path, metrics: where },
    text: `Speaker of ${nodeName} is running; lbctl speaker status shows what it does${where === undefined ? '' : `, metrics at http://${where}/metrics`}`,
  })
}

async function answer(
  speaker: SpeakerProcess,
  question: unknown,
  drained: AbortController,
): Promise<unknown> {
  const { want, about } = (question ?? {}) as { want?: unknown; about?: unknown }
  if (want === 'status') return speaker.status()
  if (want === 'why' && typeof about === 'string') return speaker.why(about)
  if (want === 'drain') {
    const given = await speaker.drain()
    drained.abort()
    return given
  }
  throw new LbctlError('input', 'This speaker does not know that question; it may be of another version.')
}

/** SIGHUP reads the files again, SIGUSR1 prints the status. @returns how to stop listening to them */
function onSignals(speaker: SpeakerProcess, { say }: SpeakerSurroundings): () => void {
  const onHangup = (): void => void speaker.reread()
  const onUser = (): void =>
    void speaker
      .status()
      .then((status) => say(renderSpeakerStatus(status, Date.now(), { colorLevel: 0, width: 120 })))
  process.on('SIGHUP', onHangup)
  process.on('SIGUSR1', onUser)
  return () => {
    process.off('SIGHUP', onHangup)
    process.off('SIGUSR1', onUser)
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })
