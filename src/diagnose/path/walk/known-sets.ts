// Which ports of which addresses kube-proxy has put into its sets (IPVS mode), and what such an address is. Sets of IPv6 are named
// KUBE-6-…, cut off behind 31 characters.
import { ip } from '../../../net/ip.ts'
import type { AddressSet, SetEntry } from '../address-set.ts'
import type { AddressRole, KnownPort } from './known-ports.ts'

const ROLES: readonly (readonly [RegExp, AddressRole])[] = [
  [/^KUBE-(6-)?CLUSTER-IP$/, 'ClusterIP'],
  [/^KUBE-(6-)?EXTERNAL-IP(-LOCAL)?$/, 'externalIP'],
  [/^KUBE-(6-)?LOAD-BALANCER(-LOCAL)?$/, 'LoadBalancer'],
  [/^KUBE-(6-)?NODE-PORT-/, 'NodePort'],
  [/^KUBE-(6-)?HEALTH-CHECK-NODE-PORT$/, 'health check'],
]

/** Sets whose entries have externalTrafficPolicy Local */
const LOCAL = /^KUBE-(6-)?(EXTERNAL-IP-LOCAL|LOAD-BALANCER-LOCAL|NODE-PORT-LOCAL-)/

export function portsInSets(sets: readonly AddressSet[]): KnownPort[] {
  return sets.flatMap((set) => {
    const role = ROLES.find(([pattern]) => pattern.test(set.name))?.[1]
    return role === undefined ? [] : set.entries.flatMap((entry) => portOf(entry, role, set.name))
  })
}

function portOf({ parts }: SetEntry, role: AddressRole, set: string): KnownPort[] {
  const port = parts.find((part) => part.kind === 'port')
  const address = parts.find((part) => part.kind === 'address')
  if (port === undefined || port.ports.first !== port.ports.last) return []
  return [
    {
      // The set of NodePorts of SCTP names each address of the node.
      address: address === undefined ? undefined : ip(address.range.family, address.range.first),
      protocol: port.protocol ?? (/-UDP$/.test(set) ? 'udp' : 'tcp'),
      port: port.ports.first,
      role,
      service: undefined,
      localOnly: LOCAL.test(set),
      inSet: set,
    },
  ]
}
