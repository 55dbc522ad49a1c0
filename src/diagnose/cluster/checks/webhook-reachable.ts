// F02: the API server asks MetalLB's webhook before it stores a pool or an advertisement.

import type { KubeObject } from '../../../config/kube-object.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import type { ClusterView } from '../cluster-view.ts'
import { podSelector } from '../installations.ts'
import { listAt, textAt } from '../object-fields.ts'
import { isReady } from '../object-keys.ts'
import { counted, listed } from '../wording.ts'

export const webhookReachable: ClusterCheck = {
  id: 'webhook-reachable',
  code: 'F02',
  link: 'installation',
  title: 'the admission webhook can be called',
  needs: ['webhooks', 'services', 'endpointSlices'],
  evaluate: (view) => {
    const ours = itemsOf(view.facts.webhooks).filter((each) => hooksOf(each).length > 0)
    if (ours.length === 0) return skip('there is no webhook of MetalLB')
    return failOr(
      ours.flatMap((configuration) => problemWith(configuration, view) ?? []),
      counted(ours.flatMap(hooksOf).length, 'webhook'),
    )
  },
}

const hooksOf = (configuration: KubeObject): readonly unknown[] =>
  listAt(configuration, 'webhooks').filter((hook) => textAt(hook, 'name')?.endsWith('.metallb.io') === true)

function problemWith(configuration: KubeObject, view: ClusterView): ClusterDraft | undefined {
  const hooks = hooksOf(configuration)
  const name = configuration.metadata.name
  const bare = hooks.filter((hook) => (textAt(hook, 'clientConfig', 'caBundle') ?? '') === '')
  const namespace = textAt(hooks[0], 'clientConfig', 'service', 'namespace') ?? ''
  const service = textAt(hooks[0], 'clientConfig', 'service', 'name') ?? ''
  const base = {
    severity: 'error',
    confidence: 'certain',
    // What was stored before goes on working.
    breaks: 'some day',
    subject: `ValidatingWebhookConfiguration ${name}`,
    affects: [],
  } as const
  const object = view.objects.services.find((each) => each.name === service && each.namespace === namespace)
  if (object === undefined)
    return {
      ...base,
      title: `The webhook ${name} calls the Service ${namespace}/${service}, which is not there: no pool and no advertisement can be applied.`,
      evidence: [`${counted(hooks.length, 'webhook')} of MetalLB name ${namespace}/${service}`],
      cause: 'It is left over from an installation that was removed by halves.',
      fix: [
        {
          text: 'Install MetalLB again, or, if it is gone for good, remove what it left behind.',
          command: `kubectl delete validatingwebhookconfiguration ${name}`,
        },
      ],
    }
  if (!view.endpointsOf(object).anywhere)
    return {
      ...base,
      title: `The webhook ${name} has nobody behind it: the controller is not ready, so no pool and no advertisement can be applied.`,
      evidence: [
        `Service ${namespace}/${service} has no ready endpoint`,
        `controller Pods: ${listed(view.controllerPods.map((pod) => `${pod.metadata.name} ${isReady(pod) ? 'ready' : 'not ready'}`)) || 'none'}`,
      ],
      cause: 'The controller serves the webhook. Objects that were stored before go on working.',
      fix: [
        {
          text: 'Wait for the controller, and see why it is not ready.',
          command: `kubectl -n ${namespace} get pods -l ${podSelector(view.installation, 'controller')} -o wide`,
        },
      ],
    }
  if (bare.length === 0) return undefined
  return {
    ...base,
    title: `The webhook ${name} has no CA bundle: the API server trusts nobody there, so no pool and no advertisement can be applied.`,
    evidence: [
      `clientConfig.caBundle is empty for ${listed(bare.map((hook) => textAt(hook, 'name') ?? ''))}`,
    ],
    cause:
      'The controller writes the bundle after its start. A tool that puts the manifest back as it was takes it out again.',
    fix: [
      {
        text: 'Let that tool leave webhooks[*].clientConfig.caBundle alone; then restart the controller, which writes it again.',
        command: `kubectl -n ${namespace} rollout restart deployment ${view.installation?.controller?.object.metadata.name ?? 'controller'}`,
      },
    ],
  }
}
