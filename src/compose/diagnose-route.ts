// `lbctl diagnose route` put together: words → facts of this host → the verdict.
import type { Progress } from '../diagnose/collect/question.ts'
import { exitCodeOf, type Verdict } from '../diagnose/judge.ts'
import type { RouteQuestion } from '../diagnose/route/collect-route.ts'
import type { RouteDiagnosisFacts } from '../diagnose/route/route-facts.ts'
import type { ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { type Ip, type IpFamily, parseIp } from '../net/ip.ts'
import { timeoutMsOf } from './diagnose-pool-time.ts'
import { resolveTargets } from './diagnose-target.ts'
import { openKernel } from './linux.ts'

export interface RouteRequest {
  readonly address: string
  readonly from?: string | undefined
  readonly interface?: string | undefined
  readonly source?: string | undefined
  readonly port?: number | undefined
  readonly udp: boolean
  readonly timeout: string
  readonly netns?: string | undefined
}

export interface RouteOutcome {
  readonly verdict: Verdict
  readonly facts: RouteDiagnosisFacts
  readonly exitCode: ExitCode
}

/** @throws LbctlError */
export async function runRouteDiagnosis(
  request: RouteRequest,
  progress: Pick<Progress, 'step'>,
): Promise<RouteOutcome> {
  const question = await questionOf(request)
  const around = await openKernel({ netns: request.netns })
  const [{ collectRoute }, { judgeRoute }] = await Promise.all([
    import('../diagnose/route/collect-route.ts'),
    import('../diagnose/route/route-diagnosis.ts'),
  ])
  const facts = await collectRoute(question, around, progress)
  const verdict = judgeRoute(facts)
  return { facts, verdict, exitCode: exitCodeOf([verdict]) }
}

async function questionOf(request: RouteRequest): Promise<RouteQuestion> {
  const { port, udp } = request
  const timeoutMs = timeoutMsOf(request.timeout)
  const target = await targetOf(request.address.trim())
  return {
    asked: request.address,
    target,
    source: addressOf('source', request.source, target.family),
    client: addressOf('from', request.from, target.family),
    interfaceName: request.interface,
    port: port === undefined ? undefined : { protocol: udp ? 'udp' : 'tcp', number: port },
    timeoutMs,
  }
}

async function targetOf(asked: string): Promise<Ip> {
  if (asked.includes('%'))
    throw new LbctlError(
      'usage',
      `${asked} is a link-local address, for which there is no route to choose.`,
      {
        hints: [`lbctl diagnose ndp ${asked} asks for it on the link.`],
      },
    )
  const family = parseIp(asked)?.family
  const targets =
    family === undefined
      ? await resolveTargets(asked, 4).catch(() => resolveTargets(asked, 6))
      : await resolveTargets(asked, family)
  const [target] = targets
  if (target === undefined) throw new LbctlError('usage', `${asked} has no address.`)
  return target.address
}

function addressOf(flag: string, text: string | undefined, family: IpFamily): Ip | undefined {
  if (text === undefined) return undefined
  const parsed = parseIp(text.trim())
  if (parsed?.family === family) return parsed
  throw new LbctlError('usage', `--${flag} takes an IPv${family} address here, not "${text}".`)
}
