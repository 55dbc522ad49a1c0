// `lbctl controller run`: the controller with what surrounds it: log, metrics, signals.
import type { LogSink } from '../../speaker/report/log-record.ts'
import { listenText } from '../metrics-address.ts'
import { untilAborted } from '../signals.ts'
import { type MetricsServer, serveMetrics } from '../speaker/metrics-server.ts'
import { ControllerProcess } from './controller-process.ts'
import type { ControllerSettings } from './controller-settings.ts'

export interface ControllerSurroundings {
  readonly log: LogSink
  /** aborts when the controller shall stop */
  readonly signal: AbortSignal
}

/** Runs until the signal. @throws LbctlError for what keeps it from starting */
export async function runController(
  settings: ControllerSettings,
  { log, signal }: ControllerSurroundings,
): Promise<void> {
  const controller = await ControllerProcess.open({ settings, log, signal })
  let metrics: MetricsServer | undefined
  try {
    metrics = await startMetrics(controller, settings)
    const wanted = settings.metrics
    const where = metrics === undefined || wanted === undefined ? undefined : listenText(wanted, metrics.port)
    log({
      level: 'info',
      caller: 'controller',
      fields: { event: 'started', msg: 'controller started', identity: settings.identity, metrics: where },
      text: `Controller is running${where === undefined ? '' : `, metrics at http://${where}/metrics`}`,
    })
    await startedUntil(controller, signal)
    log({
      level: 'info',
      caller: 'controller',
      fields: { op: 'shutdown', msg: 'shutting down' },
      text: 'Stopping: what is on its way is written, then the lead is given up',
    })
  } finally {
    await controller.stop()
    await metrics?.close()
  }
}

/** The start may wait for the API server, until the signal. @throws LbctlError when the controller must not start */
async function startedUntil(controller: ControllerProcess, signal: AbortSignal): Promise<void> {
  // Who waits for a signal keeps the process, so nobody waits any more when the start failed.
  const over = new AbortController()
  const end = AbortSignal.any([signal, over.signal])
  try {
    await Promise.race([untilAborted(end), controller.start().then(() => untilAborted(end))])
  } finally {
    over.abort()
  }
}

async function startMetrics(
  controller: ControllerProcess,
  { metrics }: ControllerSettings,
): Promise<MetricsServer | undefined> {
  if (metrics === undefined) return undefined
  const { controllerMetricsPage } = await import('./controller-metrics.ts')
  return serveMetrics({
    ...metrics,
    page: controllerMetricsPage(() => controller.numbers()),
    sick: () => undefined,
    waitingFor: () => controller.waitingFor(),
  })
}
