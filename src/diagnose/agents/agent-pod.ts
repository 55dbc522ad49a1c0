// The Pod that runs an agent: on one node, with one capability, for a short while.
import type { KubeObject } from '../../config/kube-object.ts'
import type { AgentPlan } from './agent-plan.ts'
import type { Keeper } from './ports.ts'

export const RUN_LABEL = 'lbctl.dev/agent-run'
/** By which the Pods of all runs are found. */
export const AGENT_LABELS = {
  'app.kubernetes.io/name': 'lbctl',
  'app.kubernetes.io/component': 'agent',
  'app.kubernetes.io/managed-by': 'lbctl',
} as const
export const AGENT_SELECTOR = Object.entries(AGENT_LABELS)
  .map(([key, value]) => `${key}=${value}`)
  .join(',')
export const AGENT_CONTAINER = 'agent'

export interface AgentPodSettings {
  readonly namespace: string
  readonly image: string
  readonly pullSecrets: readonly string[]
  /** from when it is created to when the cluster ends it */
  readonly deadlineSeconds: number
}

export const podNameOf = ({ run }: Pick<AgentPlan, 'run'>, index: number): string =>
  `lbctl-agent-${run}-${index}`

export function agentPod(
  plan: AgentPlan,
  name: string,
  { namespace, image, pullSecrets, deadlineSeconds }: AgentPodSettings,
  keeper?: Keeper,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { ...AGENT_LABELS, [RUN_LABEL]: plan.run },
      ...(keeper === undefined
        ? {}
        : { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: keeper.name, uid: keeper.uid }] }),
    },
    spec: {
      // Not left to the scheduler: it may be what is broken, and a full node can be looked at, too.
      nodeName: plan.node,
      hostNetwork: true,
      dnsPolicy: 'Default',
      restartPolicy: 'Never',
      activeDeadlineSeconds: deadlineSeconds,
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      tolerations: [{ operator: 'Exists' }],
      ...(pullSecrets.length === 0
        ? {}
        : { imagePullSecrets: pullSecrets.map((secret) => ({ name: secret })) }),
      // Kubernetes gives capabilities to uid 0 alone.
      securityContext: { runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: AGENT_CONTAINER,
          image,
          args: ['agent', 'run', '--plan-json', planArgument(plan)],
          resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'], add: ['NET_RAW'] },
          },
        },
      ],
    },
  }
}

/** Kubernetes replaces `$(NAME)` in arguments, so a dollar sign goes as JSON's escape. */
const planArgument = (plan: AgentPlan): string => JSON.stringify(plan).replaceAll('$', '\\u0024')
