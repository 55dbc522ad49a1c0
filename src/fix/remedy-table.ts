// Every code: its remedy, or why lbctl takes none by itself. One table, so that no code is forgotten.

import { announceByLayer2, announcePool } from './remedies/advertise.ts'
import { announceOnInterfaces } from './remedies/interfaces.ts'
import { filterLoosely, replyOnOneCard } from './remedies/kernel-filter.ts'
import { clusterTraffic } from './remedies/local-traffic.ts'
import { allowHops } from './remedies/multihop.ts'
import { includeNodes } from './remedies/node-label.ts'
import { allowPods } from './remedies/pod-security.ts'
import { rangesAround } from './remedies/pool-range.ts'
import { acceptedValues } from './remedies/refused-value.ts'
import { strictArp } from './remedies/strict-arp.ts'
import { giveAddress } from './remedies/waiting-service.ts'
import type { RemedyAnswer } from './remedy.ts'
import type { RemedyContext } from './remedy-context.ts'

export const REMEDIES: ReadonlyMap<string, (context: RemedyContext) => RemedyAnswer> = new Map([
  ['F01', announcePool],
  ['F03', includeNodes],
  ['F04', allowPods],
  ['F05', acceptedValues],
  ['F09', giveAddress],
  ['F10', giveAddress],
  ['F12', rangesAround],
  ['F18', strictArp],
  ['F19', replyOnOneCard],
  ['F23', announceOnInterfaces],
  ['F28', clusterTraffic],
  ['F30', filterLoosely],
  ['F36', announceByLayer2],
  ['F39', allowHops],
])

/** Why there is no remedy for a code whatever the facts are. One or two sentences each. */
export const WITHOUT_REMEDY: ReadonlyMap<string, string> = new Map([
  [
    'F02',
    'The CA bundle and the endpoints of the webhook come from the controller, which writes them when it runs. To delete the webhook would let configurations in that stop every speaker.',
  ],
  [
    'F06',
    'lbctl migrate does it: it writes the new objects, proves that every Service keeps its address, and has a way back of its own.',
  ],
  [
    'F07',
    'Which of the two controllers is to stay only you know, and to switch one off takes its addresses away from the Services that have them.',
  ],
  [
    'F08',
    'What is missing are Pods that are ready: their selector, their probes or the program in them, which no setting of the load balancer replaces.',
  ],
  [
    'F11',
    'The other machine is not of this cluster. To take the address away from the Service would hide who has it, and the next one may be hit as well.',
  ],
  [
    'F13',
    'Which of the two keeps the address only you know; in two clusters, neither knows the pools of the other.',
  ],
  ['F14', 'The subnets of your network are set on its routers, which lbctl does not change.'],
  [
    'F15',
    'It is a matter of the card: a wire helps for good. Promiscuous mode only hides it until the next start.',
  ],
  [
    'F16',
    'What the hypervisor or the cloud lets through is set there, with rights that lbctl does not have.',
  ],
  [
    'F17',
    'A tunnel of layer 3 knows no ARP: the pool has to be announced elsewhere, or by BGP, which is a choice of the design.',
  ],
  [
    'F20',
    'Two speakers that do not hear each other have a firewall, two keys or a network between them; which one it is has to be seen on the nodes.',
  ],
  ['F21', 'The stale entry is in the table of another machine or of a router.'],
  ['F22', 'The switch decides it, by its settings for port security.'],
  ['F24', 'Whether the node comes back or goes for good only you know.'],
  [
    'F25',
    'An address that some program put on a card is taken off only when that program is known: it puts it back.',
  ],
  ['F26', "Cilium's own policies and leases decide it; lbctl writes none of them."],
  ['F27', 'A duplicate is another machine with the address, and lost multicast is a matter of switches.'],
  [
    'F29',
    'From inside of the cluster another way in is meant (the name or the cluster address of the Service); to change the policy for it changes what clients outside see.',
  ],
  ['F31', 'It is the firewall that sees half of each connection, and its rules or its place have to change.'],
  ['F32', 'What serves Services is a choice for the whole cluster, and changing it cuts every connection.'],
  [
    'F33',
    'Which MTU fits depends on every tunnel on the way; too small a value costs as much as too large a one.',
  ],
  ['F34', 'A firewall rule that rejects was written by somebody; to open it is for those who answer for it.'],
  ['F35', 'Nothing is wrong: the test has to be made from another machine.'],
  ['F37', 'One of the two AS numbers is wrong, and which one has to be agreed with whoever runs the router.'],
  ['F38', 'lbctl never sees, guesses or writes passwords: both sides have to be given the same one.'],
  ['F40', 'Which of the two speakers keeps the session only you know.'],
  [
    'F41',
    'Keepalives that do not come are lost on the way or held up on a busy machine; longer timers only hide it.',
  ],
  ['F42', 'A router ID has to differ from all others of your network, which only you know.'],
  ['F43', 'The route is missing on the router, where filters, families or next hops decide.'],
  [
    'F44',
    'The limit is set on the router; to announce fewer prefixes by aggregation changes which node traffic reaches.',
  ],
  ['F45', 'How traffic is spread is decided by the routers, by settings for multipath there.'],
  [
    'F46',
    'BFD has to be switched on at the router; to take it out here would slow down the detection of dead links for good.',
  ],
  [
    'F47',
    'Graceful restart has to be agreed on by both sides, and on the router it is configured per neighbour.',
  ],
  [
    'F48',
    'FRR refuses its configuration for a reason that stands in its log; the objects behind it have to be put right.',
  ],
])
