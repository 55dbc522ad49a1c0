// Ports that the programs of this installation use, as its workloads and Services say.
import type { KubeObject } from '../../config/kube-object.ts'
import { formatIp, parseIp } from '../../net/ip.ts'
import { itemsOf } from './cluster-facts.ts'
import type { ClusterView } from './cluster-view.ts'
import { environmentOf, flagOf, type Installation } from './installations.ts'
import { at, listAt, numberAt, textAt } from './object-fields.ts'

/** Of memberlist and of the webhook, where nothing says otherwise. */
const GOSSIP_PORT = 7946
const WEBHOOK_PORT = 9443

/** Of memberlist, by TCP and by UDP. A flag counts more than the environment, as it does for the speakers. */
export function gossipPort(installation: Installation | undefined): number {
  const speaker = installation?.speaker
  if (speaker === undefined) return GOSSIP_PORT
  const said =
    flagOf(speaker.arguments, 'ml-bindport') ?? environmentOf(speaker.container)['METALLB_ML_BIND_PORT']
  return portOf(said) ?? GOSSIP_PORT
}

const portOf = (text: string | undefined): number | undefined => {
  const port = /^\d+$/.test(text ?? '') ? Number(text) : 0
  return port > 0 && port < 65_536 ? port : undefined
}

/** A Pod that serves the webhook. */
export interface WebhookEndpoint {
  /** `metallb-system/metallb-webhook-service` */
  readonly service: string
  readonly address: string
  /** of the Pod: it is what passes the firewalls */
  readonly port: number
  /** undefined: the slice does not say */
  readonly node: string | undefined
}

/** Endpoints that are ready, of the Services that the API server calls. */
export function webhookEndpoints(view: ClusterView): readonly WebhookEndpoint[] {
  const services = itemsOf(view.facts.webhooks)
    .flatMap((configuration) => listAt(configuration, 'webhooks'))
    .filter((hook) => textAt(hook, 'name')?.endsWith('.metallb.io') === true)
    .map(
      (hook) =>
        `${textAt(hook, 'clientConfig', 'service', 'namespace')}/${textAt(hook, 'clientConfig', 'service', 'name')}`,
    )
  return [...new Set(services)].flatMap((service) =>
    itemsOf(view.facts.endpointSlices)
      .filter(
        ({ metadata }) =>
          `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}` === service,
      )
      .flatMap((slice) => endpointsIn(slice, service)),
  )
}

/** Where no slice is known: that of a Pod that runs, by the flag that lbctl's controller has for it. */
export const usualWebhookPort = (installation: Installation | undefined): number =>
  portOf(flagOf(installation?.controller?.arguments ?? [], 'webhook-port')) ?? WEBHOOK_PORT

function endpointsIn(slice: KubeObject, service: string): readonly WebhookEndpoint[] {
  const port = numberAt(slice, 'ports', 0, 'port') ?? WEBHOOK_PORT
  return listAt(slice, 'endpoints').flatMap((endpoint) => {
    const address = parseIp(textAt(endpoint, 'addresses', 0) ?? '')
    const isReady = at(endpoint, 'conditions', 'ready') !== false
    return address === undefined || !isReady
      ? []
      : [{ service, address: formatIp(address), port, node: textAt(endpoint, 'nodeName') }]
  })
}
