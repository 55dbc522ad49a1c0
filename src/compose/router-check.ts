// `lbctl router check` put together: a router's configuration, and the cluster that it is for.
import type { Diagnostic } from '../config/diagnostic.ts'
import type { ReadObjects } from '../config/objects/read-object.ts'
import { sortDiagnostics } from '../config/validate.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { formatIp } from '../net/ip.ts'
import { checkRouter } from '../router/check/check-router.ts'
import type { ObservedRouter } from '../router/check/observed.ts'
import { type CheckedVendor, detectVendor, readRouter } from '../router/check/read-router.ts'
import { routerSource } from '../router/check/router-source.ts'
import type { RouterNode } from '../router/plan/plan-options.ts'
import { planRouters } from '../router/plan/plan-routers.ts'
import type { RouterPlan } from '../router/plan/router-plan.ts'
import { readSources } from './files.ts'
import { type RouterInputRequest, readRouterInput } from './router-input.ts'
import { type PlanRequest, planFailure, planOptions } from './router-plan.ts'

export interface RouterCheckRequest extends RouterInputRequest, PlanRequest {
  /** path, or `-` for stdin */
  readonly configuration: string
  readonly vendor?: CheckedVendor | undefined
  readonly strict: boolean
}

export interface RouterCheck {
  readonly diagnostics: readonly Diagnostic[]
  readonly files: readonly string[]
  readonly documents: number
  /** what the configuration was taken for; undefined when the objects were not usable */
  readonly vendor: CheckedVendor | undefined
  /** sentences about what was taken for granted */
  readonly notes: readonly string[]
  readonly exitCode: ExitCode
}

/** @throws LbctlError */
export async function runRouterCheck(request: RouterCheckRequest, signal: AbortSignal): Promise<RouterCheck> {
  const { configuration } = request
  if (configuration === '-' && (request.files.includes('-') || noInput(request)))
    throw new LbctlError('usage', 'Stdin can be the configuration of the router or the objects, not both.', {
      hints: ['Name the objects with -f FILE, or take them --from-cluster.'],
    })
  const { sources, diagnostics: unreadable } = await readSources([configuration], { signal })
  const [text] = sources
  if (text === undefined) return outcome(unreadable, [configuration], undefined, [], request.strict)
  const source = routerSource(text.name, text.text)
  const vendor = request.vendor ?? detectVendor(source.text)
  if (vendor === undefined) throw unknownSyntax(source.name)
  const input = await readRouterInput(request, signal)
  if (input.kind === 'unusable')
    return outcome(input.diagnostics, [source.name], undefined, [], request.strict)
  const router = readRouter(source, vendor)
  const { plan, notes } = choosePlan(router, input.objects, input.nodes, request)
  return outcome(checkRouter(router, plan), [source.name], vendor, notes, request.strict)
}

const noInput = ({ files, 'from-cluster': fromCluster }: RouterCheckRequest): boolean =>
  files.length === 0 && !fromCluster

function outcome(
  diagnostics: readonly Diagnostic[],
  files: readonly string[],
  vendor: CheckedVendor | undefined,
  notes: readonly string[],
  strict: boolean,
): RouterCheck {
  const failed = diagnostics.some(
    ({ severity }) => severity === 'error' || severity === 'warning' || (strict && severity === 'info'),
  )
  const exitCode = vendor === undefined ? EXIT.usage : failed ? EXIT.findings : EXIT.ok
  return {
    diagnostics: sortDiagnostics(diagnostics),
    files,
    documents: files.length,
    vendor,
    notes,
    exitCode,
  }
}

const unknownSyntax = (name: string): LbctlError =>
  new LbctlError('input', `It is not clear whose configuration ${name} is.`, {
    hints: [
      'Say it with --vendor.',
      'Read are FRR, BIRD 2, RouterOS 6 and 7, Cisco IOS, Junos, Arista EOS and VyOS, as the router prints its configuration.',
    ],
  })

/** The router that the peers named make up, or the only one with the AS number of the configuration. */
function choosePlan(
  router: ObservedRouter,
  objects: ReadObjects,
  nodes: readonly RouterNode[],
  request: RouterCheckRequest,
): { plan: RouterPlan; notes: readonly string[] } {
  const planned = planRouters(objects, nodes, planOptions(request, objects))
  if (!planned.ok) throw planFailure(planned.error)
  const { plans } = planned.value
  const notes = planned.value.notes.map(({ text }) => text)
  const sameAsn = plans.filter(({ asn }) => asn === router.asn?.value)
  const [plan, ...others] = sameAsn.length === 0 ? plans : sameAsn
  if (plan !== undefined && others.length === 0) return { plan, notes }
  const choices = plans.map(
    ({ peers, addresses, asn }) =>
      `${peers.map((name) => `--peer ${name}`).join(' ')}: ${addresses.map(formatIp).join(', ') || 'unnumbered'}, AS ${asn}`,
  )
  throw new LbctlError(
    'usage',
    'The BGPPeers name several routers, and it is not clear which of them this is.',
    {
      hints: ['Name the BGPPeers of this router, all of them:', ...choices],
    },
  )
}
