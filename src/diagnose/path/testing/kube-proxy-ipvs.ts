// What kube-proxy writes in its IPVS mode: rules of iptables that are the same for any number of Services, the sets of the kernel
// that they ask, and virtual servers. As texts in the form of iptables-save, `ipset save` and `ipvsadm -Ln`.
import { POD_CIDR, type RuleService } from './kube-proxy-rules.ts'
import { Table } from './rule-table.ts'

export interface IpvsTexts {
  readonly rules: string
  readonly sets: string
  readonly servers: string
}

/** @param style `old`: up to 1.24, which marks what is to be dropped; `new`: 1.27 and later */
export function ipvsTexts(
  services: readonly RuleService[],
  nodeAddress: string,
  style: 'old' | 'new',
): IpvsTexts {
  return { rules: ipvsRules(style), sets: setsText(services), servers: serversText(services, nodeAddress) }
}

const says = (text: string): string => `-m comment --comment "${text}"`
const inSet = (name: string, by = 'dst,dst'): string => `-m set --match-set ${name} ${by}`
const NOTES = {
  lb: says('Kubernetes service lb portal'),
  cluster: says('Kubernetes service cluster ip + port for masquerade purpose'),
  external: says('Kubernetes service external ip + port for masquerade and filter purpose'),
  externalLocal: says('Kubernetes service external ip + port with externalTrafficPolicy=local'),
  firewall: says('Kubernetes service load balancer ip + port for load balancer with sourceRange'),
  cidr: says('Kubernetes service load balancer ip + port + source cidr for packet filter purpose'),
  ip: says('Kubernetes service load balancer ip + port + source IP for packet filter purpose'),
  lbLocal: says('Kubernetes service load balancer ip + port with externalTrafficPolicy=local'),
  portLocal: says('Kubernetes nodeport TCP port with externalTrafficPolicy=local'),
  port: says('Kubernetes nodeport TCP port for masquerade purpose'),
}

export function ipvsRules(style: 'old' | 'new'): string {
  const nat = new Table('nat', [
    ...['KUBE-SERVICES', 'KUBE-POSTROUTING', 'KUBE-NODE-PORT', 'KUBE-LOAD-BALANCER', 'KUBE-MARK-MASQ'],
    ...(style === 'old' ? ['KUBE-FIREWALL', 'KUBE-MARK-DROP'] : []),
  ])
  const filter = new Table('filter', [
    ...['KUBE-FORWARD', 'KUBE-NODE-PORT'],
    ...(style === 'old'
      ? ['KUBE-FIREWALL']
      : [
          ...['KUBE-PROXY-FIREWALL', 'KUBE-SOURCE-RANGES-FIREWALL'],
          ...['KUBE-IPVS-FILTER', 'KUBE-IPVS-OUT-FILTER'],
        ]),
  ])
  for (const chain of ['PREROUTING', 'OUTPUT'])
    nat.add(chain, says('kubernetes service portals'), '-j KUBE-SERVICES')
  nat.add('POSTROUTING', says('kubernetes postrouting rules'), '-j KUBE-POSTROUTING')
  addFilter(filter, style)
  addServices(nat, style)
  const loop = says('Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose')
  nat.add('KUBE-POSTROUTING', loop, inSet('KUBE-LOOP-BACK', 'dst,dst,src'), '-j MASQUERADE')
  nat.add('KUBE-POSTROUTING', '-m mark ! --mark 0x4000/0x4000 -j RETURN')
  nat.add('KUBE-POSTROUTING', '-j MARK --set-xmark 0x4000/0x0')
  nat.add('KUBE-POSTROUTING', says('kubernetes service traffic requiring SNAT'), '-j MASQUERADE')
  nat.add('KUBE-MARK-MASQ', '-j MARK --set-xmark 0x4000/0x4000')
  return filter.text + nat.text
}

function addServices(nat: Table, style: 'old' | 'new'): void {
  if (style === 'new') nat.add('KUBE-SERVICES', '-s 127.0.0.0/8 -j RETURN')
  nat.add('KUBE-SERVICES', NOTES.lb, inSet('KUBE-LOAD-BALANCER'), '-j KUBE-LOAD-BALANCER')
  if (style === 'old') {
    nat.add('KUBE-LOAD-BALANCER', NOTES.firewall, inSet('KUBE-LOAD-BALANCER-FW'), '-j KUBE-FIREWALL')
    const cidr = inSet('KUBE-LOAD-BALANCER-SOURCE-CIDR', 'dst,dst,src')
    nat.add('KUBE-FIREWALL', NOTES.cidr, cidr, '-j RETURN')
    nat.add('KUBE-FIREWALL', '-j KUBE-MARK-DROP')
    nat.add('KUBE-MARK-DROP', '-j MARK --set-xmark 0x8000/0x8000')
  }
  nat.add('KUBE-LOAD-BALANCER', NOTES.lbLocal, inSet('KUBE-LOAD-BALANCER-LOCAL'), '-j RETURN')
  const local = inSet('KUBE-NODE-PORT-LOCAL-TCP', 'dst')
  nat.add('KUBE-NODE-PORT', '-p tcp', NOTES.portLocal, local, '-j RETURN')
  nat.add('KUBE-NODE-PORT', '-p tcp', NOTES.port, inSet('KUBE-NODE-PORT-TCP', 'dst'), '-j KUBE-MARK-MASQ')
  const cluster = inSet('KUBE-CLUSTER-IP')
  nat.add('KUBE-SERVICES', `! -s ${POD_CIDR}`, NOTES.cluster, cluster, '-j KUBE-MARK-MASQ')
  for (const [set, note] of [
    ['KUBE-EXTERNAL-IP', NOTES.external],
    ['KUBE-EXTERNAL-IP-LOCAL', NOTES.externalLocal],
  ] as const) {
    if (set === 'KUBE-EXTERNAL-IP') nat.add('KUBE-SERVICES', note, inSet(set), '-j KUBE-MARK-MASQ')
    nat.add(
      'KUBE-SERVICES',
      note,
      inSet(set),
      '-m physdev ! --physdev-is-in -m addrtype ! --src-type LOCAL -j ACCEPT',
    )
    nat.add('KUBE-SERVICES', note, inSet(set), '-m addrtype --dst-type LOCAL -j ACCEPT')
  }
  nat.add('KUBE-SERVICES', '-m addrtype --dst-type LOCAL -j KUBE-NODE-PORT')
  nat.add('KUBE-LOAD-BALANCER', '-j KUBE-MARK-MASQ')
  for (const set of ['KUBE-CLUSTER-IP', 'KUBE-LOAD-BALANCER'])
    nat.add('KUBE-SERVICES', inSet(set), '-j ACCEPT')
}

function addFilter(filter: Table, style: 'old' | 'new'): void {
  if (style === 'old') {
    const marked = says('kubernetes firewall for dropping marked packets')
    for (const chain of ['INPUT', 'OUTPUT']) filter.add(chain, '-j KUBE-FIREWALL')
    filter.add('KUBE-FIREWALL', marked, '-m mark --mark 0x8000/0x8000 -j DROP')
  } else {
    filter.add('INPUT', says('kubernetes ipvs access filter'), '-j KUBE-IPVS-FILTER')
    filter.add('OUTPUT', says('kubernetes ipvs access filter'), '-j KUBE-IPVS-OUT-FILTER')
    for (const chain of ['INPUT', 'FORWARD'])
      filter.add(chain, says('kube-proxy firewall rules'), '-j KUBE-PROXY-FIREWALL')
  }
  filter.add('INPUT', says('kubernetes health check rules'), '-j KUBE-NODE-PORT')
  filter.add('FORWARD', says('kubernetes forwarding rules'), '-j KUBE-FORWARD')
  filter.add('KUBE-FORWARD', says('kubernetes forwarding rules'), '-m mark --mark 0x4000/0x4000 -j ACCEPT')
  const health = inSet('KUBE-HEALTH-CHECK-NODE-PORT', 'dst')
  filter.add('KUBE-NODE-PORT', says('Kubernetes health check node port'), health, '-j ACCEPT')
  if (style === 'old') return
  const source = 'KUBE-SOURCE-RANGES-FIREWALL'
  filter.add('KUBE-PROXY-FIREWALL', NOTES.firewall, inSet('KUBE-LOAD-BALANCER-FW'), `-j ${source}`)
  filter.add(source, NOTES.cidr, inSet('KUBE-LOAD-BALANCER-SOURCE-CIDR', 'dst,dst,src'), '-j RETURN')
  filter.add(source, NOTES.ip, inSet('KUBE-LOAD-BALANCER-SOURCE-IP', 'dst,dst,src'), '-j RETURN')
  filter.add(source, '-j DROP')
  for (const set of ['LOAD-BALANCER', 'CLUSTER-IP', 'EXTERNAL-IP', 'EXTERNAL-IP-LOCAL'])
    filter.add('KUBE-IPVS-FILTER', inSet(`KUBE-${set}`), '-j RETURN')
  filter.add('KUBE-IPVS-FILTER', health, '-j RETURN')
  const fresh = '-m conntrack --ctstate NEW'
  const refuse = '-j REJECT --reject-with icmp-port-unreachable'
  filter.add('KUBE-IPVS-FILTER', fresh, inSet('KUBE-IPVS-IPS', 'dst'), refuse)
}

const TYPES = {
  'KUBE-LOOP-BACK': 'hash:ip,port,ip',
  'KUBE-CLUSTER-IP': 'hash:ip,port',
  'KUBE-EXTERNAL-IP': 'hash:ip,port',
  'KUBE-EXTERNAL-IP-LOCAL': 'hash:ip,port',
  'KUBE-LOAD-BALANCER': 'hash:ip,port',
  'KUBE-LOAD-BALANCER-LOCAL': 'hash:ip,port',
  'KUBE-LOAD-BALANCER-FW': 'hash:ip,port',
  'KUBE-LOAD-BALANCER-SOURCE-IP': 'hash:ip,port,ip',
  'KUBE-LOAD-BALANCER-SOURCE-CIDR': 'hash:ip,port,net',
  'KUBE-NODE-PORT-TCP': 'bitmap:port',
  'KUBE-NODE-PORT-LOCAL-TCP': 'bitmap:port',
  'KUBE-HEALTH-CHECK-NODE-PORT': 'bitmap:port',
  'KUBE-IPVS-IPS': 'hash:ip',
} as const

export type SetName = keyof typeof TYPES

/** Entries of each set, in the order in which kube-proxy makes the sets. */
export function ipvsSets(services: readonly RuleService[]): ReadonlyMap<SetName, readonly string[]> {
  const sets = new Map<SetName, string[]>((Object.keys(TYPES) as SetName[]).map((name) => [name, []]))
  const add = (name: SetName, entry: string): void => void sets.get(name)?.push(entry)
  for (const service of services) {
    const { clusterIp, port, nodePort, externalIps = [], loadBalancerIps = [], local = false } = service
    add('KUBE-CLUSTER-IP', `${clusterIp},tcp:${port}`)
    for (const ip of externalIps)
      add(local ? 'KUBE-EXTERNAL-IP-LOCAL' : 'KUBE-EXTERNAL-IP', `${ip},tcp:${port}`)
    for (const ip of loadBalancerIps) {
      add('KUBE-LOAD-BALANCER', `${ip},tcp:${port}`)
      if (local) add('KUBE-LOAD-BALANCER-LOCAL', `${ip},tcp:${port}`)
      for (const range of service.sourceRanges ?? [])
        add('KUBE-LOAD-BALANCER-SOURCE-CIDR', `${ip},tcp:${port},${range}`)
      if ((service.sourceRanges ?? []).length > 0) add('KUBE-LOAD-BALANCER-FW', `${ip},tcp:${port}`)
    }
    for (const ip of [clusterIp, ...externalIps, ...loadBalancerIps]) add('KUBE-IPVS-IPS', ip)
    if (nodePort !== undefined) {
      add('KUBE-NODE-PORT-TCP', `${nodePort}`)
      if (local) add('KUBE-NODE-PORT-LOCAL-TCP', `${nodePort}`)
    }
    for (const { address, port: to } of service.endpoints.filter((each) => each.local))
      add('KUBE-LOOP-BACK', `${address},tcp:${to},${address}`)
  }
  return sets
}

function setsText(services: readonly RuleService[]): string {
  const lines = [...ipvsSets(services)].flatMap(([name, entries]) => {
    const type = TYPES[name]
    const rest = type === 'bitmap:port' ? 'range 0-65535' : 'family inet hashsize 1024 maxelem 65536'
    return [`create ${name} ${type} ${rest}`, ...new Set(entries.map((entry) => `add ${name} ${entry}`))]
  })
  return `${lines.join('\n')}\n`
}

function serversText(services: readonly RuleService[], nodeAddress: string): string {
  const lines = services.flatMap(({ endpoints, local, affinity, ...service }) => {
    const { clusterIp, port, nodePort, externalIps = [], loadBalancerIps = [] } = service
    const here = local === true ? endpoints.filter((each) => each.local) : endpoints
    const outside = [...externalIps, ...loadBalancerIps].map((ip) => `${ip}:${port}`)
    const places = [
      [`${clusterIp}:${port}`, endpoints],
      ...outside.map((at) => [at, here]),
      ...(nodePort === undefined ? [] : [[`${nodeAddress}:${nodePort}`, here]]),
    ] as const
    return places.flatMap(([at, to]) => [
      `TCP  ${at as string} rr${affinity === true ? ' persistent 10800' : ''}`,
      ...(to as typeof endpoints).map(
        (each) => `  -> ${`${each.address}:${each.port}`.padEnd(28)}Masq    1      0          0         `,
      ),
    ])
  })
  const head = [
    'IP Virtual Server version 1.2.1 (size=4096)',
    'Prot LocalAddress:Port Scheduler Flags',
    '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
  ]
  return `${[...head, ...lines].join('\n')}\n`
}

export const setType = (name: SetName): string => TYPES[name]
