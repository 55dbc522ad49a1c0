// Which ports of which addresses the rules know, what such an address is, and whose Service it belongs to.
import { type Ip, ip } from '../../../net/ip.ts'
import { type IpRange, rangeContains } from '../../../net/prefix.ts'
import type { Match, Rule, RuleTable } from '../netfilter.ts'

export type AddressRole =
  | 'ClusterIP'
  | 'externalIP'
  | 'LoadBalancer'
  | 'external or LoadBalancer'
  | 'NodePort'
  /** healthCheckNodePort: kube-proxy itself answers load balancers that ask for endpoints of this node */
  | 'health check'
  | 'unknown'

export interface KnownPort {
  /** undefined: any address of the node */
  readonly address: Ip | undefined
  readonly protocol: string
  readonly port: number
  readonly role: AddressRole
  readonly service: string | undefined
  /** externalTrafficPolicy is Local; undefined: what knows of it does not tell */
  readonly localOnly?: boolean
  /** name of the set of the kernel that holds it */
  readonly inSet?: string
}

/** Every port that rules name together with one single address, and every NodePort. */
export function knownPorts(tables: readonly RuleTable[]): KnownPort[] {
  const found: KnownPort[] = []
  for (const table of tables) {
    const clusterIps = clusterIpsOf(table)
    for (const chain of table.chains.values())
      for (const rule of chain.rules) {
        const conditions = rule.steps.flatMap((step) => ('match' in step ? [step.match] : []))
        const named = portOf(conditions, rule.comment, roleOfRule(chain.name, rule))
        if (named !== undefined) found.push(named)
        // nftables mode of 1.29: the addresses with loadBalancerSourceRanges, as elements of a set.
        if (chain.name === 'firewall-check')
          for (const match of conditions)
            if (match.kind === 'one of')
              found.push(...match.entries.flatMap((entry) => portOf(entry, undefined, 'LoadBalancer') ?? []))
        for (const step of rule.steps)
          if ('act' in step && step.act.kind === 'lookup')
            for (const { matches, action, comment } of step.act.entries) {
              const chainName = action.kind === 'goto' || action.kind === 'jump' ? action.chain : ''
              const entry = portOf(matches, comment ?? serviceOfChain(chainName), 'unknown')
              if (entry !== undefined)
                found.push({ ...entry, role: roleOfEntry(step.act.map, chainName, entry, clusterIps) })
            }
      }
  }
  return found
}

/** The address (one, or none for a NodePort), protocol and port that conditions ask for. */
function portOf(
  matches: readonly Match[],
  comment: string | undefined,
  role: AddressRole | undefined,
): KnownPort | undefined {
  if (role === undefined) return undefined
  const address = matches.find(
    (match) => match.kind === 'address' && match.of === 'destination' && !match.negated,
  )
  const port = matches.find((match) => match.kind === 'port' && match.of === 'destination' && !match.negated)
  const protocol = matches.find((match) => match.kind === 'protocol' && !match.negated)
  if (port?.kind !== 'port' || protocol?.kind !== 'protocol') return undefined
  const single = address?.kind === 'address' ? singleAddress(address.ranges) : undefined
  if (address !== undefined && single === undefined) return undefined
  const [range] = port.ranges
  const [name] = protocol.protocols
  if (range === undefined || range.first !== range.last || name === undefined) return undefined
  const isNodePort = single === undefined && role === 'unknown'
  return {
    address: single,
    protocol: name,
    port: range.first,
    role: isNodePort ? 'NodePort' : role,
    service: serviceOf(comment),
  }
}

function singleAddress(ranges: readonly IpRange[]): Ip | undefined {
  const [only, ...more] = ranges
  return only === undefined || more.length > 0 || only.first !== only.last
    ? undefined
    : ip(only.family, only.first)
}

/** kube-proxy says in its comments what an address is. Undefined: not a rule about an address of a Service. */
function roleOfRule(chain: string, { comment = '' }: Rule): AddressRole | undefined {
  if (chain === 'KUBE-NODEPORTS')
    return / health check node port$/.test(comment) ? 'health check' : 'NodePort'
  if (!/^KUBE-(SERVICES|EXTERNAL-SERVICES|PROXY-FIREWALL)$/.test(chain)) return undefined
  if (/ cluster IP$/.test(comment)) return 'ClusterIP'
  if (/ external IP$/.test(comment)) return 'externalIP'
  if (/ load ?balancer IP$/i.test(comment) || / traffic not accepted by /.test(comment)) return 'LoadBalancer'
  // "has no endpoints" says the same about every kind of address.
  return chain === 'KUBE-SERVICES' ? 'ClusterIP' : 'unknown'
}

function roleOfEntry(
  map: string | undefined,
  chain: string,
  { address }: KnownPort,
  clusterIps: readonly IpRange[],
): AddressRole {
  if (map?.includes('nodeport') === true || address === undefined) return 'NodePort'
  if (map === 'firewall-ips') return 'LoadBalancer'
  if (clusterIps.some((range) => rangeContains(range, address))) return 'ClusterIP'
  if (/^(service|local)-/.test(chain)) return 'ClusterIP'
  return 'external or LoadBalancer'
}

/** The set @cluster-ips, as the rule that refuses their other ports compares with it. */
function clusterIpsOf({ chains }: RuleTable): readonly IpRange[] {
  const rules = chains.get('cluster-ips-check')?.rules ?? []
  const refusing = rules.find(({ steps }) =>
    steps.some((step) => 'act' in step && step.act.kind === 'reject'),
  )
  const match = refusing?.steps.find((step) => 'match' in step && step.match.kind === 'address')
  return match !== undefined && 'match' in match && match.match.kind === 'address' ? match.match.ranges : []
}

/** `default/web:http loadbalancer IP` → `default/web:http` */
export const serviceOf = (comment: string | undefined): string | undefined =>
  /^([a-z0-9.-]+\/[a-z0-9.-]+(?::[a-z0-9-]+)?)(?: |$)/.exec(comment ?? '')?.[1]

/** `external-BBBB-default/web/tcp/http` → `default/web:http` */
export function serviceOfChain(chain: string): string | undefined {
  const [, namespace, name, port] = /^[a-z]+-[A-Z0-9]{8}-([^/]+)\/([^/]+)\/[^/]+\/([^/_]*)/.exec(chain) ?? []
  if (namespace === undefined || name === undefined) return undefined
  return port === undefined || port === '' ? `${namespace}/${name}` : `${namespace}/${name}:${port}`
}
