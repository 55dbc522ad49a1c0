// Plans → Pods → what they printed.

import { agentKeeper } from '../../diagnose/agents/agent-keeper.ts'
import type { AgentPlan } from '../../diagnose/agents/agent-plan.ts'
import { AGENT_SELECTOR, agentPod, podNameOf } from '../../diagnose/agents/agent-pod.ts'
import type { LeftPod } from '../../diagnose/agents/agents-state.ts'
import { itemsOf } from '../../diagnose/cluster/cluster-facts.ts'
import type { ClusterView } from '../../diagnose/cluster/cluster-view.ts'
import { listAt, mapAt, textAt } from '../../diagnose/cluster/object-fields.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { systemClock } from '../linux.ts'
import { version } from '../version.ts'
import { type AgentsRunOutcome, driveAgents } from './drive-agents.ts'
import type { AgentsVoice, OtherNodesRequest } from './other-nodes-request.ts'

export interface PodsRequest
  extends Pick<OtherNodesRequest, 'agent-image' | 'agent-namespace' | 'kubeconfig' | 'context'> {
  readonly view: ClusterView
  readonly timeoutMs: number
}

/** Pods at a time: each pulls an image, and the API server is looked at as little as is needed. */
export const AT_ONCE = 10
/** Beyond our own patience, so that the cluster ends a Pod whose maker was killed. */
const GRACE_SECONDS = 30

/** @throws LbctlError for words that cannot be meant, and for a kubeconfig that cannot be used */
export async function agentsInPods(
  plans: readonly AgentPlan[],
  request: PodsRequest,
  { tell, warn }: AgentsVoice,
  signal: AbortSignal,
): Promise<AgentsRunOutcome['outcomes']> {
  const [first] = plans
  if (first === undefined) return new Map()
  const settings = podSettings(request)
  const { openAgentPods } = await import('../../kubernetes/agent-pods.ts')
  const { kubeconfig, context, timeoutMs } = request
  const pods = openAgentPods({ kubeconfig, context }, settings.namespace)
  const byNode = new Map(plans.map((plan) => [plan.node, plan]))
  try {
    const { outcomes, left } = await driveAgents(
      {
        settings: {
          run: first.run,
          jobs: plans.map((plan, index) => ({ node: plan.node, pod: podNameOf(plan, index) })),
          atOnce: AT_ONCE,
          timeoutMs,
        },
        keeper: agentKeeper(first.run, settings, { pods: plans.length, atOnce: AT_ONCE }),
        podOf: (node, name, keeper) => agentPod(byNode.get(node) ?? first, name, settings, keeper),
        pods,
        clock: systemClock,
        tell,
      },
      signal,
    )
    if (left.length > 0) warn(leftText(left, settings))
    return outcomes
  } finally {
    pods.close()
  }
}

function leftText(
  left: readonly LeftPod[],
  { namespace, deadlineSeconds }: { readonly namespace: string; readonly deadlineSeconds: number },
): string {
  const lines = left.map(({ node, pod, reason }) => {
    const where = node === undefined ? '' : ` on ${node}`
    return `Pod ${namespace}/${pod}${where} may be there still: ${reason}.`
  })
  return [
    ...lines,
    `It ends by itself after ${deadlineSeconds} s at the latest, and the next run with --agents deletes what is left of it. To do so now: kubectl -n ${namespace} delete pods,jobs -l ${AGENT_SELECTOR}`,
  ].join('\n')
}

/** @throws LbctlError `usage` */
export function podSettings({
  view,
  timeoutMs,
  'agent-image': image,
  'agent-namespace': namespace,
}: PodsRequest) {
  const own = ownImage(view)
  const chosen = image ?? own?.image ?? `lbctl:${version}`
  if (!/^[a-zA-Z0-9][^\s]*$/.test(chosen))
    throw new LbctlError('usage', `"${chosen}" cannot be the name of an image.`)
  const place = namespace ?? view.installation?.namespace ?? 'metallb-system'
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(place))
    throw new LbctlError('usage', `"${place}" cannot be the name of a namespace.`)
  return {
    namespace: place,
    image: chosen,
    pullSecrets: image === undefined && own?.namespace === place ? own.pullSecrets : [],
    deadlineSeconds: Math.ceil(timeoutMs / 1000) + GRACE_SECONDS,
  }
}

/** Where lbctl is the speaker, its image is on the nodes already. */
function ownImage({ facts }: ClusterView) {
  const speaker = itemsOf(facts.daemonSets).find(
    (each) => mapAt(each, 'metadata', 'labels')['app.kubernetes.io/name'] === 'lbctl',
  )
  const spec = ['spec', 'template', 'spec'] as const
  const image = textAt(speaker, ...spec, 'containers', 0, 'image')
  if (speaker === undefined || image === undefined) return undefined
  const pullSecrets = listAt(speaker, ...spec, 'imagePullSecrets').flatMap(
    (each) => textAt(each, 'name') ?? [],
  )
  return { image, pullSecrets, namespace: speaker.metadata.namespace }
}
