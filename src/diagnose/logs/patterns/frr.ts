// FRR's daemons, the reloader beside them, and frr-k8s.
import type { LogPattern } from '../pattern.ts'

export const FRR_PATTERNS: readonly LogPattern[] = [
  {
    id: 'frr-reload-failed',
    code: 'F48',
    severity: 'error',
    component: 'frr',
    test: /reload-validate.*error|Failed to (validate|reload|check).*(frr|conf)|frr-reload.*(failed|error)|failed to reload|op=reload.*error=/i,
    title: 'FRR does not take the configuration that was made for it',
    meaning: 'It goes on with the old one: sessions and prefixes that were changed are not.',
    next: [
      'The line names the command that FRR does not know or refuses.',
      'With FRRConfigurations of your own, look for conflicts: AS numbers per VRF, and BFD profiles.',
    ],
  },
  {
    id: 'frr-no-path',
    code: 'F39',
    severity: 'error',
    component: 'frr',
    // "Waiting for NHT" stands in the log of every healthy start as well, until zebra has answered.
    test: /No path to specified Neighbor|nexthop .* (unreachable|invalid)|Connect failed .*(No route to host|unreachable)/i,
    title: 'FRR sees no way to the router',
    meaning:
      'The router is not on a connected network, and the neighbour is not configured for more than one hop.',
    next: [
      'Set ebgpMultiHop: true in the BGPPeer, and the same on the router.',
      'lbctl diagnose route ROUTER shows the way that the kernel knows.',
    ],
  },
  {
    id: 'frr-connect-timeout',
    code: 'F34',
    severity: 'error',
    component: 'frr',
    test: /\[Event\] Connect failed .*timed out/i,
    title: 'The router does not answer FRR on its BGP port',
    meaning:
      'No packet came back: a firewall drops them, one side alone has a password or another one (F38), or the router is out of reach.',
    next: [
      'lbctl diagnose bgp ROUTER on the node says which step fails.',
      'With a password, compare it on both sides; without one, look for a firewall on the way and on the router.',
    ],
  },
  {
    id: 'frr-connection-refused',
    code: 'F36',
    severity: 'error',
    component: 'frr',
    // TCP_connection_open_failed is no sign: with "fd -1" there was no attempt yet, as at every start.
    test: /\[(Event|FSM)\] .*Connect(ion)? (failed|refused)|connect.* failed.*refused/i,
    title: 'FRR cannot connect to the router',
    meaning: 'Nothing listens on port 179 there, or a firewall refuses.',
    next: ['lbctl diagnose bgp ROUTER on the node says which step fails.'],
  },
  {
    id: 'frr-closed-after-connect',
    code: 'F36',
    severity: 'error',
    component: 'frr',
    test: /\[FSM\] TCP_(fatal_error|connection_closed) \(Open(Sent|Confirm)->/,
    title: 'The router takes the connection of FRR and closes it at once',
    meaning:
      'A daemon listens there and ends the connection without a word: it does not know this node, or something in between resets it.',
    next: [
      'See whether the router has this node as a neighbour, with the address that it connects from.',
      'lbctl diagnose bgp ROUTER on the node says which step fails.',
    ],
  },
  {
    id: 'frr-bfd-down',
    code: 'F46',
    severity: 'warning',
    component: 'frr',
    test: /BFD.*(state|session).*(down|DOWN)|bfd.*Down.*(diag|Control Detection)|%ADJCHANGE.*Down.*BFD/i,
    title: 'BFD has declared the router dead',
    meaning:
      'Its packets do not arrive: UDP 3784 (4784 over several hops) is filtered, the router does not do BFD, or the timers are too short for the load.',
    next: ['lbctl capture bfd shows whether packets come in.'],
  },
  {
    id: 'frr-adjacency-down',
    code: 'F41',
    severity: 'warning',
    component: 'frr',
    test: /%ADJCHANGE: neighbor .* Down/,
    title: 'A BGP session of FRR went down',
    meaning: 'The reason stands at the end of the line.',
    next: ['lbctl diagnose bgp ROUTER --watch on the node shows what ends it.'],
  },
  {
    id: 'frr-adjacency-up',
    severity: 'info',
    component: 'frr',
    test: /%ADJCHANGE: neighbor .* Up/,
    title: 'A BGP session of FRR came up',
    meaning: 'This is how it should be. Many of them mean that it goes down as often.',
    next: [],
  },
  {
    id: 'frr-port-in-use',
    code: 'F40',
    severity: 'error',
    component: 'frr',
    test: /bind: Address (already )?in use|bgp_listener.*bind/i,
    title: 'Port 179 of this node is taken',
    meaning:
      'Another BGP daemon runs on the host: FRR or BIRD of the network plugin, or one that was installed there.',
    next: ['ss -ltnp sport = :179 on the node names it.'],
  },
]
