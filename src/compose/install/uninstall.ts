// `lbctl uninstall` put together: what would go, and what stays; then, if it was said twice, the removal.
import type { KubeObject } from '../../config/kube-object.ts'
import { EXIT, type ExitCode } from '../../errors/exit-codes.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { planRemoval, type RemovalPlan, removeAll } from '../../install/apply/removal.ts'
import { allItems } from '../../install/install-objects.ts'
import { exitCodeOf } from '../../migrate/apply/outcome.ts'
import { type LostObjects, renderRemoval } from '../../terminal/install/progress.ts'
import { renderOutcome } from '../../terminal/migration/outcome.ts'
import { type Cluster, connectCluster } from '../cluster.ts'
import type { InstallTerminal } from './install.ts'
import { checkedNamespace } from './install-request.ts'

/** The flags by their names on the command line. */
export interface UninstallRequest {
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly namespace: string
  readonly yes: boolean
  readonly 'delete-crds': boolean
  readonly 'delete-all-configuration': boolean
}

/** @throws LbctlError */
export async function runUninstall(request: UninstallRequest, terminal: InstallTerminal): Promise<ExitCode> {
  const { yes, 'delete-crds': deleteCrds, 'delete-all-configuration': confirmed } = request
  if (yes && deleteCrds && !confirmed)
    throw new LbctlError(
      'usage',
      '--delete-crds deletes the whole configuration, so it wants to be confirmed.',
      {
        hints: [
          'Run it without --yes to see what would go.',
          'Keep a copy: kubectl get -A -o yaml $(kubectl api-resources --api-group=metallb.io -o name | paste -sd,)',
          'Then add --delete-all-configuration.',
        ],
      },
    )
  const namespace = checkedNamespace(request.namespace)
  const items = allItems(namespace)
  const cluster = await connectCluster(request, terminal.signal)
  try {
    const objects = items.map(({ object }) => object)
    const plan = await planRemoval(cluster.writer, objects, { namespace, deleteCrds })
    const lost = deleteCrds ? await lostWith(plan, cluster) : undefined
    terminal.out(renderRemoval(plan, lost, await servicesWithAddress(cluster)))
    if (!yes) {
      if (plan.remove.length > 0) terminal.say('Nothing was removed; --yes removes it.')
      return EXIT.ok
    }
    const outcome = await removeAll(cluster.writer, plan, terminal.signal)
    if (outcome.kind !== 'nothing to do') terminal.say(renderOutcome(outcome))
    return exitCodeOf(outcome)
  } finally {
    cluster.close()
  }
}

async function lostWith({ remove }: RemovalPlan, { reader }: Cluster): Promise<LostObjects> {
  const crds = remove.filter(({ kind }) => kind === 'CustomResourceDefinition').length
  return { crds, objects: crds === 0 ? 0 : (await reader.metallbObjects()).objects.length }
}

/** undefined: it may not be asked, or not now; what is removed does not hang on it */
async function servicesWithAddress({ reader }: Cluster): Promise<number | undefined> {
  try {
    return (await reader.services()).filter((service) => !isEmpty(service)).length
  } catch (error) {
    if (error instanceof LbctlError) return undefined
    throw error
  }
}

const isEmpty = (service: KubeObject): boolean => {
  const status = service['status'] as
    | { readonly loadBalancer?: { readonly ingress?: readonly object[] } }
    | undefined
  return (status?.loadBalancer?.ingress ?? []).length === 0
}
