// `lbctl diagnose all --pre` put together: this host and, where a kubeconfig works, the cluster → what will work here.
import { hostname } from 'node:os'
import type { ClusterFacts } from '../diagnose/cluster/cluster-facts.ts'
import { explainClusterPlan } from '../diagnose/cluster/collect/collect-cluster.ts'
import { collectHost } from '../diagnose/environment/collect-host.ts'
import {
  ENVIRONMENT_FACTS_FORMAT,
  type EnvironmentFacts,
  type HostEnvironment,
  type Known,
} from '../diagnose/environment/environment-facts.ts'
import { judgeEnvironment } from '../diagnose/environment/judge-environment.ts'
import { readEnvironmentFacts } from '../diagnose/environment/read-environment-facts.ts'
import { exitCodeOf } from '../diagnose/judge.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { renderEnvironment, renderEnvironmentJson } from '../terminal/diagnose/environment.ts'
import { renderStep } from '../terminal/diagnose/progress.ts'
import type { ClusterRequest } from './diagnose-cluster.ts'
import { clusterInput } from './diagnose-cluster-input.ts'
import { factsOfFile } from './diagnose-facts.ts'
import type { CommandOutput } from './diagnose-output.ts'
import { openKernel } from './linux.ts'
import { writeFiles } from './write-files.ts'

/** @throws LbctlError for what was asked wrongly; a cluster that does not answer is a fact */
export async function runEnvironment(
  request: ClusterRequest,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<ExitCode> {
  if (request.output !== 'text' && request.output !== 'json')
    throw new LbctlError('usage', `--pre prints text or json, not ${request.output}.`)
  if (request.watch || request.wait !== undefined)
    throw new LbctlError('usage', '--pre looks once, so it goes with neither --wait nor --watch.')
  if (request['explain-plan']) {
    const host = 'read links, addresses, routes and /sys/class/dmi of this host; send nothing'
    output.out([host, ...explainClusterPlan({ namespace: request.namespace, podNamespaces: [] })].join('\n'))
    return EXIT.ok
  }
  const facts =
    request.facts === undefined ? await collected(request, output, signal) : factsIn(request.facts)
  const path = request['save-facts']
  if (path !== undefined) writeFiles([{ path, text: `${JSON.stringify(facts)}\n`, secret: true }])
  const verdict = judgeEnvironment(facts)
  const exitCode = exitCodeOf([verdict])
  output.out(
    request.output === 'json'
      ? renderEnvironmentJson(verdict, facts, exitCode)
      : renderEnvironment(verdict, { ...output.stdoutStyle, verbose: output.verbose }),
  )
  return exitCode
}

function factsIn(path: string): EnvironmentFacts {
  const [facts] = factsOfFile(path, readEnvironmentFacts, 'all --pre --save-facts FILE')
  if (facts === undefined) throw new LbctlError('input', `${path} holds no facts.`)
  return facts
}

async function collected(
  request: ClusterRequest,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<EnvironmentFacts> {
  const step = (name: string, text: string): void => {
    if (output.showSteps) output.progress(renderStep(name, text, output.stderrStyle.colorLevel))
  }
  step('host', `reading ${hostname()}`)
  const host = await hostOrWhyNot()
  return {
    format: ENVIRONMENT_FACTS_FORMAT,
    takenAt: new Date().toISOString(),
    hostName: hostname(),
    host,
    cluster: await clusterOrWhyNot(request, step, signal),
  }
}

async function hostOrWhyNot(): Promise<Known<HostEnvironment>> {
  try {
    const { tables, facts } = await openKernel()
    return { status: 'read', value: await collectHost(tables, facts) }
  } catch (error) {
    return notRead(error)
  }
}

/** Files that cannot be read are a mistake of the user; that there is no cluster yet is not. */
async function clusterOrWhyNot(
  request: ClusterRequest,
  step: (name: string, text: string) => void,
  signal: AbortSignal,
): Promise<Known<ClusterFacts>> {
  try {
    return { status: 'read', value: await clusterInput(request, [], step, signal) }
  } catch (error) {
    const asked =
      request.file !== undefined || request.kubeconfig !== undefined || request.context !== undefined
    if (asked || signal.aborted) throw error
    return notRead(error)
  }
}

/** @throws what is no LbctlError: a bug */
function notRead(error: unknown): { readonly status: 'not-read'; readonly reason: string } {
  if (error instanceof LbctlError) return { status: 'not-read', reason: error.message }
  throw error
}
