// What the chains of kube-proxy are for, by their names.

const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/^(service-|nodeport-)?endpoints-check$/, 'Services without endpoints'],
  [/^KUBE-SERVICES$|^services$/, 'addresses of Services'],
  [/^KUBE-NODEPORTS$/, 'ports of the nodes'],
  [/^KUBE-EXT-|^external-/, 'from outside of the cluster'],
  [/^KUBE-XLB-/, 'from outside, only to endpoints of this node'],
  [/^KUBE-FW-|^firewall-/, 'clients that loadBalancerSourceRanges allows'],
  [/^KUBE-SVL-|^local-/, 'endpoints on this node only'],
  [/^KUBE-SVC-|^service-/, 'all endpoints'],
  [/^KUBE-SEP-|^endpoint-/, 'one endpoint'],
  [/^KUBE-PROXY-FIREWALL$|^firewall-check$/, 'what loadBalancerSourceRanges did not allow'],
  [/^KUBE-EXTERNAL-SERVICES$/, 'Services without endpoints for clients from outside'],
  [/^cluster-ips-check$/, 'ClusterIPs and ports that no Service has'],
  [/^reject-chain$/, 'refuses'],
  [/^KUBE-SOURCE-RANGES-FIREWALL$/, 'clients that loadBalancerSourceRanges allows'],
  [/^KUBE-LOAD-BALANCER$/, 'LoadBalancer addresses'],
  [/^KUBE-NODE-PORT$/, 'ports of the nodes'],
  [/^KUBE-IPVS-FILTER$/, 'ports that addresses of Services do not have'],
  [/^KUBE-IPVS-OUT-FILTER$/, 'LoadBalancer addresses that nodes may not use'],
  [/^KUBE-FIREWALL$/, 'what was marked to be dropped'],
]

export const chainMeaning = (chain: string): string | undefined =>
  MEANINGS.find(([pattern]) => pattern.test(chain))?.[1]

/** kube-proxy's and kubelet's default bits; --masquerade-bit can move the first. */
const MASQUERADE_MARK = 0x4000
const DROP_MARK = 0x8000

export function markMeaning(mark: number, by: string | undefined): string {
  if (by === 'KUBE-MARK-MASQ' || by === 'mark-for-masquerade' || mark === MASQUERADE_MARK)
    return "the endpoint sees this node's address instead of the client's"
  if (by === 'KUBE-MARK-DROP' || mark === DROP_MARK) return 'is to be dropped'
  return `sets the mark to 0x${mark.toString(16)}`
}

/** Which rules of Services a chain belongs to; undefined for those of others. */
export const isKubeProxyChain = (chain: string): boolean =>
  /^KUBE-(SERVICES|NODEPORTS|NODE-PORT|LOAD-BALANCER|SOURCE-RANGES-FIREWALL|IPVS-FILTER|IPVS-OUT-FILTER|SVC|SVL|SEP|EXT|FW|XLB|EXTERNAL-SERVICES|PROXY-FIREWALL|MARK-MASQ|MARK-DROP|FIREWALL|FORWARD|POSTROUTING)/.test(
    chain,
  )
