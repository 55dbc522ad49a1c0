// Who takes the Pods away when lbctl cannot: a Job without Pods of its own, which owns those of the agents. When lbctl is killed, the Job
// runs into its deadline, Kubernetes deletes it (`ttlSecondsAfterFinished`), and its garbage collector deletes what it owns. A Pod by itself
// knows only when to end, and never when to go.
import type { KubeObject } from '../../config/kube-object.ts'
import { AGENT_CONTAINER, AGENT_LABELS, type AgentPodSettings, RUN_LABEL } from './agent-pod.ts'

export const keeperNameOf = (run: string): string => `lbctl-agent-${run}`

/** Creation, the end of a container and a deletion, beside the time that a Pod has. */
const SECONDS_AROUND_A_POD = 20

export interface KeeperLife {
  readonly pods: number
  /** Pods at a time */
  readonly atOnce: number
}

/** Longer than a run can last: as long as lbctl lives, it deletes its Pods itself. */
export const keeperSeconds = (
  { deadlineSeconds }: Pick<AgentPodSettings, 'deadlineSeconds'>,
  { pods, atOnce }: KeeperLife,
): number => Math.ceil(pods / atOnce) * (deadlineSeconds + SECONDS_AROUND_A_POD)

export function agentKeeper(run: string, settings: AgentPodSettings, life: KeeperLife): KubeObject {
  const labels = { ...AGENT_LABELS, [RUN_LABEL]: run }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: keeperNameOf(run), namespace: settings.namespace, labels },
    spec: {
      parallelism: 0,
      backoffLimit: 0,
      activeDeadlineSeconds: keeperSeconds(settings, life),
      ttlSecondsAfterFinished: 0,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65_534,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: AGENT_CONTAINER,
              image: settings.image,
              args: ['--version'],
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      },
    },
  }
}
