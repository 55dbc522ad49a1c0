// What a node tries to reach by TCP: the speakers of other nodes, and the port of MetalLB's webhook.
import type { KubeObject } from '../../config/kube-object.ts'
import { formatIp, parseIp } from '../../net/ip.ts'
import { itemsOf } from '../cluster/cluster-facts.ts'
import type { ClusterView } from '../cluster/cluster-view.ts'
import { at, listAt, numberAt, textAt } from '../cluster/object-fields.ts'
import { nodeOf } from '../cluster/object-keys.ts'
import type { ReachTarget } from './agent-plan.ts'

/** Up to here every node is asked about every other one. */
const ALL_PAIRS = 20
/** Beyond that each is asked about so many others. */
const OTHERS = 8
const GOSSIP_PORT = 7946
/** Of MetalLB's controller, where nothing says otherwise. */
const WEBHOOK_PORT = 9443
const MOST_ENDPOINTS = 2

export const speakerNodes = (view: ClusterView): readonly string[] =>
  view.speakerPods
    .filter((pod) => textAt(pod, 'status', 'phase') === 'Running')
    .flatMap((pod) => nodeOf(pod) ?? [])
    .sort()

/** InternalIPs, the first of each family. */
export function nodeAddresses(name: string, view: ClusterView): readonly string[] {
  const node = view.objects.nodes.find((each) => each.name === name)
  const found = (node?.addresses ?? [])
    .filter(({ type }) => type === 'InternalIP')
    .flatMap(({ address }) => parseIp(address) ?? [])
  return ([4, 6] as const).flatMap((family) => {
    const first = found.find((each) => each.family === family)
    return first === undefined ? [] : formatIp(first)
  })
}

/** Speakers that run on other nodes; where there are many, a ring with chords, so that all nodes hang together. */
export function gossipTargets(node: string, view: ClusterView): readonly ReachTarget[] {
  if (view.installation?.memberlist !== true) return []
  const speakers = speakerNodes(view)
  const others =
    speakers.length <= ALL_PAIRS
      ? speakers
      : Array.from({ length: OTHERS }, (_, power) => {
          const own = Math.max(0, speakers.indexOf(node))
          return speakers[(own + 2 ** power) % speakers.length] ?? ''
        })
  return [...new Set(others)]
    .filter((name) => name !== node && name !== '')
    .flatMap((name) =>
      nodeAddresses(name, view)
        .slice(0, 1)
        .map((address) => ({ purpose: 'gossip' as const, name, address, port: GOSSIP_PORT })),
    )
}

/** The endpoints of the Service that the API server calls; the port is that of the Pods. */
export function webhookTargets(view: ClusterView): readonly ReachTarget[] {
  const services = itemsOf(view.facts.webhooks)
    .flatMap((configuration) => listAt(configuration, 'webhooks'))
    .filter((hook) => textAt(hook, 'name')?.endsWith('.metallb.io') === true)
    .map(
      (hook) =>
        `${textAt(hook, 'clientConfig', 'service', 'namespace')}/${textAt(hook, 'clientConfig', 'service', 'name')}`,
    )
  return [...new Set(services)].flatMap((key) =>
    itemsOf(view.facts.endpointSlices)
      .filter(
        ({ metadata }) => `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}` === key,
      )
      .flatMap((slice) => endpointsIn(slice, key))
      .slice(0, MOST_ENDPOINTS),
  )
}

function endpointsIn(slice: KubeObject, name: string): readonly ReachTarget[] {
  const port = numberAt(slice, 'ports', 0, 'port') ?? WEBHOOK_PORT
  return listAt(slice, 'endpoints').flatMap((endpoint) => {
    const address = parseIp(textAt(endpoint, 'addresses', 0) ?? '')
    const isReady = at(endpoint, 'conditions', 'ready') !== false
    return address === undefined || !isReady
      ? []
      : [{ purpose: 'webhook' as const, name, address: formatIp(address), port }]
  })
}
