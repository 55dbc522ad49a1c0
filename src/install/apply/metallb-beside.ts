// Two programs that do the same work fight over it: what of MetalLB runs already is found before anything is applied.
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { ClusterReader, ClusterWriter, MetallbInstallation } from '../../migrate/ports.ts'
import { METALLB_WEBHOOK_CONFIGURATION } from '../names.ts'
import { hasController, hasSpeaker, type InstallOptions } from '../options.ts'

/** `undefined`: nothing in the way; else why not to go on without --force. */
export async function metallbInTheWay(
  reader: ClusterReader,
  writer: ClusterWriter,
  options: InstallOptions,
): Promise<LbctlError | undefined> {
  const running: string[] = []
  const hints: string[] = []
  for (const found of await reader.installations()) {
    if (
      hasController(options) &&
      options.loadBalancerClass === undefined &&
      (await runs(writer, found, 'controller'))
    ) {
      running.push(`${found.controller?.workload} in ${found.namespace}`)
      hints.push(
        `Stop MetalLB’s controller: kubectl -n ${found.namespace} scale deployment ${nameOf(found.controller)} --replicas=0`,
      )
    }
    const everyNode = Object.keys(options.nodeSelector).length === 0
    if (hasSpeaker(options) && everyNode && (await runs(writer, found, 'speaker'))) {
      running.push(`${found.speaker?.workload} in ${found.namespace}`)
      hints.push(
        'Give lbctl’s speaker the nodes that MetalLB’s leaves out: --node-selector KEY=VALUE, after keeping MetalLB’s off them.',
      )
    }
  }
  if (running.length === 0) return undefined
  return new LbctlError(
    'conflict',
    `MetalLB runs in this cluster: ${running.join(', ')}. Two would fight over the same Services.`,
    {
      hints: [
        ...hints,
        ...(hasController(options) ? ['Or serve a class of your own: --lb-class NAME.'] : []),
        'With --force it is installed all the same.',
      ],
    },
  )
}

const nameOf = (image: MetallbInstallation['controller']): string => image?.workload.split(' ')[1] ?? ''

async function runs(
  writer: ClusterWriter,
  found: MetallbInstallation,
  component: 'controller' | 'speaker',
): Promise<boolean> {
  const image = found[component]
  if (image === undefined) return false
  const [kind = '', name = ''] = image.workload.split(' ')
  const live = await writer.get({ apiVersion: 'apps/v1', kind, namespace: found.namespace, name })
  if (live === undefined) return false
  const spec = live['spec'] as { readonly replicas?: number } | undefined
  const status = live['status'] as { readonly desiredNumberScheduled?: number } | undefined
  return kind === 'Deployment' ? spec?.replicas !== 0 : status?.desiredNumberScheduled !== 0
}

/** MetalLB's webhook without MetalLB's controller refuses every change of the configuration. */
export async function orphanedWebhook(
  writer: ClusterWriter,
  reader: ClusterReader,
): Promise<string | undefined> {
  const live = await writer.get({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    name: METALLB_WEBHOOK_CONFIGURATION,
  })
  if (live === undefined) return undefined
  for (const found of await reader.installations())
    if (await runs(writer, found, 'controller')) return undefined
  return (
    `MetalLB’s ${METALLB_WEBHOOK_CONFIGURATION} is still there, and no controller of MetalLB answers it: every change of the ` +
    `configuration will be refused. Remove it: kubectl delete validatingwebhookconfiguration ${METALLB_WEBHOOK_CONFIGURATION}`
  )
}
