// Lines of BIRD 2.0.12, GoBGP 3.10, ExaBGP 4.2.21, OpenBGPD 7.7 and FRR 8.4.4 as routers with neighbours that have a fault; and of the
// kernel about them.
//
// Not all are records of a run. Found again word for word in a kept log: BIRD's of 08:57:18.246 and GoBGP's of 08:57:25. Written from the
// strings of the programs, with no run behind them: BIRD's of BFD and of MD5, GoBGP's "i/o timeout", OpenBGPD's "BGPID … conflicts", and
// the kernel's. All in the form of syslog (tor1) are put together from a message and a head. Of the others the log was not kept: times and
// counters in them prove nothing. That the real daemons write such lines for refused, reset, wrong AS, limits, timers, shut down, no route
// and unknown neighbours is what test/interop/logs-of-routers.test.ts and logs-of-daemons.test.ts prove, by signature.
import type { KNOWN_LINES } from './known-lines.ts'

/** They have a time, or syslog's without a year. */
export const ROUTER_LINES: typeof KNOWN_LINES = [
  [
    '2026-11-28 08:23:30.942 <RMT> peer0: Received: Bad peer AS: 64512',
    'bgp-notification-2-2',
    'F37',
    'bird',
  ],
  ['2026-11-28 08:25:05.292 <RMT> peer0: Error: Invalid OPEN message', 'bgp-notification-2-0', 'F43', 'bird'],
  [
    '2026-11-28 08:24:30.199 <RMT> peer0: Received: Maximum number of prefixes reached: 0001010000000a',
    'bgp-notification-6-1',
    'F44',
    'bird',
  ],
  ['28-11-2026 08:24:55 <RMT> peer0: Received: Hold timer expired', 'bgp-notification-4-0', 'F41', 'bird'],
  [
    '2026-11-28 08:23:11.961 <RMT> peer0: Received: Administrative shutdown: "rack 7"',
    'bgp-notification-6-2',
    'F36',
    'bird',
  ],
  [
    '2026-11-28 08:24:36.379 <WARN> Protocol peer0 hits route import limit (1), action: disable',
    'router-prefix-limit',
    'F44',
    'bird',
  ],
  [
    '2026-11-28 08:42:37.918 <WARN> BGP: Unexpected connect from unknown address 192.0.2.9 (port 35229)',
    'router-unknown-neighbour',
    'F36',
    'bird',
  ],
  [
    '2026-11-28 08:38:03.101 <TRACE> peer0: Connection lost (Connection refused)',
    'router-connection-refused',
    'F36',
    'bird',
  ],
  [
    '2026-11-28 08:38:03.101 <TRACE> peer0: Connection lost (No route to host)',
    'router-no-route',
    'F39',
    'bird',
  ],
  ['2026-11-28 08:57:18.246 <TRACE> peer0: Waiting for link on eth0', 'router-no-route', 'F39', 'bird'],
  ['2026-11-28 08:42:57.101 <TRACE> tor: BFD session down', 'router-bfd-down', 'F46', 'bird'],
  ['2026-11-28 08:42:57.101 <ERR> tor: Socket error: Kernel MD5 auth failed', 'bgp-no-md5', 'F38', 'bird'],
  [
    'Nov 28 08:23:30 tor1 bird[411]: peer0: Received: Bad peer AS: 64512',
    'bgp-notification-2-2',
    'F37',
    'bird',
  ],
  [
    'time="2026-11-28T08:38:20Z" level=debug msg="failed to connect" Error="dial tcp 192.0.2.1:0->192.0.2.2:179: connect: connection refused" Key=192.0.2.2 Topic=Peer',
    'router-connection-refused',
    'F36',
    'gobgpd',
  ],
  [
    'time="2026-11-28T08:38:20Z" level=debug msg="failed to connect" Error="dial tcp 192.0.2.1:0->192.0.2.2:179: i/o timeout" Key=192.0.2.2 Topic=Peer',
    'router-connect-timeout',
    'F34',
    'gobgpd',
  ],
  [
    'time="2026-11-28T08:57:25Z" level=warning msg="sent notification" Data="as number mismatch expected 64513, received 64999" Key=192.0.2.2 Topic=Peer',
    'router-wrong-asn',
    'F37',
    'gobgpd',
  ],
  [
    'time="2026-11-28T08:38:20Z" level=debug msg="state changed" Key=192.0.2.2 Topic=Peer new=BGP_FSM_IDLE old=BGP_FSM_OPENCONFIRM reason=invalid-msg',
    'router-refused-while-opening',
    'F36',
    'gobgpd',
  ],
  [
    'time="2026-11-28T08:38:20Z" level=warning msg="prefix limit reached" Family=ipv4-unicast Key=192.0.2.2 Topic=Peer',
    'router-prefix-limit',
    'F44',
    'gobgpd',
  ],
  [
    'time="2026-11-28T08:42:38Z" level=info msg="Can\'t find configuration for a new passive connection" Key=192.0.2.9 Topic=Peer',
    'router-unknown-neighbour',
    'F36',
    'gobgpd',
  ],
  [
    'time="2026-11-28T08:38:20Z" level=info msg="Peer Down" Key=192.0.2.2 Reason=hold-timer-expired State=BGP_FSM_ESTABLISHED Topic=Peer',
    'router-session-down',
    'F41',
    'gobgpd',
  ],
  [
    '{ "exabgp": "4.0.1", "time": 1795854217.4, "host" : "vm", "pid" : 25073, "ppid" : 23407, "counter": 2, "type": "notification", "neighbor": { "address": { "local": "192.0.2.1", "peer": "192.0.2.2" }, "asn": { "local": 64512, "peer": 64513 } , "direction": "receive", "notification": { "code": 6, "subcode": 5, "data": "0x" }  } }',
    'bgp-notification-6-5',
    'F36',
    'exabgp',
  ],
  [
    '{ "exabgp": "4.0.1", "time": 1795854217.4, "host" : "vm", "pid" : 23510, "ppid" : 23407, "counter": 4, "type": "state", "neighbor": { "address": { "local": "192.0.2.1", "peer": "192.0.2.2" }, "asn": { "local": 64512, "peer": 64513 } , "state": "down", "reason": "peer reset, message (closing connection) error(Broken TCP connection)" } }',
    'router-connection-failed',
    'F36',
    'exabgp',
  ],
  [
    // The bytes of the NOTIFICATION stand in it as they are.
    '{ "exabgp": "4.0.1", "time": 1795854217.4, "type": "state", "neighbor": { "address": { "peer": "192.0.2.2" }, "state": "down", "reason": "peer reset, message (notification received (6,1)) error(Cease / Maximum Number of Prefixes Reached / \u0000\u0001\u0001)" } }',
    'bgp-notification-6-1',
    'F44',
    'exabgp',
  ],
  [
    'Nov 28 08:23:01 tor1 bgpd[77]: neighbor 192.0.2.2 (node-a): received notification: error in OPEN message, AS unacceptable',
    'bgp-notification-2-2',
    'F37',
    'openbgpd',
  ],
  [
    '2026-11-28T08:23:01.123456+00:00 tor1 bgpd[77]: neighbor 192.0.2.2: socket error: No route to host',
    'router-no-route',
    'F39',
    'openbgpd',
  ],
  [
    'Nov 28 08:23:01 tor1 bgpd[77]: neighbor 192.0.2.2: peer BGPID 3221225985 conflicts with ours',
    'router-same-identifier',
    'F42',
    'openbgpd',
  ],
  [
    '2026/11/28 08:42:36 BGP: [TBYZV-W9M3D] [Event] 192.0.2.9 connection rejected(VRF default:64512:default) - not configured and not valid for dynamic',
    'router-unknown-neighbour',
    'F36',
    'frr',
  ],
  [
    'Nov 28 06:46:06 tor1 bgpd[812]: [RGGAC-RJ6WG] 192.0.2.2 [Event] Connect failed 111(Connection refused)',
    'frr-connection-refused',
    'F36',
    'frr',
  ],
  [
    'Nov 28 06:46:06 tor1 kernel: TCP: MD5 Hash not found for (192.0.2.2, 40112)->(192.0.2.1, 179)',
    'bgp-no-md5',
    'F38',
    'speaker',
  ],
]

/** OpenBGPD in the foreground, and ExaBGP, write no date. */
export const ROUTER_LINES_WITHOUT_DATE: typeof KNOWN_LINES = [
  ['neighbor 192.0.2.2: socket error: Connection refused', 'router-connection-refused', 'F36', 'openbgpd'],
  ['neighbor 192.0.2.2: connect: Network is unreachable', 'router-no-route', 'F39', 'openbgpd'],
  ['neighbor 192.0.2.2: peer sent wrong AS 64999', 'router-wrong-asn', 'F37', 'openbgpd'],
  ['neighbor 192.0.2.2: prefix limit reached (>2/1)', 'router-prefix-limit', 'F44', 'openbgpd'],
  ['neighbor 192.0.2.2: sending notification: HoldTimer expired', 'bgp-notification-4-0', 'F41', 'openbgpd'],
  [
    'neighbor 192.0.2.2: received notification: Cease, received max-prefix exceeded',
    'bgp-notification-6-1',
    'F44',
    'openbgpd',
  ],
  ['connection from non-peer 192.0.2.9 refused', 'router-unknown-neighbour', 'F36', 'openbgpd'],
  [
    'neighbor 192.0.2.2: state change OpenSent -> Active, reason: Connection closed',
    'router-connection-closed',
    'F36',
    'openbgpd',
  ],
  [
    'neighbor 192.0.2.2: state change Established -> Idle, reason: HoldTimer expired',
    'router-session-down',
    'F41',
    'openbgpd',
  ],
  [
    '08:42:42 | 14560  | network         | no session configured for incoming-3 192.0.2.9-192.0.2.1',
    'router-unknown-neighbour',
    'F36',
    'exabgp',
  ],
]
