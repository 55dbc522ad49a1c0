// BGP daemons that run on routers, or on nodes beside MetalLB: BIRD (Calico), GoBGP (Cilium, kube-router), ExaBGP, OpenBGPD. What they
// say of NOTIFICATIONs: patterns/notifications.ts. The neighbour of such a line may be the node or the router, by whose log it is.
import type { LogPattern } from '../pattern.ts'

const NODE_SIDE =
  'When the neighbour is a node: MetalLB in native mode never listens, it only connects; make the neighbour passive on the router.'
const BOTH_SIDES =
  'lbctl diagnose bgp on the node, with the address of the router, says which step fails; lbctl router check compares the configuration of the router with that of the cluster.'

export const ROUTER_PATTERNS: readonly LogPattern[] = [
  {
    id: 'router-unknown-neighbour',
    code: 'F36',
    severity: 'error',
    component: 'router',
    test: /Unexpected connect from unknown address|connection from non-peer \S+ refused|Can't find configuration for a new passive connection|no session configured for (incoming|connection)|connection rejected\(VRF .*not configured/,
    title: 'A speaker connects that this router does not know',
    meaning:
      'The connection comes from an address that is no neighbour here, and is closed. The node is not configured, or connects from another of its addresses.',
    next: [
      'Add the address of the line as a neighbour, with the AS number of the nodes (myASN): lbctl router config -f metallb.yaml writes it.',
      'If the node has several addresses, set sourceAddress of the BGPPeer, or allow a range of neighbours.',
    ],
  },
  {
    id: 'router-prefix-limit',
    code: 'F44',
    severity: 'error',
    component: 'router',
    test: /hits route (import|receive) limit|Route limit exceeded|prefix limit reached/i,
    title: 'A neighbour announces more prefixes than this router takes',
    meaning:
      'The session is closed, and most routers leave it closed until somebody clears it: every address of this node is gone.',
    next: [
      'Raise the limit above the number of Services, or announce fewer prefixes: aggregationLength of the BGPAdvertisement.',
      'Then clear the session on the router.',
    ],
  },
  {
    id: 'router-connection-refused',
    code: 'F36',
    severity: 'warning',
    component: 'router',
    test: /Connection lost \(Connection refused\)|neighbor .*socket error: Connection refused|failed to connect \|.*dial tcp .*connection refused/,
    title: 'The neighbour refuses BGP: nothing listens on its port',
    meaning:
      'No session can be made from this side. That is no fault while the neighbour connects by itself, as the speakers of MetalLB do.',
    next: [NODE_SIDE, BOTH_SIDES],
  },
  {
    id: 'router-no-route',
    code: 'F39',
    severity: 'error',
    component: 'router',
    test: /Connection lost \((No route to host|Network is unreachable|Host is unreachable)\)|Waiting for \S+ to become my neighbor|: (Neighbor lost|Link down)$|: Waiting for link on |neighbor .*(connect|socket error): (Network is unreachable|No route to host)|failed to connect \|.*dial tcp .*(no route to host|network is unreachable)/,
    title: 'There is no way to the neighbour',
    meaning:
      'Its address is on no network of this host, or nobody answers ARP for it, or the link went down. For a neighbour behind another router, multihop is missing.',
    next: [
      'ip route get with the address of the neighbour shows what the kernel decides.',
      'With a router in between, set ebgpMultiHop: true in the BGPPeer, and multihop on the router.',
    ],
  },
  {
    id: 'router-connect-timeout',
    code: 'F34',
    severity: 'error',
    component: 'router',
    test: /Connection lost \(Connection timed out\)|neighbor .*socket error: (Connection|Operation) timed out|failed to connect \|.*dial tcp .*(i\/o timeout|connection timed out)/,
    title: 'The neighbour does not answer on its BGP port',
    meaning:
      'No packet came back: a firewall drops them, one side alone has a password or another one (F38), or TTL security refuses packets that came over a router.',
    next: [
      'With a password, compare it on both sides: a wrong one is answered by silence.',
      'With TTL security, both sides must have it, and be on the same link: MetalLB does not do it.',
      BOTH_SIDES,
    ],
  },
  {
    id: 'router-connection-closed',
    code: 'F36',
    severity: 'error',
    component: 'router',
    test: /Connection lost \((Connection reset by peer|Broken pipe)\)|: Connection closed$|state change Open(Sent|Confirm) -> \w+, reason: Connection closed|closing connection[)\]] error[([].*ECONNRESET|state changed \| reason=read-failed \| old=BGP_FSM_OPEN/,
    title: 'The neighbour takes the connection and closes it at once',
    meaning:
      'A daemon listens there and ends the connection without a word: it does not know this side, or something in between resets it.',
    next: [
      'See whether each side has the other as a neighbour, by the address that it connects from.',
      BOTH_SIDES,
    ],
  },
  {
    id: 'router-connection-failed',
    code: 'F36',
    severity: 'error',
    component: 'router',
    test: /closing connection[)\]] error[([]Broken TCP connection/,
    title: 'ExaBGP gets no connection to the neighbour',
    meaning:
      'It does not say why: nothing listens there, the address is out of reach, or the other side closed the connection.',
    next: [NODE_SIDE, BOTH_SIDES],
  },
  {
    id: 'router-refused-while-opening',
    code: 'F36',
    severity: 'warning',
    component: 'gobgpd',
    test: /state changed \| reason=invalid-msg \| old=BGP_FSM_OPEN/,
    title: 'The neighbour ends the session while it is being made',
    meaning:
      'GoBGP got a message that it did not wait for. It is nearly always a NOTIFICATION, which GoBGP does not print at this stage: a wrong AS number (F37), an unknown neighbour, a limit of prefixes.',
    next: ['The log of the other side has the code.', BOTH_SIDES],
  },
  {
    id: 'router-wrong-asn',
    code: 'F37',
    severity: 'error',
    component: 'router',
    test: /peer sent wrong AS|peer requests unacceptable AS|as number mismatch|mismatched? as\b/i,
    title: 'The AS number of the neighbour is another one than is configured',
    meaning: 'The session is made and closed at once, again and again.',
    next: ['Compare the AS number that the line names with myASN and peerASN of the BGPPeer.'],
  },
  {
    id: 'router-same-identifier',
    code: 'F42',
    severity: 'error',
    component: 'router',
    test: /peer BGPID .*(unacceptable|conflicts with ours)/,
    title: 'Both sides have the same router ID',
    meaning: 'BGP tells speakers apart by it, and refuses a session with itself.',
    next: ['Give the node or the router another router ID: routerID of the BGPPeer.'],
  },
  {
    id: 'router-malformed-message',
    code: 'F43',
    severity: 'error',
    component: 'router',
    test: /corrupt (OPEN )?message received|Session will be reset due to malformed BGP message|^sent notification \| Data=/,
    title: 'The neighbour sends something that is no valid BGP',
    meaning:
      'The session is closed. One of the two programs has a fault, or something in between changes packets.',
    next: ['lbctl capture bgp takes the messages apart and marks what is wrong.'],
  },
  {
    id: 'router-bfd-down',
    code: 'F46',
    severity: 'warning',
    component: 'router',
    test: /: BFD session down/,
    title: 'BFD has declared the neighbour dead',
    meaning:
      'Its packets do not arrive: UDP 3784 (4784 over several hops) is filtered, it does not do BFD, or the timers are too short for the load.',
    next: ['lbctl capture bfd shows whether packets come in.'],
  },
  {
    id: 'router-session-down',
    code: 'F41',
    severity: 'warning',
    component: 'router',
    test: /^Peer Down|state change Established -> \w+, reason:|: BGP session closed$/,
    title: 'A BGP session of a router went down',
    meaning:
      'The routes of the neighbour are gone until it is up again. The reason stands at the end of the line, or in the lines before.',
    next: [BOTH_SIDES],
  },
  {
    id: 'router-session-up',
    severity: 'info',
    component: 'router',
    test: /^Peer Up|state change \w+ -> Established|neighbor \S+: up$/,
    title: 'A BGP session of a router came up',
    meaning: 'This is how it should be. Many of them mean that it goes down as often.',
    next: [],
  },
]
