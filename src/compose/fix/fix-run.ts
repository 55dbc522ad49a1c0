// `lbctl fix` put together: facts → plan → shown, and if asked for: question → writes → a second look.
import { PLANES } from '../../diagnose/cluster/cluster-facts.ts'
import { CODES } from '../../diagnose/cluster/codes.ts'
import { EXIT, type ExitCode } from '../../errors/exit-codes.ts'
import { planFix } from '../../fix/plan-fix.ts'
import { byHand, type FindingWithRemedy, isRemedy } from '../../fix/remedy.ts'
import { WITHOUT_REMEDY } from '../../fix/remedy-table.ts'
import { renderFixJson, renderList } from '../../terminal/fix/plan.ts'
import { type FixPlan, factsOf, hostOf, isLive, planOf, planText } from './fix-plan.ts'
import {
  codeOf,
  type FixOutput,
  type FixRequest,
  ownCommand,
  refuseContradictions,
  timeoutMsOf,
} from './fix-request.ts'
import { Host } from './host-port.ts'
import { openChecks } from './open-checks.ts'

/** @throws LbctlError */
export async function runFix(
  request: FixRequest,
  output: FixOutput,
  root: URL,
  signal: AbortSignal,
): Promise<ExitCode> {
  refuseContradictions(request, output)
  const timeoutMs = timeoutMsOf(request.timeout)
  const host = new Host(request.keep ? request['sysctl-dir'] : undefined)
  if (request.undo !== undefined) {
    const { undoFrom } = await import('./undo-run.ts')
    return undoFrom(request, host, output, signal)
  }
  if (request.code === undefined) return listFindings(request, host, output, root, signal)
  const code = codeOf(request.code)
  const reason = WITHOUT_REMEDY.get(code)
  if (reason !== undefined) return withoutRemedy(code, reason, request, output, root)
  const look = (): Promise<FixPlan> => planOf(code, request, host, output, signal)
  const plan = await look()
  if (plan.planned.length === 0) return nothingFound(plan, request, output)
  if (request.apply) {
    const { applyPlan } = await import('./apply-run.ts')
    return applyPlan(plan, { request, output, host, root, signal, look, timeoutMs })
  }
  output.out(planText(plan, request, output, root))
  if (request.output === 'text' && plan.planned.some(({ remedy }) => isRemedy(remedy)))
    output.out(`\n${howToApply(request)}`)
  return EXIT.findings
}

const howToApply = (request: FixRequest): string =>
  isLive(request)
    ? `Nothing was changed. To change it: ${ownCommand(request, [request.code, request.subject, '--apply'])}`
    : 'Nothing was changed. With -o yaml the objects are printed as they would be.'

async function listFindings(
  request: FixRequest,
  host: Host,
  output: FixOutput,
  root: URL,
  signal: AbortSignal,
): Promise<ExitCode> {
  const facts = await factsOf(request, output, signal)
  const planned = planFix(facts, { subject: request.subject, host: hostOf(request, host) })
  if (planned.length === 0 && request.output === 'text') output.out('Nothing is found that would want a fix.')
  else if (request.output === 'text')
    output.out(renderList(planned, { ...output.stdoutStyle, verbose: output.verbose }))
  else output.out(planText({ code: '', planned, facts }, request, output, root))
  return planned.some(({ severity }) => severity === 'error') ? EXIT.findings : EXIT.ok
}

function withoutRemedy(
  code: string,
  reason: string,
  request: FixRequest,
  output: FixOutput,
  root: URL,
): ExitCode {
  const title = CODES.get(code)?.title ?? ''
  const planned: FindingWithRemedy[] = [
    { code, subject: request.subject ?? '', title, severity: 'info', remedy: byHand(reason) },
  ]
  output.out(planText({ code, planned, facts: undefined }, request, output, root))
  return EXIT.findings
}

/** The rights that are missing, each once. */
const whatWouldHelp = (facts: FixPlan['facts']): readonly string[] => [
  ...new Set(
    facts === undefined
      ? []
      : PLANES.flatMap((name) => {
          const plane = facts[name]
          return plane.status === 'not-read' && plane.wanted && plane.remedy !== undefined
            ? [plane.remedy]
            : []
        }),
  ),
]

/** Healthy, unless a check of that code could not be answered. */
function nothingFound({ code, facts }: FixPlan, request: FixRequest, output: FixOutput): ExitCode {
  const open = facts === undefined ? undefined : openChecks(facts, code)
  const of = request.subject === undefined ? '' : ` for ${request.subject}`
  const said =
    open === undefined
      ? [`${code} is not found${of}: there is nothing to fix.`, ...notLookedAt(code, facts, request)].join(
          '\n',
        )
      : [`${code} could not be looked for: ${open}.`, ...whatWouldHelp(facts)].join('\n')
  const exitCode = open === undefined ? EXIT.ok : EXIT.undetermined
  if (request.output === 'json')
    output.out(
      renderFixJson({ planned: [], outcome: undefined, record: undefined, remaining: [], exitCode }, facts),
    )
  else if (request.output === 'yaml') output.progress(said)
  else output.out(said)
  return exitCode
}

/** What could show the finding as well, and nobody asked for. */
function notLookedAt(code: string, facts: FixPlan['facts'], { subject }: FixRequest): readonly string[] {
  const left = (CODES.get(code)?.planes ?? []).filter((name) => {
    const plane = facts?.[name]
    return plane?.status === 'not-read' && !plane.wanted
  })
  if (left.length === 0) return []
  const more =
    left.includes('probes') && subject === undefined
      ? ` lbctl fix ${code} NAMESPACE/NAME tries the address of a Service from this host.`
      : ''
  return [`Not looked at for it: ${left.join(', ')}.${more}`]
}
