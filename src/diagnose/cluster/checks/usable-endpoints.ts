// F08: MetalLB announces a Service only while some endpoint of it can serve.
import type { KubeObject } from '../../../config/kube-object.ts'
import type { ServiceObject } from '../../../config/objects/read-object.ts'
import { type ClusterCheck, failOr } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import type { ClusterView } from '../cluster-view.ts'
import { isReady, keyOf } from '../object-keys.ts'
import { counted, listed, sentence, servicesText } from '../wording.ts'

export const usableEndpoints: ClusterCheck = {
  id: 'usable-endpoints',
  code: 'F08',
  link: 'candidates',
  title: 'every Service with an address has an endpoint that can serve',
  needs: ['services', 'endpointSlices'],
  evaluate: (view) => {
    const without = view.servicesWithAddress.filter((service) => !view.endpointsOf(service).anywhere)
    if (without.length === 0) return failOr([], counted(view.servicesWithAddress.length, 'Service'))
    const keys = without.map(keyOf)
    const [first] = without
    const command =
      first === undefined
        ? ''
        : `kubectl -n ${first.namespace ?? 'default'} get pods -l '${selectorText(first)}'`
    return failOr(
      [
        {
          title: `${sentence(servicesText(keys))} ${keys.length === 1 ? 'has' : 'have'} no endpoint that can serve, so nobody announces ${keys.length === 1 ? 'it' : 'them'}.`,
          severity: 'error',
          confidence: 'certain',
          subject: keys.length === 1 ? `Service ${keys[0] ?? ''}` : counted(keys.length, 'Service'),
          evidence: without.slice(0, 5).map((service) => `${keyOf(service)}: ${whyNone(service, view)}`),
          cause:
            'Either no Pod has the labels that the Service selects, or those that have them are not ready.',
          fix: [
            first !== undefined && Object.keys(first.selector).length > 0
              ? {
                  text: 'See which Pods the Service selects, and why they are not ready; put its selector or their labels right.',
                  command,
                }
              : { text: 'Give the Service a selector, or keep EndpointSlices for it by hand.' },
          ],
          affects: keys,
        },
      ],
      '',
    )
  },
}

const selectorText = ({ selector }: ServiceObject): string =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')

function whyNone(service: ServiceObject, view: ClusterView): string {
  const known = view.slicesOf(service).reduce((sum, { endpoints }) => sum + endpoints.length, 0)
  if (Object.keys(service.selector).length === 0)
    return 'it has no selector, and nobody keeps endpoints for it'
  if (known > 0)
    return `${counted(known, 'endpoint')}, none of them ready (selector ${selectorText(service)})`
  const matching = itemsOf(view.facts.pods).filter((pod) => isSelected(service, pod)).length
  if (matching > 0)
    return `${counted(matching, 'Pod')} with its selector ${selectorText(service)}, and no endpoint: nobody keeps its EndpointSlices`
  const near = nearestPods(service, itemsOf(view.facts.pods))
  return `no Pod matches its selector ${selectorText(service)}${near === '' ? '' : `; nearest: ${near}`}`
}

const isSelected = ({ namespace, selector }: ServiceObject, { metadata }: KubeObject): boolean =>
  metadata.namespace === (namespace ?? 'default') &&
  Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value)

/** Pods of its namespace that have the most of its labels. */
function nearestPods({ namespace, selector }: ServiceObject, pods: readonly KubeObject[]): string {
  const wanted = Object.entries(selector)
  const scored = pods
    .filter(({ metadata }) => metadata.namespace === (namespace ?? 'default'))
    .map((pod) => ({ pod, labels: pod.metadata.labels ?? {} }))
    .map(({ pod, labels }) => ({
      pod,
      labels,
      score:
        wanted.filter(([key, value]) => labels[key] === value).length +
        wanted.filter(([key]) => labels[key] !== undefined).length / 100,
    }))
    .sort((a, b) => b.score - a.score || (a.pod.metadata.name < b.pod.metadata.name ? -1 : 1))
  return listed(
    scored.slice(0, 2).map(({ pod, labels }) => {
      const own = wanted.map(([key]) => `${key}=${labels[key] ?? '(none)'}`).join(',')
      return `${pod.metadata.name} with ${own}${isReady(pod) ? '' : ', not ready'}`
    }),
  )
}
