// Who else announces or hands out addresses: network plugins and other load balancers. One row, one thing.
import { isMetallb } from '../cluster/installations.ts'
import { listed } from '../cluster/wording.ts'
import { foreign, named, workloads, works } from './cluster-signs.ts'
import type { ClusterRow } from './environment-item.ts'

const rival = (id: string, what: string, pattern: RegExp, change: string): ClusterRow => ({
  ...works,
  id,
  code: 'F07',
  layer2: 'change',
  bgp: 'change',
  reason:
    "Two load balancers that look after the same Services take the addresses out of each other's hands.",
  change: { text: change },
  find: (facts) => {
    const found = named(facts, pattern)
    return found.length === 0 ? undefined : { title: `${what}: ${listed(found, 2)}` }
  },
})

export const NEIGHBOUR_ROWS: readonly ClusterRow[] = [
  // metallb.md §8.3 "Calico BGP"; failure-modes.md F40
  {
    ...works,
    id: 'calico-bgp',
    code: 'F40',
    reason: 'A router keeps one BGP session with each node, and that of Calico is there first.',
    find: (facts) => {
      const peers = foreign(facts, /^crd\.projectcalico\.org/, /^BGPPeer$/)
      if (peers.length === 0) return undefined
      return {
        title: `Calico speaks BGP: ${listed(peers, 2)}`,
        bgp: 'change',
        change: {
          text: 'Let Calico announce the pool (serviceLoadBalancerIPs of its BGPConfiguration), or peer with another router.',
        },
      }
    },
  },
  // failure-modes.md F40, F26: Cilium's BGP control plane
  {
    ...works,
    id: 'cilium-bgp',
    code: 'F40',
    reason: 'A router keeps one BGP session with each node, and that of Cilium is there first.',
    find: (facts) => {
      const found = foreign(facts, /^cilium\.io/, /^CiliumBGP(PeeringPolicy|ClusterConfig)$/)
      return found.length === 0
        ? undefined
        : {
            title: `Cilium speaks BGP: ${listed(found, 2)}`,
            bgp: 'change',
            change: { text: 'Let Cilium announce the addresses, or peer with another router.' },
          }
    },
  },
  // metallb.md §8.3 "kube-router": its external peering excludes MetalLB's BGP mode
  {
    ...works,
    id: 'kube-router',
    code: 'F40',
    reason: 'kube-router holds the BGP sessions of the nodes itself.',
    find: (facts) => {
      const found = named(facts, /^kube-router/)
      return found.length === 0
        ? undefined
        : {
            title: `kube-router: ${listed(found, 1)}`,
            bgp: 'change',
            change: { text: 'Use layer 2, or run kube-router without external peers.' },
          }
    },
  },
  // metallb.md §8.3 "CNIs": Antrea, Canal, Flannel, Kube-OVN: yes; Calico mostly; Cilium yes
  {
    ...works,
    id: 'network-plugin',
    code: undefined,
    find: (facts) => {
      const known: readonly (readonly [string, RegExp])[] = [
        ['Antrea', /^antrea-agent/],
        ['Canal', /^canal/],
        ['Flannel', /^kube-flannel/],
        ['Kube-OVN', /^kube-ovn/],
        ['Calico', /^calico-node/],
        ['Cilium', /^cilium(-[a-z0-9]{5})?$/],
      ]
      const found = known.filter(([, pattern]) => named(facts, pattern).length > 0).map(([name]) => name)
      return found.length === 0 ? undefined : { title: `network plugin: ${found.join(', ')}` }
    },
  },
  // failure-modes.md F07, F26: Cilium LB IPAM and its layer 2 announcements
  {
    ...works,
    id: 'cilium-load-balancer',
    code: 'F07',
    layer2: 'change',
    bgp: 'change',
    reason: 'Cilium gives addresses to Services without a loadBalancerClass, and so does MetalLB.',
    change: { text: 'Remove the pools of Cilium, or install with a --lb-class of its own.' },
    find: (facts) => {
      const found = foreign(facts, /^cilium\.io/, /^Cilium(LoadBalancerIPPool|L2AnnouncementPolicy)$/)
      return found.length === 0 ? undefined : { title: `Cilium hands out addresses: ${listed(found, 2)}` }
    },
  },
  // failure-modes.md F07, F25
  rival(
    'kube-vip',
    'kube-vip',
    /^kube-vip/,
    'Switch off its svc_enable and the kube-vip cloud provider (it may keep the address of the API server), or use a loadBalancerClass.',
  ),
  // failure-modes.md F07; the agents of PureLB are called lbnodeagent
  rival(
    'purelb',
    'PureLB',
    /^(purelb|lbnodeagent|allocator)/,
    'Remove PureLB, or split the Services by loadBalancerClass.',
  ),
  rival('openelb', 'OpenELB', /^openelb/, 'Remove OpenELB, or split the Services by loadBalancerClass.'),
  // failure-modes.md F07: hcloud and others
  rival(
    'cloud-controller',
    'cloud controller manager',
    /cloud-controller-manager/,
    'Switch off its service controller (--controllers=*,-service), or use a loadBalancerClass.',
  ),
  {
    ...works,
    id: 'metallb',
    code: undefined,
    reason: 'lbctl diagnose all looks at what is installed.',
    find: (facts) => {
      const found = workloads(facts).filter(isMetallb)
      const [first] = found
      return first === undefined
        ? undefined
        : { title: `MetalLB is there already, in ${first.metadata.namespace ?? 'the cluster'}` }
    },
  },
]
