// What kube-proxy writes in its nftables mode (1.31 and later), as a text for `nft -f`.
import { POD_CIDR, type RuleEndpoint, type RuleService } from './kube-proxy-rules.ts'

/** @param nodeAddress the address that NodePorts are open on */
export function nftRules(services: readonly RuleService[], nodeAddress: string): string {
  const table = new NftTable()
  for (const service of services) table.service(service)
  return table.text(nodeAddress)
}

const KEY = 'type ipv4_addr . inet_proto . inet_service : verdict'

class NftTable {
  readonly #maps = new Map<string, string[]>()
  readonly #chains: string[] = []
  readonly #sets: string[] = []
  readonly #clusterIps: string[] = []

  service(service: RuleService): void {
    const { id, name, clusterIp, port, nodePort, sourceRanges = [], endpoints } = service
    const path = `${id}-${name.replace(':', '/tcp/')}`
    const addresses = [...(service.externalIps ?? []), ...(service.loadBalancerIps ?? [])]
    const local = service.local === true ? endpoints.filter((each) => each.local) : endpoints
    this.#clusterIps.push(clusterIp)
    if (sourceRanges.length > 0) {
      for (const ip of service.loadBalancerIps ?? [])
        this.#entry('firewall-ips', `${ip} . tcp . ${port} comment "${name}" : goto firewall-${path}`)
      this.#chain(`firewall-${path}`, [`ip saddr != { ${sourceRanges.join(', ')} } drop`])
    }
    const verdict = endpoints.length === 0 ? 'goto reject-chain' : 'drop'
    if (endpoints.length === 0)
      this.#entry('no-endpoint-services', `${clusterIp} . tcp . ${port} comment "${name}" : ${verdict}`)
    if (local.length === 0) {
      for (const ip of addresses)
        this.#entry('no-endpoint-services', `${ip} . tcp . ${port} comment "${name}" : ${verdict}`)
      if (nodePort !== undefined)
        this.#entry('no-endpoint-nodeports', `tcp . ${nodePort} comment "${name}" : ${verdict}`)
    }
    if (endpoints.length === 0) return
    this.#entry('service-ips', `${clusterIp} . tcp . ${port} : goto service-${path}`)
    for (const ip of addresses) this.#entry('service-ips', `${ip} . tcp . ${port} : goto external-${path}`)
    if (nodePort !== undefined) this.#entry('service-nodeports', `tcp . ${nodePort} : goto external-${path}`)
    this.#external(service, path, local.length > 0)
    const masquerade = `ip daddr ${clusterIp} tcp dport ${port} ip saddr != ${POD_CIDR} jump mark-for-masquerade`
    this.#chain(`service-${path}`, [masquerade, ...this.#spread(service, path, endpoints)])
    if (service.local === true && local.length > 0)
      this.#chain(`local-${path}`, this.#spread(service, path, local))
    for (const endpoint of endpoints) this.#endpoint(service, path, endpoint)
  }

  #external({ local }: RuleService, path: string, hasLocal: boolean): void {
    const rules =
      local === true
        ? [
            `ip saddr ${POD_CIDR} goto service-${path} comment "short-circuit pod traffic"`,
            'fib saddr type local jump mark-for-masquerade comment "masquerade local traffic"',
            `fib saddr type local goto service-${path} comment "short-circuit local traffic"`,
            ...(hasLocal ? [`goto local-${path}`] : []),
          ]
        : ['jump mark-for-masquerade', `goto service-${path}`]
    this.#chain(`external-${path}`, rules)
  }

  #spread(service: RuleService, path: string, endpoints: readonly RuleEndpoint[]): string[] {
    const target = (each: RuleEndpoint): string => `goto ${endpointChain(path, each)}`
    const sticky =
      service.affinity === true
        ? endpoints.map((each) => `ip saddr @${affinitySet(path, each)} ${target(each)}`)
        : []
    const ways = endpoints.map((each, index) => `${index} : ${target(each)}`)
    return [...sticky, `numgen random mod ${endpoints.length} vmap { ${ways.join(', ')} }`]
  }

  #endpoint(service: RuleService, path: string, endpoint: RuleEndpoint): void {
    const { address, port } = endpoint
    const set = affinitySet(path, endpoint)
    if (service.affinity === true)
      this.#sets.push(`set ${set} { type ipv4_addr; flags dynamic,timeout; timeout 10800s; }`)
    this.#chain(endpointChain(path, endpoint), [
      `ip saddr ${address} jump mark-for-masquerade`,
      ...(service.affinity === true ? [`update @${set} { ip saddr }`] : []),
      `meta l4proto tcp dnat to ${address}:${port}`,
    ])
  }

  #entry(map: string, entry: string): void {
    this.#maps.set(map, [...(this.#maps.get(map) ?? []), entry])
  }

  #chain(name: string, rules: readonly string[]): void {
    this.#chains.push(`chain ${name} {\n    ${rules.join('\n    ')}\n  }`)
  }

  #map(name: string, type: string): string {
    const entries = this.#maps.get(name) ?? []
    return `map ${name} { ${type}; ${entries.length === 0 ? '' : `elements = { ${entries.join(', ')} };`} }`
  }

  text(nodeAddress: string): string {
    const base = (name: string, hook: string, priority: string, rules: readonly string[], type = 'filter') =>
      `chain ${name} {\n    type ${type} hook ${hook} priority ${priority};\n    ${rules.join('\n    ')}\n  }`
    const fresh = (chain: string): string => `ct state new jump ${chain}`
    return `table ip kube-proxy {
  ${[
    'comment "rules for kube-proxy"',
    `set cluster-ips { type ipv4_addr; elements = { ${[...new Set(this.#clusterIps)].join(', ')} }; }`,
    `set nodeport-ips { type ipv4_addr; elements = { ${nodeAddress} }; }`,
    ...this.#sets,
    'chain mark-for-masquerade { mark set mark or 0x4000; }',
    'chain reject-chain { reject; }',
    ...this.#chainsInOrder(),
    ...['no-endpoint-services', 'firewall-ips', 'service-ips'].map((name) => this.#map(name, KEY)),
    ...['no-endpoint-nodeports', 'service-nodeports'].map((name) =>
      this.#map(name, 'type inet_proto . inet_service : verdict'),
    ),
    'chain services {\n    ip daddr . meta l4proto . th dport vmap @service-ips\n    ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports\n  }',
    'chain service-endpoints-check {\n    ip daddr . meta l4proto . th dport vmap @no-endpoint-services\n  }',
    'chain nodeport-endpoints-check {\n    ip daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports\n  }',
    'chain firewall-check {\n    ip daddr . meta l4proto . th dport vmap @firewall-ips\n  }',
    'chain cluster-ips-check {\n    ip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"\n    ip daddr { 10.96.0.0/16 } drop comment "Drop traffic to unallocated ClusterIPs"\n  }',
    'chain masquerading {\n    mark and 0x4000 == 0 return\n    mark set mark xor 0x4000\n    masquerade fully-random\n  }',
    base('filter-prerouting', 'prerouting', 'dstnat - 10', [fresh('firewall-check')]),
    base('filter-input', 'input', 'filter', [
      fresh('nodeport-endpoints-check'),
      fresh('service-endpoints-check'),
    ]),
    base('filter-forward', 'forward', 'filter', [
      fresh('service-endpoints-check'),
      fresh('cluster-ips-check'),
    ]),
    base('filter-output', 'output', '-110', [fresh('service-endpoints-check'), fresh('firewall-check')]),
    base('filter-output-post-dnat', 'output', '-90', [fresh('cluster-ips-check')]),
    base('nat-prerouting', 'prerouting', 'dstnat', ['jump services'], 'nat'),
    base('nat-output', 'output', '-100', ['jump services'], 'nat'),
    base('nat-postrouting', 'postrouting', 'srcnat', ['jump masquerading'], 'nat'),
  ].join('\n  ')}
}
`
  }

  /** A chain has to be there before another one leads to it. */
  #chainsInOrder(): string[] {
    const rank = (text: string): number =>
      ['endpoint', 'local', 'service', 'external'].findIndex((kind) => text.startsWith(`chain ${kind}-`))
    return [...this.#chains].sort((a, b) => rank(a) - rank(b))
  }
}

const endpointChain = (path: string, { address, port }: RuleEndpoint): string =>
  `endpoint-${path}__${address}/${port}`
const affinitySet = (path: string, { address, port }: RuleEndpoint): string =>
  `affinity-${path}__${address}/${port}`
