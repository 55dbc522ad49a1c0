// Rule sets in the shape that kube-proxy writes: up to 1.23 (KUBE-FW and KUBE-XLB in nat, drops by a mark), from 1.26 (KUBE-EXT,
// KUBE-PROXY-FIREWALL), and its nftables mode. As texts for iptables-restore and nft, so that a kernel can load them.

import { Table } from './rule-table.ts'

export interface RuleService {
  /** `default/web:http` */
  readonly name: string
  /** what makes chain names of it: letters and digits */
  readonly id: string
  readonly clusterIp: string
  readonly port: number
  readonly nodePort?: number
  readonly externalIps?: readonly string[]
  readonly loadBalancerIps?: readonly string[]
  readonly endpoints: readonly RuleEndpoint[]
  readonly local?: boolean
  readonly sourceRanges?: readonly string[]
  readonly affinity?: boolean
}

export interface RuleEndpoint {
  readonly address: string
  readonly port: number
  readonly local: boolean
}

export const POD_CIDR = '10.244.0.0/16'
const MASQ = '-j KUBE-MARK-MASQ'

const says = (text: string): string => `-m comment --comment "${text}"`

/** @param style `old`: 1.22 to 1.23; `new`: 1.26 and later */
export function iptablesRules(services: readonly RuleService[], style: 'old' | 'new'): string {
  const nat = new Table('nat', [
    'KUBE-SERVICES',
    'KUBE-NODEPORTS',
    'KUBE-POSTROUTING',
    'KUBE-MARK-MASQ',
    'KUBE-MARK-DROP',
  ])
  const filter = new Table('filter', [
    ...['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-NODEPORTS', 'KUBE-FORWARD', 'KUBE-FIREWALL'],
    ...(style === 'new' ? ['KUBE-PROXY-FIREWALL'] : []),
  ])
  frame(nat, filter, style)
  for (const service of services) {
    if (style === 'old') oldService(nat, filter, service)
    else newService(nat, filter, service)
    balance(nat, service)
  }
  nat.add(
    'KUBE-SERVICES',
    says('kubernetes service nodeports; NOTE: this must be the last rule in this chain'),
    '-m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
  )
  return filter.text + nat.text
}

function frame(nat: Table, filter: Table, style: 'old' | 'new'): void {
  for (const chain of ['PREROUTING', 'OUTPUT'])
    nat.add(chain, says('kubernetes service portals'), '-j KUBE-SERVICES')
  nat.add('POSTROUTING', says('kubernetes postrouting rules'), '-j KUBE-POSTROUTING')
  nat.add('KUBE-MARK-MASQ', '-j MARK --set-xmark 0x4000/0x4000')
  nat.add('KUBE-MARK-DROP', '-j MARK --set-xmark 0x8000/0x8000')
  nat.add('KUBE-POSTROUTING', '-m mark ! --mark 0x4000/0x4000 -j RETURN')
  nat.add('KUBE-POSTROUTING', '-j MARK --set-xmark 0x4000/0x0')
  nat.add(
    'KUBE-POSTROUTING',
    says('kubernetes service traffic requiring SNAT'),
    '-j MASQUERADE --random-fully',
  )
  const fresh = '-m conntrack --ctstate NEW'
  if (style === 'new')
    for (const chain of ['INPUT', 'FORWARD', 'OUTPUT'])
      filter.add(chain, fresh, says('kubernetes load balancer firewall'), '-j KUBE-PROXY-FIREWALL')
  filter.add('INPUT', says('kubernetes health check service ports'), '-j KUBE-NODEPORTS')
  filter.add('FORWARD', says('kubernetes forwarding rules'), '-j KUBE-FORWARD')
  for (const chain of ['FORWARD', 'OUTPUT'])
    filter.add(chain, fresh, says('kubernetes service portals'), '-j KUBE-SERVICES')
  for (const chain of ['INPUT', 'FORWARD'])
    filter.add(
      chain,
      fresh,
      says('kubernetes externally-visible service portals'),
      '-j KUBE-EXTERNAL-SERVICES',
    )
  for (const chain of ['INPUT', 'OUTPUT']) filter.add(chain, '-j KUBE-FIREWALL')
  if (style === 'old')
    filter.add(
      'KUBE-FIREWALL',
      says('kubernetes firewall for dropping marked packets'),
      '-m mark --mark 0x8000/0x8000 -j DROP',
    )
  filter.add('KUBE-FORWARD', '-m conntrack --ctstate INVALID -j DROP')
  filter.add('KUBE-FORWARD', says('kubernetes forwarding rules'), '-m mark --mark 0x4000/0x4000 -j ACCEPT')
  filter.add(
    'KUBE-FORWARD',
    says('kubernetes forwarding conntrack rule'),
    '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  )
}

const to = (address: string, port: number): string =>
  `-d ${address}/${address.includes(':') ? 128 : 32} -p tcp -m tcp --dport ${port}`

const localOnes = ({ endpoints, local }: RuleService): readonly RuleEndpoint[] =>
  local === true ? endpoints.filter((each) => each.local) : endpoints

function newService(nat: Table, filter: Table, service: RuleService): void {
  const {
    name,
    id,
    clusterIp,
    port,
    nodePort,
    externalIps = [],
    loadBalancerIps = [],
    sourceRanges = [],
  } = service
  const [svc, ext, fw] = [`KUBE-SVC-${id}`, `KUBE-EXT-${id}`, `KUBE-FW-${id}`]
  const all = [...externalIps, ...loadBalancerIps]
  const refuse = service.endpoints.length === 0 ? 'REJECT --reject-with icmp-port-unreachable' : 'DROP'
  const why = service.endpoints.length === 0 ? `${name} has no endpoints` : `${name} has no local endpoints`
  if (service.endpoints.length === 0)
    filter.add('KUBE-SERVICES', says(why), to(clusterIp, port), `-j ${refuse}`)
  else {
    nat.add('KUBE-SERVICES', says(`${name} cluster IP`), to(clusterIp, port), `-j ${svc}`)
    nat.add(svc, `! -s ${POD_CIDR}`, says(`${name} cluster IP`), to(clusterIp, port), MASQ)
    for (const ip of externalIps)
      nat.add('KUBE-SERVICES', says(`${name} external IP`), to(ip, port), `-j ${ext}`)
    const target = sourceRanges.length > 0 ? fw : ext
    for (const ip of loadBalancerIps)
      nat.add('KUBE-SERVICES', says(`${name} loadbalancer IP`), to(ip, port), `-j ${target}`)
    if (nodePort !== undefined)
      nat.add('KUBE-NODEPORTS', says(name), `-p tcp -m tcp --dport ${nodePort} -j ${ext}`)
  }
  if (localOnes(service).length === 0) {
    for (const ip of all) filter.add('KUBE-EXTERNAL-SERVICES', says(why), to(ip, port), `-j ${refuse}`)
    if (nodePort !== undefined)
      filter.add(
        'KUBE-EXTERNAL-SERVICES',
        says(why),
        `-m addrtype --dst-type LOCAL -p tcp -m tcp --dport ${nodePort} -j ${refuse}`,
      )
  }
  if (sourceRanges.length > 0 && service.endpoints.length > 0) {
    for (const range of sourceRanges) nat.add(fw, `-s ${range}`, says(`${name} loadbalancer IP`), `-j ${ext}`)
    nat.add(fw, says(`other traffic to ${name} will be dropped by KUBE-PROXY-FIREWALL`))
    for (const ip of loadBalancerIps)
      filter.add(
        'KUBE-PROXY-FIREWALL',
        says(`${name} traffic not accepted by ${fw}`),
        to(ip, port),
        '-j DROP',
      )
  }
  if (service.endpoints.length === 0) return
  if (service.local === true) shortCircuits(nat, ext, svc, name)
  else nat.add(ext, says(`masquerade traffic for ${name} external destinations`), MASQ)
  if (service.local !== true) nat.add(ext, `-j ${svc}`)
  else if (localOnes(service).length > 0) nat.add(ext, `-j KUBE-SVL-${id}`)
}

function shortCircuits(nat: Table, chain: string, svc: string, name: string): void {
  nat.add(chain, `-s ${POD_CIDR}`, says(`pod traffic for ${name} external destinations`), `-j ${svc}`)
  nat.add(
    chain,
    says(`masquerade LOCAL traffic for ${name} external destinations`),
    '-m addrtype --src-type LOCAL',
    MASQ,
  )
  nat.add(
    chain,
    says(`route LOCAL traffic for ${name} external destinations`),
    `-m addrtype --src-type LOCAL -j ${svc}`,
  )
}

function oldService(nat: Table, filter: Table, service: RuleService): void {
  const {
    name,
    id,
    clusterIp,
    port,
    nodePort,
    externalIps = [],
    loadBalancerIps = [],
    sourceRanges = [],
  } = service
  const [svc, xlb, fw] = [`KUBE-SVC-${id}`, `KUBE-XLB-${id}`, `KUBE-FW-${id}`]
  if (service.endpoints.length === 0) {
    const why = says(`${name} has no endpoints`)
    const refuse = '-j REJECT --reject-with icmp-port-unreachable'
    filter.add('KUBE-SERVICES', why, to(clusterIp, port), refuse)
    for (const ip of [...externalIps, ...loadBalancerIps])
      filter.add('KUBE-EXTERNAL-SERVICES', why, to(ip, port), refuse)
    return
  }
  const outside = service.local === true ? xlb : svc
  nat.add('KUBE-SERVICES', says(`${name} cluster IP`), to(clusterIp, port), `-j ${svc}`)
  nat.add(svc, `! -s ${POD_CIDR}`, says(`${name} cluster IP`), to(clusterIp, port), MASQ)
  for (const ip of externalIps) {
    if (service.local !== true) nat.add('KUBE-SERVICES', says(`${name} external IP`), to(ip, port), MASQ)
    nat.add('KUBE-SERVICES', says(`${name} external IP`), to(ip, port), `-j ${outside}`)
  }
  for (const ip of loadBalancerIps)
    nat.add('KUBE-SERVICES', says(`${name} loadbalancer IP`), to(ip, port), `-j ${fw}`)
  if (loadBalancerIps.length > 0) {
    const lb = says(`${name} loadbalancer IP`)
    if (service.local !== true) nat.add(fw, lb, MASQ)
    if (sourceRanges.length === 0) nat.add(fw, lb, `-j ${outside}`)
    for (const range of sourceRanges) nat.add(fw, `-s ${range}`, lb, `-j ${outside}`)
    nat.add(fw, lb, '-j KUBE-MARK-DROP')
  }
  if (nodePort !== undefined) {
    if (service.local !== true)
      nat.add('KUBE-NODEPORTS', says(name), `-p tcp -m tcp --dport ${nodePort} ${MASQ}`)
    nat.add('KUBE-NODEPORTS', says(name), `-p tcp -m tcp --dport ${nodePort} -j ${outside}`)
  }
  if (service.local !== true) return
  shortCircuits(nat, xlb, svc, name)
  const local = localOnes(service)
  if (local.length === 0) nat.add(xlb, says(`${name} has no local endpoints`), '-j KUBE-MARK-DROP')
  else spread(nat, xlb, service, local)
}

function balance(nat: Table, service: RuleService): void {
  if (service.endpoints.length === 0) return
  spread(nat, `KUBE-SVC-${service.id}`, service, service.endpoints)
  if (service.local === true && localOnes(service).length > 0)
    spread(nat, `KUBE-SVL-${service.id}`, service, localOnes(service))
  for (const endpoint of service.endpoints) {
    const sep = sepOf(service, endpoint)
    nat.add(sep, `-s ${endpoint.address}`, says(service.name), MASQ)
    const recent =
      service.affinity === true ? `-m recent --set --name ${sep} --mask 255.255.255.255 --rsource ` : ''
    nat.add(
      sep,
      says(service.name),
      `${recent}-p tcp -m tcp -j DNAT --to-destination ${endpoint.address}:${endpoint.port}`,
    )
  }
}

/** Names of chains have 28 characters at most. */
const sepOf = ({ id }: RuleService, { address }: RuleEndpoint): string =>
  `KUBE-SEP-${id}${address
    .split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase()}`

function spread(nat: Table, chain: string, service: RuleService, endpoints: readonly RuleEndpoint[]): void {
  const label = (each: RuleEndpoint): string => says(`${service.name} -> ${each.address}:${each.port}`)
  if (service.affinity === true)
    for (const each of endpoints)
      nat.add(
        chain,
        label(each),
        `-m recent --rcheck --seconds 10800 --reap --name ${sepOf(service, each)} --mask 255.255.255.255 --rsource -j ${sepOf(service, each)}`,
      )
  for (const [index, each] of endpoints.entries()) {
    const left = endpoints.length - index
    const chance = left > 1 ? `-m statistic --mode random --probability ${(1 / left).toFixed(10)} ` : ''
    nat.add(chain, label(each), `${chance}-j ${sepOf(service, each)}`)
  }
}
