// ARP and NDP.
import type { LogPattern } from '../pattern.ts'

export const LAYER2_PATTERNS: readonly LogPattern[] = [
  {
    id: 'layer2-no-raw-socket',
    code: 'F23',
    severity: 'error',
    component: 'speaker',
    test: /failed to create (ARP|NDP) responder/,
    title: 'The speaker cannot answer ARP or NDP on an interface',
    meaning: 'It may not open a raw socket there (NET_RAW is missing), or the interface is none that can.',
    next: [
      'The Pod security of the namespace must be "privileged", and the container have the capability NET_RAW.',
      'lbctl diagnose arp ADDRESS on the node says which interfaces can.',
    ],
  },
  {
    id: 'layer2-gratuitous-failed',
    code: 'F21',
    severity: 'warning',
    component: 'speaker',
    test: /failed to make gratuitous (ARP|NDP) announcement/,
    title: 'The announcement of a new owner could not be sent',
    meaning: 'Others learn of the move only when their entry ages: up to minutes without connections.',
    next: ['See whether the interface was down at this time: the error says so.'],
  },
  {
    id: 'layer2-multicast-join',
    code: 'F27',
    severity: 'error',
    component: 'speaker',
    test: /failed to watch NDP multicast group/,
    title: 'An IPv6 address cannot be answered for',
    meaning: 'The node could not join the multicast group in which neighbours ask for it.',
    next: [
      'net.ipv4.igmp_max_memberships and the number of groups of the interface are the usual limits; IPv6 must be on for the interface.',
    ],
  },
  {
    id: 'layer2-interface-missing',
    code: 'F23',
    severity: 'error',
    component: 'speaker',
    test: /specified interfaces used to announce LB IP don'?t exist|the interfaces specified by LB IP/,
    title: 'The L2Advertisement names interfaces that the node does not have',
    meaning: 'The node was elected and answers on no interface: interfaces do not count in the election.',
    next: [
      'Name interfaces that exist on every node, or select the nodes that have them with nodeSelectors as well.',
    ],
  },
  {
    id: 'layer2-not-the-interface',
    severity: 'info',
    component: 'speaker',
    test: /(arp|ndp)RequestIgnore.*notMatchInterface|notMatchInterface/,
    title: 'A request came in by an interface that is not to answer',
    meaning: 'The interfaces of the L2Advertisement do not name the one that the request came in by.',
    next: ['If it should answer there, add the interface.'],
  },
  {
    id: 'speaker-silent',
    code: 'F03',
    severity: 'warning',
    component: 'speaker',
    test: /skipping should announce (l2|bgp).*(nodeLabeledExcludeBalancers|nodeNetworkUnavailable|node.*(exclude|unavailable))/i,
    title: 'This node announces nothing: it is excluded or has no network',
    meaning:
      'The label node.kubernetes.io/exclude-from-external-load-balancers is on it (kubeadm puts it on control planes), or its condition NetworkUnavailable is true.',
    next: [
      'Remove the label if the node should announce: kubectl label node NODE node.kubernetes.io/exclude-from-external-load-balancers-',
    ],
  },
]
