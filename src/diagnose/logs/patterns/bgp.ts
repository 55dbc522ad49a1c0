// BGP sessions as MetalLB's native speaker and lbctl report them. NOTIFICATIONs: patterns/notifications.ts.
import type { LogPattern } from '../pattern.ts'

const ROUTER_SIDE =
  'See whether the router has this node as a neighbour, with the address that it connects from: lbctl diagnose bgp ROUTER on the node says which step fails.'

export const BGP_PATTERNS: readonly LogPattern[] = [
  {
    id: 'bgp-connection-refused',
    code: 'F36',
    severity: 'error',
    component: 'speaker',
    test: /(failed to connect to peer|dial "?\S+:179|peer).*connection refused|(failed to connect to peer|No BGP session with) .*\(ECONNREFUSED\)/,
    title: 'The router refuses BGP: nothing listens on its port',
    meaning:
      'The router is up and answered the connection with a reset: BGP does not run there, or not on this address. MetalLB tries again for ever, and announces nothing to it meanwhile.',
    next: [
      ROUTER_SIDE,
      'If the router can do BGP, configure it there: lbctl router config -f metallb.yaml writes it for thirteen kinds of routers.',
      'If it cannot do BGP at all, announce by ARP and NDP instead: an L2Advertisement instead of the BGPAdvertisement.',
    ],
  },
  {
    id: 'bgp-connect-timeout',
    code: 'F34',
    severity: 'error',
    component: 'speaker',
    test: /(failed to connect to peer|dial "?\S+:179|No BGP session with).*(i\/o timeout|connection timed out|: timeout|\(ETIMEDOUT\))/,
    title: 'The router does not answer on its BGP port',
    meaning:
      'No packet came back: a firewall drops them, the password differs (then nothing is answered either, F38), or the router is out of reach.',
    next: [
      ROUTER_SIDE,
      'With a password, compare it on both sides; without one, look for a firewall on the way and on the router.',
    ],
  },
  {
    id: 'bgp-no-route',
    code: 'F39',
    severity: 'error',
    component: 'speaker',
    test: /(failed to connect to peer|dial "?\S+:179|No BGP session with).*(no route to host|network is unreachable|\(E(HOST|NET)UNREACH\))/,
    title: 'There is no way to the router',
    meaning: 'The node has no route to the address of the peer, or the next hop does not answer ARP.',
    next: [
      'lbctl diagnose route ROUTER on the node shows the decision of the kernel.',
      'Compare peerAddress with the address that the router has on the network of the nodes.',
    ],
  },
  {
    id: 'bgp-no-md5',
    code: 'F38',
    severity: 'error',
    component: 'speaker',
    test: /(protocol not available|setting md5|TCP_?MD5SIG|MD5 Hash (failed|not ?found)|MD5 auth failed|TCP MD5 signatures|BADAUTH)/i,
    title: 'The password of a BGP session does not work',
    meaning:
      'Either the kernel of the node cannot sign TCP (minikube and some cloud kernels), or the two sides have different passwords.',
    next: [
      'Compare the password on both sides; a line break at the end of the Secret counts.',
      'lbctl diagnose bgp ROUTER --password-file FILE tells the cases apart.',
    ],
  },
  {
    id: 'bgp-wrong-asn',
    code: 'F37',
    severity: 'error',
    component: 'speaker',
    test: /unexpected peer ASN|remote AS \d+ is not|wrong AS|Bad Peer AS/i,
    title: 'The AS number of the router is another one than is configured',
    meaning: 'The session is made and closed at once, again and again.',
    next: [
      'Set peerASN of the BGPPeer to the number that the router names, or correct the router; lbctl diagnose bgp ROUTER reads it from there.',
    ],
  },
  {
    id: 'bgp-not-open',
    code: 'F40',
    severity: 'error',
    component: 'speaker',
    test: /message type is not OPEN/,
    title: 'Somebody else on this node has a BGP session with the router',
    meaning:
      'The first message of the router belongs to another session. Two speakers of one address (Calico, Cilium, kube-router and MetalLB) cannot both have one.',
    next: [
      'Let the other speaker announce the addresses, or give MetalLB another router or another source address.',
    ],
  },
  {
    id: 'bgp-closed-after-connect',
    code: 'F36',
    severity: 'error',
    component: 'speaker',
    test: /read OPEN from .*(EOF|connection reset)|(failed to connect to peer|No BGP session with).*\(ECONNRESET\)/,
    title: 'The router takes the connection and closes it at once',
    meaning:
      'A daemon listens there and does not know this node: no neighbour with its address, another VRF, or NAT in between.',
    next: [ROUTER_SIDE],
  },
  {
    id: 'bgp-connect-failed',
    code: 'F36',
    severity: 'error',
    component: 'speaker',
    test: /failed to connect to peer|No BGP session with/,
    title: 'A BGP session cannot be made',
    meaning: 'The line says why; MetalLB tries again for ever.',
    next: [ROUTER_SIDE],
  },
  {
    id: 'bgp-hold-timer',
    code: 'F41',
    severity: 'error',
    component: 'speaker',
    // GoBGP's IdleHoldTimer is the pause before it tries, and no fault.
    test: /(?<!idle ?)hold ?timer expired|(?<!idle )hold timer/i,
    title: 'A BGP session died of silence',
    meaning:
      'No message came for the hold time: packets are lost, the node or router was too busy, or a firewall forgot the connection.',
    next: [
      'Look at the load of the node at these times, and whether a firewall in between has a shorter memory.',
      'BFD notices in less than a second; the hold time of 90 s does not.',
    ],
  },
  {
    id: 'bgp-update-failed',
    code: 'F41',
    severity: 'warning',
    component: 'speaker',
    test: /failed to send BGP (update|withdraw)|failed to send keepalive/,
    title: 'A BGP session broke while something was sent',
    meaning: 'The TCP connection is gone; MetalLB makes a new one and sends everything again.',
    next: ['What ended it stands in the lines before, or in the log of the router.'],
  },
  {
    id: 'bgp-session-down',
    code: 'F41',
    severity: 'warning',
    component: 'speaker',
    test: /BGP session down|op=sessionDown|BGP session with .* (ended|is down): /,
    title: 'A BGP session went down',
    meaning:
      'The routes of this node are withdrawn until it is up again. When this repeats within seconds of "established", the router ends it: see its log.',
    next: ['lbctl diagnose bgp ROUTER --watch on the node shows what ends it.'],
  },
  {
    id: 'bgp-session-up',
    severity: 'info',
    component: 'speaker',
    test: /BGP session (with .* )?established/,
    title: 'A BGP session came up',
    meaning: 'This is how it should be. Many of them mean that it goes down as often.',
    next: [],
  },
  {
    id: 'bgp-conflicting-advertisements',
    severity: 'error',
    component: 'speaker',
    test: /conflictingAdvertisements/,
    title: 'Two BGPAdvertisements ask for different local preferences of one address',
    meaning: 'MetalLB announces the address to nobody until they agree.',
    next: ['Give both the same localPref, or select different pools or Services: lbctl validate names them.'],
  },
]
