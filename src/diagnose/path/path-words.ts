// What addresses of Services are, and where clients stand, in the words of the people who ask.
import type { ClientFacts, EndFacts, PathFacts, PortFacts } from './path-facts.ts'
import type { AddressRole } from './walk/known-ports.ts'

export const portText = (
  { address, family }: Pick<PathFacts['target'], 'address' | 'family'>,
  port: number,
): string => (family === 6 ? `[${address}]:${port}` : `${address}:${port}`)

const ROLE_WORDS: Readonly<Record<AddressRole, string>> = {
  ClusterIP: 'the ClusterIP',
  externalIP: 'an externalIP',
  LoadBalancer: 'a LoadBalancer address',
  'external or LoadBalancer': 'a LoadBalancer address or an externalIP',
  NodePort: 'a NodePort',
  'health check': 'the healthCheckNodePort',
  unknown: 'an address',
}

export function roleText({ roles, service }: PortFacts): string {
  const words = roles.length === 0 ? 'no port' : roles.map((role) => ROLE_WORDS[role]).join(' and ')
  return service === undefined ? `${words} of a Service` : `${words} of ${service}`
}

/** Why the address can be reached, and from where. */
export function reachText(
  { roles }: PortFacts,
  { isOwn, ownInterface, addressesKnown, mode, host }: PathFacts,
): string[] {
  const isGiven = mode === 'ipvs' && host === undefined && roles.every((role) => role !== 'NodePort')
  const carried = isGiven
    ? 'In this mode kube-proxy gives it to every node, on kube-ipvs0.'
    : !addressesKnown
      ? undefined
      : isOwn
        ? `It is an address of this node itself${ownInterface === undefined ? '' : `, on ${ownInterface}`}.`
        : 'No interface of this node has it.'
  return roles.flatMap((role) => reachOfRole(role, carried))
}

function reachOfRole(role: AddressRole, carried: string | undefined): string[] {
  const seen = carried === undefined ? '' : ` ${carried}`
  switch (role) {
    case 'ClusterIP':
      return [
        'It exists only in the rules of the nodes: nodes and Pods reach it, others only where a route for it leads to a node.',
      ]
    case 'externalIP':
      return [
        `kube-proxy takes what arrives for it, and announces nothing: it works only where it is the address of a node, or a router sends it to one.${seen}`,
      ]
    case 'LoadBalancer':
      return [
        `A load balancer such as MetalLB has to bring the packets to a node, by ARP, NDP or BGP; from there on these rules take them.${seen}`,
      ]
    case 'external or LoadBalancer':
      return [
        `Something has to bring the packets to a node: a load balancer such as MetalLB, or for an externalIP a route. The rules of this mode do not tell the two apart.${seen}`,
      ]
    case 'NodePort':
      return ['Every address of this node answers on this port, for whoever reaches the node.']
    case 'health check':
      return [
        'kube-proxy itself answers here, to load balancers that ask whether this node has an endpoint: 200 when it has one, 503 when not.',
      ]
    case 'unknown':
      return carried === undefined ? [] : [carried]
  }
}

export function clientText({ kind, ranges }: ClientFacts): string {
  const shown = ranges.length > 4 ? [...ranges.slice(0, 4), `${ranges.length - 4} more`] : ranges
  switch (kind) {
    case 'this node':
      return `this node (as ${shown.join(', ')})`
    case 'everybody':
      return 'clients, whatever their address'
    case 'everybody else':
      return 'all other clients'
    case 'addresses':
      return shown.join(', ')
  }
}

/** `3 endpoints`, `dropped`, `10.244.0.5:8080` */
export function endsText(ends: readonly EndFacts[]): string {
  const reached = new Set(
    ends.flatMap(({ end, endpoint }) => (end === 'endpoint' && endpoint !== undefined ? [endpoint] : [])),
  )
  const [only] = reached
  const others = new Set(ends.filter(({ end }) => end !== 'endpoint').map((each) => END_WORDS[each.end]))
  const parts = [
    ...(reached.size === 1 && only !== undefined
      ? [`to ${only}`]
      : reached.size > 1
        ? [`to ${reached.size} endpoints`]
        : []),
    ...others,
  ]
  return parts.join(', and ')
}

const END_WORDS: Readonly<Record<EndFacts['end'], string>> = {
  endpoint: 'to an endpoint',
  dropped: 'dropped',
  rejected: 'rejected',
  host: 'to this host itself, unchanged',
  forwarded: 'on by the routing table, unchanged',
}

/** `go to 3 endpoints`, `are dropped` */
export function fateText(ends: readonly EndFacts[]): string {
  const isStopped = ends.every(({ end }) => end === 'dropped' || end === 'rejected')
  return `${isStopped ? 'are' : 'go'} ${endsText(ends)}`
}

/** 0.333… → `33.3 %`; a whole is not told. */
export const shareText = (probability: number): string | undefined =>
  probability > 0.9995 ? undefined : `${(probability * 100).toFixed(1)} %`
