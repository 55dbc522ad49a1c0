// Services as the API server sends them → what the controller keeps of them. The same values as facts-from-objects.ts makes of files; a
// test holds the two together.
import { FROM_POOL } from '../../controller/converge/wish.ts'
import type { ServiceFact } from '../../controller/facts/facts.ts'
import { asRecord, asText } from '../status.ts'

type Raw = Readonly<Record<string, unknown>>

export interface KnownService {
  readonly service: ServiceFact
  readonly uid: string
}

const OURS = /^metallb\.(io|universe\.tf)\//

/** Undefined for a Service that is no load balancer and carries nothing of one: most of a cluster, and none of ours. */
export function projectService(raw: Raw): KnownService | undefined {
  const metadata = asRecord(raw['metadata'])
  const spec = asRecord(raw['spec'])
  const type = asText(spec['type']) || 'ClusterIP'
  const annotations = ownAnnotations(metadata['annotations'])
  const entries = listOf(asRecord(asRecord(raw['status'])['loadBalancer'])['ingress'])
  if (type !== 'LoadBalancer' && entries.length === 0 && annotations[FROM_POOL] === undefined)
    return undefined
  const ingress = entries.map((each) => asText(asRecord(each)['ip'])).filter((ip) => ip !== '')
  const service: ServiceFact = {
    namespace: asText(metadata['namespace']),
    name: asText(metadata['name']),
    labels: textsOf(metadata['labels']),
    annotations,
    type,
    loadBalancerClass: textOrNothing(spec['loadBalancerClass']),
    loadBalancerIP: textOrNothing(spec['loadBalancerIP']),
    clusterIPs: clusterIps(spec),
    ipFamilies: listOf(spec['ipFamilies']).map(asText),
    ipFamilyPolicy: textOrNothing(spec['ipFamilyPolicy']),
    localTraffic: spec['externalTrafficPolicy'] === 'Local',
    selector: textsOf(spec['selector']),
    ports: listOf(spec['ports']).map(asRecord).map(portOf),
    ingress,
    ingressWithoutAddress: entries.length - ingress.length,
    createdAt: asText(metadata['creationTimestamp']),
    version: asText(metadata['resourceVersion']),
  }
  return { service, uid: asText(metadata['uid']) }
}

const portOf = ({ protocol, port }: Raw) => ({
  protocol: asText(protocol) || 'TCP',
  port: typeof port === 'number' ? port : 0,
})

function clusterIps(spec: Raw): string[] {
  const several = listOf(spec['clusterIPs']).map(asText)
  const one = asText(spec['clusterIP'])
  return several.length > 0 || one === '' ? several : [one]
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const textOrNothing = (value: unknown): string | undefined => asText(value) || undefined

const textsOf = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(asRecord(value)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )

const ownAnnotations = (value: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(textsOf(value)).filter(([key]) => OURS.test(key)))
