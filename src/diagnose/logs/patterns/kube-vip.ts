import type { LogPattern } from '../pattern.ts'

export const KUBE_VIP_PATTERNS: readonly LogPattern[] = [
  {
    id: 'kube-vip-lost-lease',
    code: 'F24',
    severity: 'warning',
    component: 'kube-vip',
    test: /leader(ship)? lost|lost leadership|failed to renew lease|stopped leading|new leader elected/i,
    title: 'The leader changed',
    meaning:
      'Addresses move to another node with it. Many changes mean that the API server or its disk is too slow for the lease.',
    next: [
      'Compare the times with the load of etcd; longer values of vip_leaseduration help against short stalls.',
    ],
  },
  {
    id: 'kube-vip-address-failed',
    code: 'F23',
    severity: 'error',
    component: 'kube-vip',
    test: /(error|could not|unable to|failed).*(add|set|broadcast|bind).*(address|vip|ARP)|broadcasting ARP.*fail/i,
    title: 'kube-vip could not put the address on its interface or announce it',
    meaning: 'The interface does not exist or is down, or the container lacks NET_ADMIN or NET_RAW.',
    next: ['See vip_interface, and the capabilities of the Pod.'],
  },
]
