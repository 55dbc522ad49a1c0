// For tests: plans from manifests.
import { readObjects } from '../../config/objects/read-objects.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { Source } from '../../config/source/source.ts'
import { parseIp } from '../../net/ip.ts'
import type { PlanOptions, RouterNode } from '../plan/plan-options.ts'
import { planRouters, type RouterPlans } from '../plan/plan-routers.ts'
import type { RouterPlan } from '../plan/router-plan.ts'

export const DEFAULT_OPTIONS: PlanOptions = {
  peers: [],
  routerAsn: undefined,
  routerId: undefined,
  ttlSecurityHops: undefined,
  advertiseDefault: false,
  prefix: 'metallb',
  passwords: new Map(),
}

/** `node('worker-1', '192.0.2.11', '2001:db8::11')` */
export const node = (name: string, ...addresses: readonly string[]): RouterNode => ({
  name,
  labels: { 'kubernetes.io/hostname': name },
  addresses: addresses.flatMap((text) => parseIp(text) ?? []),
  routerInterface: undefined,
})

export const objectsOf = (yaml: string) => {
  const { documents, diagnostics } = parseYaml(new Source('cluster.yaml', yaml))
  const read = readObjects(documents)
  const problems = [...diagnostics, ...read.diagnostics].filter(({ severity }) => severity === 'error')
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'))
  return read.objects
}

/** @throws when no plan can be made */
export function plansOf(
  yaml: string,
  nodes: readonly RouterNode[],
  options: Partial<PlanOptions> = {},
): RouterPlans {
  const result = planRouters(objectsOf(yaml), nodes, { ...DEFAULT_OPTIONS, ...options })
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

/** @throws unless there is exactly one router */
export function planOf(
  yaml: string,
  nodes: readonly RouterNode[],
  options: Partial<PlanOptions> = {},
): RouterPlan {
  const { plans } = plansOf(yaml, nodes, options)
  const [plan] = plans
  if (plan === undefined || plans.length > 1) throw new Error(`${plans.length} routers`)
  return plan
}
