// F08: a port of a Service that none of its endpoints has: kube-proxy refuses connections to it, although the address is announced.
import type { KubeObject } from '../../../config/kube-object.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import { firstAndMore } from '../first-and-more.ts'
import { grouped } from '../grouped.ts'
import { at, idOf, listAt, mapAt, numberAt, textAt } from '../object-fields.ts'
import { keyOf } from '../object-keys.ts'
import { counted, listed } from '../wording.ts'

interface Port {
  readonly name: string
  readonly port: number
  readonly protocol: string
  readonly target: string
}

interface Unserved {
  readonly key: string
  readonly service: KubeObject
  readonly ports: readonly Port[]
  /** all ports of the Service */
  readonly all: number
  /** names of ports that the EndpointSlices have */
  readonly known: readonly string[]
}

export const portsServed: ClusterCheck = {
  id: 'ports-served',
  code: 'F08',
  link: 'endpoints',
  title: 'every port of a Service leads to its endpoints',
  needs: ['services', 'endpointSlices'],
  evaluate: (view) => {
    const slices = grouped(itemsOf(view.facts.endpointSlices), serviceKeyOf)
    const services = new Map(itemsOf(view.facts.services).map((service) => [idOf(service), service]))
    const known = view.servicesWithAddress
      .filter((service) => view.endpointsOf(service).anywhere)
      .map(keyOf)
      .filter((key) => (slices.get(key) ?? []).some((slice) => at(slice, 'ports') !== undefined))
    if (known.length === 0) return skip('no ports of endpoints are known')
    const unserved = known.flatMap((key) => unservedOf(key, services.get(key), slices.get(key) ?? []))
    return failOr(
      firstAndMore(
        unserved,
        5,
        draft,
        (more) => `${more} more Services have a port that none of their endpoints has`,
      ),
      counted(known.length, 'Service'),
    )
  },
}

const serviceKeyOf = (slice: KubeObject): string =>
  `${slice.metadata.namespace ?? 'default'}/${slice.metadata.labels?.['kubernetes.io/service-name'] ?? ''}`

/** Ports of a Service and of its EndpointSlices belong together by name; the only port of a Service may have none. */
function unservedOf(
  key: string,
  service: KubeObject | undefined,
  slices: readonly KubeObject[],
): readonly Unserved[] {
  if (service === undefined) return []
  const filled = slices.filter((slice) => listAt(slice, 'endpoints').length > 0)
  const known = new Set(
    filled.flatMap((slice) => listAt(slice, 'ports').map((port) => textAt(port, 'name') ?? '')),
  )
  const all = listAt(service, 'spec', 'ports').map(portOf)
  const ports = all.filter(({ name }) => !known.has(name))
  return ports.length === 0 ? [] : [{ key, service, ports, all: all.length, known: [...known] }]
}

const portOf = (port: unknown): Port => ({
  name: textAt(port, 'name') ?? '',
  port: numberAt(port, 'port') ?? 0,
  protocol: textAt(port, 'protocol') ?? 'TCP',
  target: textAt(port, 'targetPort') ?? String(numberAt(port, 'targetPort') ?? numberAt(port, 'port') ?? ''),
})

function draft({ key, service, ports, all, known }: Unserved): ClusterDraft {
  const { namespace = 'default', name } = service.metadata
  const selector = Object.entries(mapAt(service, 'spec', 'selector'))
  const numbers = listed(ports.map(({ protocol, port }) => `${protocol}/${port}`))
  return {
    title: `No endpoint of the Service ${key} has ${ports.length === 1 ? 'its port' : 'its ports'} ${numbers}: connections to ${ports.length === 1 ? 'it' : 'them'} are refused.`,
    severity: 'error',
    confidence: 'certain',
    subject: `Service ${key}`,
    evidence: [
      ...ports
        .slice(0, 4)
        .map(
          (each) => `port ${each.protocol}/${each.port}${nameText(each)} leads to targetPort ${each.target}`,
        ),
      `ports of its EndpointSlices: ${listed(known.map((each) => (each === '' ? 'one without a name' : `"${each}"`))) || 'none'}`,
      ...(all > ports.length ? [`${counted(all - ports.length, 'other port')} of it can be reached`] : []),
    ],
    cause:
      selector.length > 0
        ? 'No container of the Pods has a port of the name that targetPort says. The Pods count as ready endpoints all the same, so the address is announced.'
        : 'A port of an EndpointSlice serves the port of the Service that has the same name.',
    fix: [
      selector.length > 0
        ? {
            text: 'Write the number into targetPort, or a name that the containers give one of their ports. What the Pods have:',
            command: `kubectl -n ${namespace} get pods -l '${selector.map((pair) => pair.join('=')).join(',')}' -o jsonpath='{.items[*].spec.containers[*].ports}'`,
          }
        : {
            text: 'Give the port of the EndpointSlice the name of the port of the Service.',
            command: `kubectl -n ${namespace} edit endpointslices -l kubernetes.io/service-name=${name}`,
          },
    ],
    affects: [key],
  }
}

const nameText = ({ name }: Port): string => (name === '' ? '' : ` ("${name}")`)
