// The first half of `lbctl fix`: what is found, what can be done about it, and how that is shown.
import type { ClusterFacts } from '../../diagnose/cluster/cluster-facts.ts'
import { ClusterView } from '../../diagnose/cluster/cluster-view.ts'
import { keyOf } from '../../diagnose/cluster/object-keys.ts'
import { EXIT } from '../../errors/exit-codes.ts'
import { HOST_CODES, type HostSettings } from '../../fix/host-settings.ts'
import { mergedChanges } from '../../fix/merged-changes.ts'
import { planFix } from '../../fix/plan-fix.ts'
import { planHostFix } from '../../fix/plan-host-fix.ts'
import { type FindingWithRemedy, isRemedy } from '../../fix/remedy.ts'
import { renderFixJson, renderObjects, renderPlan } from '../../terminal/fix/plan.ts'
import { clusterInput, type Step } from '../diagnose-cluster-input.ts'
import type { FixOutput, FixRequest } from './fix-request.ts'
import type { Host } from './host-port.ts'
import { manualLines } from './manual-lines.ts'

/** What was found out, and may be written. */
export interface FixPlan {
  readonly code: string
  readonly planned: readonly FindingWithRemedy[]
  /** undefined: of this machine alone */
  readonly facts: ClusterFacts | undefined
}

/** @throws LbctlError */
export async function planOf(
  code: string,
  request: FixRequest,
  host: Host,
  output: FixOutput,
  signal: AbortSignal,
): Promise<FixPlan> {
  if (HOST_CODES.has(code) && isLive(request))
    return { code, planned: [planHostFix(code, host.settings(), request.subject)], facts: undefined }
  const facts = await factsOf(request, output, signal)
  return {
    code,
    planned: planFix(facts, { code, subject: request.subject, host: hostOf(request, host) }),
    facts,
  }
}

export const isLive = ({ file, facts, bundle }: FixRequest): boolean =>
  file === undefined && facts === undefined && bundle === undefined

/** Facts of elsewhere are not of this machine. */
export const hostOf = (request: FixRequest, host: Host): HostSettings | undefined =>
  isLive(request) ? host.settings() : undefined

export async function factsOf(
  request: FixRequest,
  output: FixOutput,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const { renderStep } = await import('../../terminal/diagnose/progress.ts')
  const step: Step = (name, text) => {
    if (output.showSteps) output.progress(renderStep(name, text, output.stderrStyle.colorLevel))
  }
  const service = serviceIn(request.subject)
  const read = await clusterInput(request, service === undefined ? [] : [service.namespace], step, signal)
  return isLive(request) ? looked(read, request, step, signal) : read
}

/** With what `diagnose service` sees of the Service in question from here, or else `diagnose all` of this host. */
async function looked(
  read: ClusterFacts,
  request: FixRequest,
  step: Step,
  signal: AbortSignal,
): Promise<ClusterFacts> {
  const key = serviceIn(request.subject)?.key
  const services = new ClusterView(read).services.filter((each) => keyOf(each) === key)
  if (services.length > 0) {
    const { withLook } = await import('../diagnose-service.ts')
    const warn = (text: string): void => step('nodes', text)
    return withLook(read, services, request, { step, probe: () => undefined, warn }, signal)
  }
  const { withHostFacts } = await import('../host-facts/with-host-facts.ts')
  const host = { nodeName: request['node-name'], netns: undefined, focus: undefined }
  return withHostFacts(read, host, step, signal)
}

/** `shop/web` and `Service shop/web`. */
function serviceIn(
  subject: string | undefined,
): { readonly key: string; readonly namespace: string } | undefined {
  const [, key, namespace] = /^(?:Service )?(([^/\s]+)\/[^/\s]+)$/.exec(subject ?? '') ?? []
  return key === undefined || namespace === undefined ? undefined : { key, namespace }
}

export function planText(
  { planned, facts }: FixPlan,
  { output: format }: FixRequest,
  output: FixOutput,
  root: URL,
): string {
  if (format === 'json')
    return renderFixJson(
      { planned, outcome: undefined, record: undefined, remaining: undefined, exitCode: EXIT.findings },
      facts,
    )
  if (format === 'yaml') {
    const changes = planned.flatMap(({ remedy }) => (isRemedy(remedy) ? remedy.changes : []))
    return renderObjects(mergedChanges(facts, changes), facts)
  }
  return renderPlan(planned, {
    ...output.stdoutStyle,
    verbose: output.verbose,
    facts,
    manual: (code) => manualLines(code, root, output.stdoutStyle),
  })
}
