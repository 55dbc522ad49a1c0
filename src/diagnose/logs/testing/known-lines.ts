// Lines as programs write them, each with what has to come of it: signature, finding, component.

export const KNOWN_LINES: readonly (readonly [
  line: string,
  signature: string,
  code: string | undefined,
  component: string,
])[] = [
  [
    '{"caller":"native.go:90","error":"dial \\"192.168.1.1:179\\": getsockopt: connection refused","level":"error","localASN":64512,"msg":"failed to connect to peer","op":"connect","peer":"192.168.1.1:179","peerASN":64512,"ts":"2021-05-20T11:12:13.141592Z"}',
    'bgp-connection-refused',
    'F36',
    'speaker',
  ],
  [
    '{"caller":"bgp.go:63","error":"dial \\"10.0.0.1:179\\": i/o timeout","level":"error","localASN":64500,"msg":"failed to connect to peer","op":"connect","peer":"10.0.0.1:179","peerASN":64501,"ts":"2019-01-01T00:00:00.1Z"}',
    'bgp-connect-timeout',
    'F34',
    'speaker',
  ],
  [
    '{"caller":"native.go:90","error":"read OPEN from \\"10.0.0.1:179\\": EOF","level":"error","msg":"failed to connect to peer","op":"connect","ts":"2022-01-01T00:00:00Z"}',
    'bgp-closed-after-connect',
    'F36',
    'speaker',
  ],
  [
    '{"caller":"native.go:90","error":"unexpected peer ASN 64513, want 64512","level":"error","msg":"failed to connect to peer","op":"connect","ts":"2022-01-01T00:00:00Z"}',
    'bgp-wrong-asn',
    'F37',
    'speaker',
  ],
  [
    '{"caller":"native.go:90","error":"message type is not OPEN, got 3, want 1","level":"error","msg":"failed to connect to peer","op":"connect","ts":"2022-01-01T00:00:00Z"}',
    'bgp-not-open',
    'F40',
    'speaker',
  ],
  [
    '{"caller":"native.go:377","error":"got BGP notification code 0x0202 (Bad Peer AS)","level":"error","msg":"peer sent notification, closing session","op":"event","ts":"2022-01-01T00:00:00Z"}',
    'bgp-notification-2-2',
    'F37',
    'speaker',
  ],
  [
    '{"caller":"native.go:377","error":"got BGP notification code 0x0400 (Hold Timer expired)","level":"error","msg":"peer sent notification, closing session","ts":"2022-01-01T00:00:00Z"}',
    'bgp-notification-4-0',
    'F41',
    'speaker',
  ],
  [
    '{"caller":"main.go:300","event":"sessionUp","level":"info","msg":"BGP session established","peer":"10.0.0.1:179","ts":"2022-01-01T00:00:00Z"}',
    'bgp-session-up',
    undefined,
    'speaker',
  ],
  [
    '{"caller":"net.go:210","component":"Memberlist","level":"warn","msg":"net.go:210: [WARN] memberlist: Was able to connect to node-b over TCP but UDP probes failed, network may be misconfigured","ts":"2022-01-01T00:00:00Z"}',
    'memberlist-udp-blocked',
    'F20',
    'speaker',
  ],
  [
    '2021/05/20 11:12:13 [ERR] memberlist: Decrypt packet failed: No installed keys could decrypt the message from=10.0.0.2:7946',
    'memberlist-wrong-key',
    'F20',
    'speaker',
  ],
  [
    '{"caller":"service.go:140","error":"no available IPs in pool \\"default\\"","level":"error","msg":"IP allocation failed","op":"allocateIPs","ts":"2022-01-01T00:00:00Z"}',
    'allocation-failed',
    'F09',
    'controller',
  ],
  [
    '{"caller":"config_controller.go:140","controller":"ConfigReconciler","error":"peer peer1 referencing non existing bfd profile x","level":"error","ts":"2022-01-01T00:00:00Z"}',
    'configuration-rejected',
    'F05',
    'speaker',
  ],
  [
    '{"caller":"announcer.go:106","error":"listen packet: operation not permitted","event":"createARPResponder","interface":"eth0","level":"error","msg":"failed to create ARP responder","op":"updateInterfaces","ts":"2022-01-01T00:00:00Z"}',
    'layer2-no-raw-socket',
    'F23',
    'speaker',
  ],
  [
    '2022/11/27 21:19:03 BGP: [HZN6M-XRM1G] %NOTIFICATION: received from neighbor 10.0.0.1 6/5 (Cease/Connection Rejected) 0 bytes',
    'bgp-notification-6-5',
    'F36',
    'frr',
  ],
  [
    '{"caller":"bgp","error":"could not connect: nobody listens on that address and port (ECONNREFUSED)","level":"error","localASN":64512,"msg":"failed to connect to peer","name":"tor","op":"connect","peer":"192.0.2.1:179","peerASN":64500,"ts":"2026-11-28T06:51:59.771Z"}',
    'bgp-connection-refused',
    'F36',
    'speaker',
  ],
  [
    '{"caller":"bgp","error":"could not connect: no answer (ETIMEDOUT)","level":"error","localASN":64512,"msg":"failed to connect to peer","name":"tor","op":"connect","peer":"192.0.2.1:179","peerASN":64500,"ts":"2026-11-28T06:51:59.771Z"}',
    'bgp-connect-timeout',
    'F34',
    'speaker',
  ],
  // Of bgpd 8.4.4 and gobgpd 3.10, with a router that has the fault.
  [
    '2026/11/28 06:46:06 BGP: [RGGAC-RJ6WG] 192.0.2.2 [Event] Connect failed 111(Connection refused)',
    'frr-connection-refused',
    'F36',
    'frr',
  ],
  [
    '2026/11/28 06:46:28 BGP: [ZWCSR-M7FG9] 192.0.2.2 [FSM] TCP_fatal_error (OpenConfirm->Idle), fd 17',
    'frr-closed-after-connect',
    'F36',
    'frr',
  ],
  [
    '2026/11/28 06:46:31 BGP: [HZN6M-XRM1G] %NOTIFICATION: received from neighbor 192.0.2.2 6/1 (Cease/Maximum Number of Prefixes Reached) 7 bytes 00 01 01 00 00 00 0a',
    'bgp-notification-6-1',
    'F44',
    'frr',
  ],
  [
    'time="2026-11-28T06:48:28Z" level=warning msg="received notification" Code=6 Communicated-Reason="rack 7" Data="[]" Key=192.0.2.2 Subcode=2 Topic=Peer',
    'bgp-notification-6-2',
    'F36',
    'gobgpd',
  ],
  [
    '2022/11/27 21:19:03.123456 BGP: [M59KS-A3ZXZ] %ADJCHANGE: neighbor 10.0.0.1(Unknown) in vrf default Down BGP Notification send',
    'frr-adjacency-down',
    'F41',
    'frr',
  ],
  [
    'E1127 21:19:03.123456       1 reflector.go:138] k8s.io/client-go/informers/factory.go:134: Failed to watch *v1.Service: Get "https://10.96.0.1:443/api/v1/services": dial tcp 10.96.0.1:443: connect: connection refused',
    'api-unreachable',
    undefined,
    'speaker',
  ],
  [
    'time="2023-05-06T07:08:09Z" level=error msg="could not add address to interface: link not found"',
    'kube-vip-address-failed',
    'F23',
    'kube-vip',
  ],
  [
    '[pod/speaker-x7k2p/reloader] 2023-05-06T07:08:09.123456789Z Failed to reload frr.conf: line 12: unknown command',
    'frr-reload-failed',
    'F48',
    'reloader',
  ],
  [
    '2023-05-06T07:08:09.123456789Z stderr F panic: runtime error: invalid memory address or nil pointer dereference',
    'panic',
    undefined,
    'speaker',
  ],
  [
    '{"log":"{\\"caller\\":\\"x.go:1\\",\\"level\\":\\"error\\",\\"msg\\":\\"IP allocation failed\\",\\"op\\":\\"allocateIPs\\"}\\n","stream":"stdout","time":"2023-05-06T07:08:09Z"}',
    'allocation-failed',
    'F09',
    'controller',
  ],
]

/** As lbctl writes them for a terminal. */
export const LINES_WITHOUT_DATE: typeof KNOWN_LINES = [
  [
    '06:51:54.554 error bgp     No BGP session with tor (192.0.2.1:179): could not connect: nobody listens on that address and port (ECONNREFUSED)',
    'bgp-connection-refused',
    'F36',
    'speaker',
  ],
  [
    '06:51:59.650 error bgp     No BGP session with tor (192.0.2.1:179): could not connect: no answer (ETIMEDOUT)',
    'bgp-connect-timeout',
    'F34',
    'speaker',
  ],
  [
    '06:54:11.128 error bgp     No BGP session with tor (192.0.2.1:179): the connection failed: the peer reset the connection (ECONNRESET)',
    'bgp-closed-after-connect',
    'F36',
    'speaker',
  ],
  [
    '06:52:08.441 error bgp     Attempt at a BGP session with tor (192.0.2.1:179) ended: the peer sent NOTIFICATION OPEN Message Error, Bad Peer AS (2/2): AS 64512',
    'bgp-notification-2-2',
    'F37',
    'speaker',
  ],
]

/** Lines that stand in the logs of sessions that are well, too. */
export const HARMLESS_LINES: readonly string[] = [
  '2026-11-28 08:42:57.273 <FATAL> Shutdown completed',
  '2026-11-28 08:23:16.588 <INFO> Disabling protocol peer0',
  'neighbor 192.0.2.2: state change Idle -> Connect, reason: Start',
  '08:42:40 | 14560  | network         | connection from 192.0.2.1',
  '2026/11/28 06:46:44 BGP: [T72VK-55DVG] 192.0.2.2 [FSM] Waiting for NHT',
  '2026/11/28 06:46:44 BGP: [ZWCSR-M7FG9] 192.0.2.2 [FSM] TCP_connection_open_failed (Connect->Active), fd -1',
  '2026/11/28 06:46:44 BGP: [ZWCSR-M7FG9] 192.0.2.2 [FSM] ConnectRetry_timer_expired (Active->Connect), fd -1',
  'time="2026-11-28T06:48:22Z" level=debug msg="IdleHoldTimer expired" Duration=0 Key=192.0.2.2 Topic=Peer',
]
