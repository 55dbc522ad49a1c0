// Lines of memberlist, the gossip with which speakers know of each other.
import type { LogPattern } from '../pattern.ts'

const PORT = 'Port 7946 must be open between the nodes, TCP and UDP; lbctl capture gossip shows what arrives.'

export const MEMBERLIST_PATTERNS: readonly LogPattern[] = [
  {
    id: 'memberlist-udp-blocked',
    code: 'F20',
    severity: 'error',
    component: 'speaker',
    test: /Was able to (connect|reach) .* (over TCP|via TCP) but UDP probes failed|reach .* via TCP but not UDP/,
    title: 'Speakers reach each other by TCP, and not by UDP',
    meaning:
      'A firewall lets port 7946 through for TCP only. Speakers then take each other for dead from time to time, and the owner of addresses changes or there are two.',
    next: [PORT],
  },
  {
    id: 'memberlist-wrong-key',
    code: 'F20',
    severity: 'error',
    component: 'speaker',
    test: /Decrypt packet failed|No installed keys could decrypt|Encryption is configured but remote state is not encrypted|Remote state is encrypted and encryption is not configured/,
    title: 'Speakers have different keys for their gossip',
    meaning:
      'They do not understand each other, so that each group of them elects owners of its own: two nodes answer for one address.',
    next: [
      'All speakers must be started after the Secret "memberlist" was made or changed: restart the DaemonSet.',
      'Another installation of MetalLB may reach these nodes.',
    ],
  },
  {
    id: 'memberlist-name-conflict',
    code: 'F20',
    severity: 'error',
    component: 'speaker',
    test: /Conflicting address for/,
    title: 'Two speakers go by the same name',
    meaning: 'Two nodes have the same name, or two installations of MetalLB share the network.',
    next: ['Compare the names of the nodes, and look for a second installation.'],
  },
  {
    id: 'memberlist-failed',
    code: 'F20',
    severity: 'warning',
    component: 'speaker',
    test: /Suspect .* has failed, no acks received|Marking .* as failed, suspect timeout reached/,
    title: 'A speaker does not answer the others',
    meaning:
      'A node is down, too busy, or cut off. Its addresses move; when that happens without a node being down, packets between the nodes are lost.',
    next: [
      PORT,
      'Look at the load of the node that is named: a speaker that is throttled does not answer in time.',
    ],
  },
  {
    id: 'memberlist-refuting',
    code: 'F20',
    severity: 'warning',
    component: 'speaker',
    test: /Refuting (a|an) (suspect|dead) message/,
    title: 'Others take this speaker for dead, and it is not',
    meaning: 'Its answers are late or lost. Each time the owner of addresses may change for a moment.',
    next: [PORT, 'Give the speaker more CPU, or remove its limit.'],
  },
  {
    id: 'memberlist-join',
    code: 'F20',
    severity: 'warning',
    component: 'speaker',
    test: /partial join|Failed to join|failed to get pod IPs|op=memberDiscovery.*error/i,
    title: 'A speaker did not reach all others when it joined',
    meaning: 'Usual while Pods start. When it stays so, speakers do not know of each other.',
    next: [PORT],
  },
]
