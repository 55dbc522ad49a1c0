// What kube-proxy writes in its nftables mode, as a text for `nft -f`: 1.29 (alpha: source ranges in one set, NodePorts on every
// address of the node), 1.31 to 1.35, and 1.36 (endpoints in the rule of the Service, hairpins in a set, no chain for marking).
import { POD_CIDR, type RuleEndpoint, type RuleService } from './kube-proxy-rules.ts'

export type NftRelease = '1.29' | '1.31' | '1.36'

/** @param nodeAddress the address that NodePorts are open on */
export function nftRules(
  services: readonly RuleService[],
  nodeAddress: string,
  release: NftRelease = '1.31',
): string {
  const table = new NftTable(release)
  for (const service of services) table.service(service)
  return table.text(nodeAddress)
}

const KEY = 'type ipv4_addr . inet_proto . inet_service : verdict'

class NftTable {
  readonly #maps = new Map<string, string[]>()
  readonly #chains: string[] = []
  readonly #sets: string[] = []
  readonly #clusterIps: string[] = []
  readonly #hairpins: string[] = []
  readonly #firewall: { readonly places: string[]; readonly allowed: string[] } = { places: [], allowed: [] }
  readonly #release: NftRelease
  readonly #toMark: string

  constructor(release: NftRelease) {
    this.#release = release
    this.#toMark = release === '1.36' ? 'meta mark set meta mark or 0x4000' : 'jump mark-for-masquerade'
  }

  service(service: RuleService): void {
    const { id, name, clusterIp, port, nodePort, sourceRanges = [], endpoints } = service
    const path = `${id}-${name.replace(':', '/tcp/')}`
    const addresses = [...(service.externalIps ?? []), ...(service.loadBalancerIps ?? [])]
    const local = service.local === true ? endpoints.filter((each) => each.local) : endpoints
    this.#clusterIps.push(clusterIp)
    if (sourceRanges.length > 0 && this.#release === '1.29')
      for (const ip of service.loadBalancerIps ?? []) {
        this.#firewall.places.push(`${ip} . tcp . ${port}`)
        this.#firewall.allowed.push(...sourceRanges.map((range) => `${ip} . tcp . ${port} . ${range}`))
      }
    else if (sourceRanges.length > 0) {
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
    const masquerade = `ip daddr ${clusterIp} tcp dport ${port} ip saddr != ${POD_CIDR} ${this.#toMark}`
    const own = this.#release === '1.36' ? [] : [masquerade]
    this.#chain(`service-${path}`, [...own, ...this.#spread(service, path, endpoints)])
    if (service.local === true && local.length > 0)
      this.#chain(`local-${path}`, this.#spread(service, path, local))
    for (const { address, port: to } of endpoints.filter((each) => each.local))
      this.#hairpins.push(`${address} . ${address} . tcp . ${to}`)
    if (this.#release !== '1.36' || service.affinity === true)
      for (const endpoint of endpoints) this.#endpoint(service, path, endpoint)
  }

  #external({ local }: RuleService, path: string, hasLocal: boolean): void {
    const rules =
      local === true
        ? [
            `ip saddr ${POD_CIDR} goto service-${path} comment "short-circuit pod traffic"`,
            `fib saddr type local ${this.#toMark} comment "masquerade local traffic"`,
            `fib saddr type local goto service-${path} comment "short-circuit local traffic"`,
            ...(hasLocal ? [`goto local-${path}`] : []),
          ]
        : [this.#toMark, `goto service-${path}`]
    this.#chain(`external-${path}`, rules)
  }

  #spread(service: RuleService, path: string, endpoints: readonly RuleEndpoint[]): string[] {
    if (this.#release === '1.36' && service.affinity !== true) return [rewrites(endpoints)]
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
      ...(this.#release === '1.36' ? [] : [`ip saddr ${address} jump mark-for-masquerade`]),
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
    if (this.#release === '1.29') return this.#alpha()
    const isNew = this.#release === '1.36'
    const base = (name: string, hook: string, priority: string, rules: readonly string[], type = 'filter') =>
      `chain ${name} {\n    type ${type} hook ${hook} priority ${priority};\n    ${rules.join('\n    ')}\n  }`
    const fresh = (chain: string): string => `ct state new jump ${chain}`
    return `table ip kube-proxy {
  ${[
    'comment "rules for kube-proxy"',
    `set cluster-ips { type ipv4_addr; elements = { ${[...new Set(this.#clusterIps)].join(', ')} }; }`,
    `set nodeport-ips { type ipv4_addr; elements = { ${nodeAddress} }; }`,
    ...this.#sets,
    ...(isNew
      ? [
          `set hairpin-connections { type ipv4_addr . ipv4_addr . inet_proto . inet_service; elements = { ${[...new Set(this.#hairpins)].join(', ')} }; }`,
        ]
      : ['chain mark-for-masquerade { mark set mark or 0x4000; }']),
    'chain reject-chain { reject; }',
    ...this.#chainsInOrder(),
    ...['no-endpoint-services', 'firewall-ips', 'service-ips'].map((name) => this.#map(name, KEY)),
    ...['no-endpoint-nodeports', 'service-nodeports'].map((name) =>
      this.#map(name, 'type inet_proto . inet_service : verdict'),
    ),
    `chain services {\n    ${isNew ? `ip daddr @cluster-ips ip saddr != ${POD_CIDR} ${this.#toMark}\n    ` : ''}ip daddr . meta l4proto . th dport vmap @service-ips\n    ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports\n  }`,
    'chain service-endpoints-check {\n    ip daddr . meta l4proto . th dport vmap @no-endpoint-services\n  }',
    'chain nodeport-endpoints-check {\n    ip daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports\n  }',
    'chain firewall-check {\n    ip daddr . meta l4proto . th dport vmap @firewall-ips\n  }',
    'chain cluster-ips-check {\n    ip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"\n    ip daddr { 10.96.0.0/16 } drop comment "Drop traffic to unallocated ClusterIPs"\n  }',
    isNew
      ? 'chain masquerading {\n    meta mark and 0x4000 != 0 meta mark set meta mark xor 0x4000 masquerade fully-random\n    ct status dnat ip saddr . ip daddr . meta l4proto . th dport @hairpin-connections masquerade fully-random\n  }'
      : 'chain masquerading {\n    mark and 0x4000 == 0 return\n    mark set mark xor 0x4000\n    masquerade fully-random\n  }',
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

  /** The first release: checks of endpoints before everything else, and nothing about other ports of ClusterIPs. */
  #alpha(): string {
    const { places, allowed } = this.#firewall
    const place = 'ip daddr . meta l4proto . th dport'
    const onNode = 'fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport'
    const set = (name: string, type: string, elements: readonly string[]): string =>
      `set ${name} { type ${type}; ${elements.length === 0 ? '' : `elements = { ${elements.join(', ')} };`} }`
    const base = (name: string, hook: string, priority: string, type: string, rules: readonly string[]) =>
      `chain ${name} {\n    type ${type} hook ${hook} priority ${priority};\n    ${rules.join('\n    ')}\n  }`
    const fresh = (chain: string): string => `ct state new jump ${chain}`
    return `table ip kube-proxy {
  ${[
    'comment "rules for kube-proxy"',
    ...this.#sets,
    set('firewall', 'ipv4_addr . inet_proto . inet_service', places),
    set('firewall-allow', 'ipv4_addr . inet_proto . inet_service . ipv4_addr; flags interval', allowed),
    'chain mark-for-masquerade { mark set mark or 0x4000; }',
    'chain reject-chain { reject; }',
    'chain forward {\n    ct state invalid drop\n  }',
    ...this.#chainsInOrder(),
    ...['no-endpoint-services', 'service-ips'].map((name) => this.#map(name, KEY)),
    ...['no-endpoint-nodeports', 'service-nodeports'].map((name) =>
      this.#map(name, 'type inet_proto . inet_service : verdict'),
    ),
    `chain services {\n    ${place} vmap @service-ips\n    ${onNode} vmap @service-nodeports\n  }`,
    `chain endpoints-check {\n    ${place} vmap @no-endpoint-services\n    ${onNode} vmap @no-endpoint-nodeports\n  }`,
    `chain firewall-allow-check {\n    ${place} . ip saddr @firewall-allow return\n    drop\n  }`,
    `chain firewall-check {\n    ${place} @firewall jump firewall-allow-check\n  }`,
    'chain masquerading {\n    mark and 0x4000 == 0 return\n    mark set mark xor 0x4000\n    masquerade fully-random\n  }',
    base('filter-prerouting', 'prerouting', '-110', 'filter', [fresh('firewall-check')]),
    base('filter-input', 'input', '-110', 'filter', [fresh('endpoints-check')]),
    base('filter-forward', 'forward', '-110', 'filter', [fresh('endpoints-check'), 'jump forward']),
    base('filter-output', 'output', '-110', 'filter', [fresh('endpoints-check'), fresh('firewall-check')]),
    base('nat-prerouting', 'prerouting', 'dstnat', 'nat', ['jump services']),
    base('nat-output', 'output', '-100', 'nat', ['jump services']),
    base('nat-postrouting', 'postrouting', 'srcnat', 'nat', ['jump masquerading']),
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

/** From 1.36 on the rule of a Service rewrites at once; one endpoint needs no map. */
function rewrites(endpoints: readonly RuleEndpoint[]): string {
  const [only, ...more] = endpoints
  if (only !== undefined && more.length === 0) return `meta l4proto tcp dnat to ${only.address}:${only.port}`
  const ways = endpoints.map(({ address, port }, index) => `${index} : ${address} . ${port}`)
  return `meta l4proto tcp dnat ip addr . port to numgen random mod ${endpoints.length} map { ${ways.join(', ')} }`
}

const endpointChain = (path: string, { address, port }: RuleEndpoint): string =>
  `endpoint-${path}__${address}/${port}`
const affinitySet = (path: string, { address, port }: RuleEndpoint): string =>
  `affinity-${path}__${address}/${port}`
