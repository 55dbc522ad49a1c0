// `lbctl install` put together: objects → plan → writes → readiness.
import { setTimeout } from 'node:timers/promises'
import { EXIT, type ExitCode } from '../../errors/exit-codes.ts'
import { applyInstall } from '../../install/apply/apply-install.ts'
import { metallbInTheWay, orphanedWebhook } from '../../install/apply/metallb-beside.ts'
import { planInstall } from '../../install/apply/plan.ts'
import { needsTime } from '../../install/apply/readiness.ts'
import { supersededBy } from '../../install/apply/superseded.ts'
import { waitReady } from '../../install/apply/wait-ready.ts'
import { whyNotReady } from '../../install/apply/why-not-ready.ts'
import type { InstallItem } from '../../install/install-item.ts'
import { installItems } from '../../install/install-objects.ts'
import { hasController, type InstallOptions } from '../../install/options.ts'
import { exitCodeOf } from '../../migrate/apply/outcome.ts'
import { refOf } from '../../migrate/apply/plan.ts'
import { renderItemsJson, renderItemsYaml } from '../../terminal/install/objects.ts'
import {
  renderKeptCrds,
  renderNotReady,
  renderOtherComponent,
  renderReadiness,
  renderStoppedWaiting,
} from '../../terminal/install/progress.ts'
import { renderOutcome } from '../../terminal/migration/outcome.ts'
import { type Cluster, connectCluster } from '../cluster.ts'
import { version } from '../version.ts'
import { type InstallRequest, installOptions, waitMsOf } from './install-request.ts'

export interface InstallTerminal {
  /** the result, to stdout */
  readonly out: (text: string) => void
  /** everything else, to stderr */
  readonly say: (text: string) => void
  readonly signal: AbortSignal
}

/** @throws LbctlError */
export async function runInstall(request: InstallRequest, terminal: InstallTerminal): Promise<ExitCode> {
  const options = installOptions(request, `lbctl:${version}`)
  const timeoutMs = waitMsOf(request.timeout)
  const items = installItems(options)
  if (request['dry-run']) {
    terminal.out(request.output === 'json' ? renderItemsJson(items) : renderItemsYaml(items))
    return EXIT.ok
  }
  const cluster = await connectCluster(request, terminal.signal)
  try {
    return await apply(cluster, { request, options, items, timeoutMs }, terminal)
  } finally {
    cluster.close()
  }
}

interface Prepared {
  readonly request: InstallRequest
  readonly options: InstallOptions
  readonly items: readonly InstallItem[]
  readonly timeoutMs: number
}

async function apply(cluster: Cluster, prepared: Prepared, terminal: InstallTerminal): Promise<ExitCode> {
  const { reader, writer } = cluster
  const { request, options, items } = prepared
  const { say, signal } = terminal
  if (!request.force) {
    const inTheWay = await metallbInTheWay(reader, writer, options)
    if (inTheWay !== undefined) throw inTheWay
  }
  const objects = items.map(({ object }) => object)
  const keepsConversion = !hasController(options)
  const plan = await planInstall(writer, objects, { takeOver: request['take-over'], keepsConversion, signal })
  const superseded = await supersededBy(writer, items, options)
  const outcome = await applyInstall(writer, plan, {
    ...{ signal, checkOnly: request.check, superseded: superseded.remove },
  })
  say(renderOutcome(outcome))
  say(renderKeptCrds(plan.kept))
  say(renderOtherComponent(superseded.other))
  const orphan = await orphanedWebhook(writer, reader).catch(() => undefined)
  if (orphan !== undefined) say(`${orphan}\n`)
  const applied = outcome.kind === 'done' || outcome.kind === 'nothing to do'
  if (!applied || request.check || request['no-wait']) return exitCodeOf(outcome)
  return wait(cluster, prepared, terminal)
}

async function wait(
  cluster: Cluster,
  { request, items, timeoutMs }: Prepared,
  { say, signal }: InstallTerminal,
) {
  const refs = items.filter(({ object }) => needsTime(object)).map(({ object }) => refOf(object))
  say('Waiting until everything is ready:\n')
  const pending = await waitReady(cluster.writer, refs, {
    now: () => performance.now(),
    sleep: (ms) => setTimeout(ms, undefined, { signal }).catch(() => undefined),
    timeoutMs,
    signal,
    why: (workload) => whyNotReady(cluster.facts, workload),
    onChange: (now) => say(renderReadiness(now)),
  })
  if (pending.length === 0) return EXIT.ok
  if (signal.aborted) say(renderStoppedWaiting(pending))
  signal.throwIfAborted()
  say(renderNotReady(pending, request.timeout))
  return EXIT.partial
}
