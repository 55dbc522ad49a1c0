// `lbctl router config` put together: objects and nodes → plans → a vendor's text.
import type { Diagnostic } from '../config/diagnostic.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { planRouters } from '../router/plan/plan-routers.ts'
import type { RouterPlan } from '../router/plan/router-plan.ts'
import { renderRouter, type Vendor } from '../router/vendors/render.ts'
import { type RouterInputRequest, readRouterInput } from './router-input.ts'
import { type PlanRequest, planFailure, planOptions } from './router-plan.ts'

export interface RouterConfigRequest extends RouterInputRequest, PlanRequest {
  readonly vendor?: Vendor | undefined
  readonly output: 'text' | 'json'
}

export interface RouterConfiguration {
  readonly plan: RouterPlan
  readonly vendor: Vendor | undefined
  /** empty without a vendor */
  readonly lines: readonly string[]
}

export type RouterConfigOutcome =
  | {
      readonly kind: 'done'
      readonly routers: readonly RouterConfiguration[]
      /** sentences, each once */
      readonly notes: readonly string[]
      /** a router is among them that no node is a neighbour of */
      readonly partly: boolean
    }
  | { readonly kind: 'unusable'; readonly diagnostics: readonly Diagnostic[] }

/** @throws LbctlError */
export async function runRouterConfig(
  request: RouterConfigRequest,
  signal: AbortSignal,
): Promise<RouterConfigOutcome> {
  const { vendor } = request
  if (vendor === undefined && request.output === 'text')
    throw new LbctlError('usage', 'Say whose syntax to write: --vendor frr, or -o json for none.')
  const input = await readRouterInput(request, signal)
  if (input.kind === 'unusable') return input
  const planned = planRouters(input.objects, input.nodes, planOptions(request, input.objects))
  if (!planned.ok) throw planFailure(planned.error)
  const routers = planned.value.plans.map((plan) => {
    const text = vendor === undefined ? { lines: [], notes: [] } : renderRouter(plan, vendor)
    return { plan, vendor, ...text }
  })
  const notes = [
    ...planned.value.notes.map(({ text }) => text),
    ...routers.flatMap((router) => router.notes),
    ...severalRouters(planned.value.plans, request),
  ]
  const without = routers.filter(({ plan }) => plan.neighbours.length === 0)
  if (routers.length > 0 && without.length === routers.length)
    throw new LbctlError('input', 'No node is a neighbour of the router, so there is nothing to configure.', {
      hints: [...new Set(notes)],
    })
  return { kind: 'done', routers, notes: [...new Set(notes)], partly: without.length > 0 }
}

function severalRouters(plans: readonly RouterPlan[], { output }: RouterConfigRequest): string[] {
  if (plans.length < 2 || output === 'json') return []
  const choices = plans.map(({ peers }) => peers.map((name) => `--peer ${name}`).join(' ')).join(', or ')
  return [
    `The BGPPeers name ${plans.length} routers, and each has a part of its own in the result. To choose one: ${choices}.`,
  ]
}
