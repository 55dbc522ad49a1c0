// Records the frames in wire/ anew: two network namespaces and a cable between them, real tools and the kernel at its
// ends, tcpdump (not promiscuous) listening, tshark to tell what each frame says. Needs root and, from Debian, the
// packages tshark, tcpdump, arping, ndisc6, radvd, iputils-ping, ethtool, nftables and iproute2.
//
//   node test/vectors/record.mjs
//
// Each frame becomes NAME.hex (the frame), NAME.json (tshark's fields, by fields.json) and NAME.md (where it comes from).
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const here = import.meta.dirname
const fields = JSON.parse(readFileSync(join(here, 'fields.json'), 'utf8'))
const work = mkdtempSync(join(tmpdir(), 'lbctl-record-'))
const [A, B] = [`lb${process.pid}x1`, `lb${process.pid}x2`]
const ALICE = '02:00:00:00:00:01'
const BOB = '02:00:00:00:00:02'
const started = []

const run = (command, ...args) => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 })
  } catch (error) {
    // Tools that got no answer, or were told to stop, leave with a code of their own; what counts is the capture.
    return `${error.stdout ?? ''}${error.stderr ?? ''}`
  }
}
const inside = (namespace, ...args) => run('ip', 'netns', 'exec', namespace, ...args)
const inA = (line) => inside(A, ...line.split(' '))
const inB = (line) => inside(B, ...line.split(' '))

function build() {
  run('ip', 'netns', 'add', A)
  run('ip', 'netns', 'add', B)
  run('ip', 'link', 'add', 'a0', 'netns', A, 'type', 'veth', 'peer', 'name', 'b0', 'netns', B)
  for (const [namespace, device, mac] of [[A, 'a0', ALICE], [B, 'b0', BOB]]) {
    inside(namespace, 'ip', 'link', 'set', device, 'address', mac)
    inside(namespace, 'ethtool', '-K', device, 'tx', 'off')
    inside(namespace, 'ip', 'link', 'set', 'lo', 'up')
  }
  // tcpdump refuses an interface that is down; without its other end this one has no carrier yet.
  inA('ip link set a0 up')
  inB('sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.conf.all.arp_notify=1')
}

async function provoke() {
  inB('ip addr add 192.0.2.10/24 dev b0')
  inB('ip link set b0 up')
  inA('ip addr add 192.0.2.1/24 dev a0')
  inA('ip addr add 2001:db8::1/64 dev a0')
  inB('ip addr add 2001:db8::10/64 dev b0')
  await sleep(3000)
  inA('arping -c 1 -w 1 -i a0 192.0.2.10')
  inA('arping -0 -c 1 -w 1 -i a0 192.0.2.10')
  inA('arping -U -c 1 -w 1 -i a0 192.0.2.1')
  inA('arping -V 10 -c 1 -w 1 -i a0 192.0.2.20')
  inA('ndisc6 -1 -r 1 2001:db8::10 a0')
  inA('ndisc6 -1 -r 1 -s 2001:db8::1 2001:db8::10 a0')
  inA('ip neigh flush all')
  inA('ping -c 1 -W 1 192.0.2.10')
  inA('ping -c 1 -W 1 2001:db8::10')
  await routing()
  await transports()
  await tagged()
  await announcing()
}

/** Errors that the kernel of B sends as a router, and as a firewall. */
async function routing() {
  inB('ip route add unreachable 198.51.100.0/25')
  inB('ip route add prohibit 198.51.100.128/25')
  inB('ip link add d0 type veth peer name d1')
  inB('ip link set d1 up')
  inB('ip link set d0 mtu 1280 up')
  inB('ip addr add 203.0.113.1/24 dev d0')
  inB('ip -6 addr add 2001:db8:3::1/64 dev d0')
  inB('ip -6 route add unreachable 2001:db8:1::/64')
  inB('ip -6 route add prohibit 2001:db8:2::/64')
  inA('ip route add default via 192.0.2.10')
  inA('ip -6 route add default via 2001:db8::10')
  await sleep(2000)
  for (const target of ['198.51.100.1', '198.51.100.200', '2001:db8:1::1', '2001:db8:2::1']) inA(`ping -c 1 -W 1 ${target}`)
  inA('ping -c 1 -W 1 -t 1 203.0.113.9')
  inA('ping -c 1 -W 1 -t 1 2001:db8:3::9')
  inA('ping -c 1 -W 1 -M do -s 1400 203.0.113.9')
  inA('ping -c 1 -W 1 -M do -s 1400 2001:db8:3::9')
  // The router gives up the neighbour after three seconds, and says so then.
  inA('ping -c 1 -W 4 2001:db8:3::9')
  inB('nft add table inet t')
  inB('nft add chain inet t c { type filter hook input priority 0 ; }')
  inB('nft add rule inet t c ip protocol tcp tcp dport 8080 reject with icmp type host-prohibited')
  inB('nft add rule inet t c ip6 nexthdr tcp tcp dport 8080 reject with icmpv6 type admin-prohibited')
}

const CONNECT = `
import socket, struct, sys
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
s = socket.socket(family, socket.SOCK_STREAM)
s.settimeout(1)
if len(sys.argv) > 3:
    peer = struct.pack('<HH4s120x', socket.AF_INET, 0, socket.inet_aton(sys.argv[1]))
    key = sys.argv[3].encode()
    s.setsockopt(socket.IPPROTO_TCP, 14, peer + struct.pack('<BBHi80s', 0, 0, len(key), 0, key))
try:
    s.connect((sys.argv[1], int(sys.argv[2])))
except OSError:
    pass
`
const DATAGRAM = `
import socket, sys
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
socket.socket(family, socket.SOCK_DGRAM).sendto(b'lbctl', (sys.argv[1], int(sys.argv[2])))
`

async function transports() {
  const connect = (...args) => inside(A, 'python3', '-c', CONNECT, ...args)
  connect('192.0.2.10', '4000')
  connect('2001:db8::10', '4000')
  connect('192.0.2.10', '8080')
  connect('2001:db8::10', '8080')
  connect('192.0.2.10', '179', 'secret')
  inside(A, 'python3', '-c', DATAGRAM, '192.0.2.10', '7946')
  inside(A, 'python3', '-c', DATAGRAM, '2001:db8::10', '7946')
}

/** VLAN 10, and VLAN 10 inside the service VLAN 100. */
async function tagged() {
  inA('ip link add link a0 name v10 up type vlan id 10')
  inA('ip addr add 10.0.10.1/24 dev v10')
  inA('ping -c 1 -W 1 10.0.10.2')
  inA('ip link add link a0 name s100 up type vlan proto 802.1ad id 100')
  inA('ip link add link s100 name s100c10 up type vlan id 10')
  inA('ip addr add 10.0.20.1/24 dev s100c10')
  inA('ping -c 1 -W 1 10.0.20.2')
}

/** A router that advertises itself, a bridge that speaks spanning tree. */
async function announcing() {
  const configuration = join(work, 'radvd.conf')
  writeFileSync(
    configuration,
    `interface b0 { AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvLinkMTU 1400; AdvOtherConfigFlag on;
      AdvDefaultPreference high; AdvDefaultLifetime 600;
      prefix 2001:db8::/64 { AdvOnLink on; AdvAutonomous off; AdvValidLifetime 600; AdvPreferredLifetime 300; };
      route 2001:db8:9::/48 { AdvRouteLifetime 60; };
      RDNSS 2001:db8::53 2001:db8::54 { AdvRDNSSLifetime 120; };
      DNSSL example.com { AdvDNSSLLifetime 120; }; };\n`,
  )
  started.push(spawn('ip', ['netns', 'exec', B, 'radvd', '-n', '-m', 'stderr', '-C', configuration, '-p', join(work, 'radvd.pid')], { stdio: 'ignore' }))
  await sleep(1500)
  inA('rdisc6 -1 -r 1 a0')
  inA('ip -6 addr flush dev a0')
  inA('ip link add br0 type bridge stp_state 1')
  inA('ip link set a0 master br0')
  inA('ip link set br0 up')
  await sleep(5000)
}

// name, display filter of the frame wanted (the first that matches), who sent it
const WANTED = [
  ['arp-request-arping', 'arp.opcode==1 && arp.dst.proto_ipv4==192.0.2.10 && arp.src.proto_ipv4==192.0.2.1 && !vlan', 'arping -i a0 192.0.2.10'],
  ['arp-reply-kernel', 'arp.opcode==2 && arp.src.proto_ipv4==192.0.2.10', 'the kernel, to arping'],
  ['arp-probe-arping', 'arp.opcode==1 && arp.src.proto_ipv4==0.0.0.0 && arp.dst.proto_ipv4==192.0.2.10', 'arping -0 -i a0 192.0.2.10'],
  ['arp-gratuitous-arping', 'arp.src.proto_ipv4==192.0.2.1 && arp.dst.proto_ipv4==192.0.2.1', 'arping -U -i a0 192.0.2.1'],
  ['arp-notify-kernel', 'arp.src.proto_ipv4==192.0.2.10 && arp.dst.proto_ipv4==192.0.2.10', 'the kernel, with arp_notify=1, when the interface came up'],
  ['arp-request-kernel', 'arp.opcode==1 && eth.src==02:00:00:00:00:02 && arp.dst.proto_ipv4==192.0.2.1', 'the kernel, checking its neighbour'],
  ['arp-vlan-arping', 'arp && vlan.id==10 && arp.dst.proto_ipv4==192.0.2.20', 'arping -V 10 -i a0 192.0.2.20'],
  ['arp-vlan-kernel', 'arp && vlan.id==10 && !ieee8021ad && arp.dst.proto_ipv4==10.0.10.2', 'the kernel, through a VLAN device'],
  ['arp-stacked-vlan-kernel', 'arp && ieee8021ad', 'the kernel, through a VLAN device (802.1Q 10) on a VLAN device (802.1ad 100)'],
  ['ns-dad-kernel', 'icmpv6.type==135 && ipv6.src==:: && icmpv6.nd.ns.target_address==2001:db8::10', 'the kernel, when 2001:db8::10 was added'],
  ['ns-ndisc6', 'icmpv6.type==135 && ipv6.src==fe80::ff:fe00:1 && icmpv6.nd.ns.target_address==2001:db8::10', 'ndisc6 2001:db8::10 a0'],
  ['ns-global-source', 'icmpv6.type==135 && ipv6.src==2001:db8::1 && icmpv6.nd.ns.target_address==2001:db8::10', 'ndisc6 -s 2001:db8::1 2001:db8::10 a0, or the kernel before a ping'],
  ['ns-unicast-kernel', 'icmpv6.type==135 && eth.dst[0] != 33 && ipv6.src==fe80::ff:fe00:2', 'the kernel, checking its neighbour (unicast)'],
  ['na-kernel', 'icmpv6.type==136 && icmpv6.nd.na.flag.s==1 && icmpv6.nd.na.target_address==2001:db8::10', 'the kernel, to ndisc6'],
  ['rs-kernel', 'icmpv6.type==133 && eth.src==02:00:00:00:00:01', 'the kernel, when the interface came up'],
  ['rs-rdisc6', 'icmpv6.type==133 && frame.number > 40', 'rdisc6 a0'],
  ['ra-radvd', 'icmpv6.type==134', 'radvd with prefix, MTU, route, DNS servers and search list'],
  ['mld-report-kernel', 'icmpv6.type==143', 'the kernel, joining a solicited-node group (an IPv6 packet with a hop-by-hop header)'],
  ['echo-request', 'icmp.type==8 && ip.dst==192.0.2.10', 'ping 192.0.2.10'],
  ['echo-reply', 'icmp.type==0', 'the kernel, to ping'],
  ['echo-request-v6', 'icmpv6.type==128 && ipv6.dst==2001:db8::10', 'ping 2001:db8::10'],
  ['icmp-host-unreachable', 'icmp.type==3 && icmp.code==1', 'the kernel as a router, from a route of type unreachable'],
  ['icmp-admin-prohibited', 'icmp.type==3 && icmp.code==13', 'the kernel as a router, from a route of type prohibit'],
  ['icmp-host-prohibited', 'icmp.type==3 && icmp.code==10', 'nftables: reject with icmp type host-prohibited'],
  ['icmp-port-unreachable', 'icmp.type==3 && icmp.code==3', 'the kernel, for a datagram to a closed port'],
  ['icmp-fragmentation-needed', 'icmp.type==3 && icmp.code==4', 'the kernel as a router, next link with MTU 1280'],
  ['icmp-time-exceeded', 'icmp.type==11', 'the kernel as a router, for ping -t 1'],
  ['icmpv6-no-route', 'icmpv6.type==1 && icmpv6.code==0', 'the kernel as a router, from a route of type unreachable'],
  ['icmpv6-admin-prohibited-route', 'icmpv6.type==1 && icmpv6.code==1 && !tcp', 'the kernel as a router, from a route of type prohibit'],
  ['icmpv6-admin-prohibited-nft', 'icmpv6.type==1 && icmpv6.code==1 && tcp', 'nftables: reject with icmpv6 type admin-prohibited'],
  ['icmpv6-address-unreachable', 'icmpv6.type==1 && icmpv6.code==3', 'the kernel as a router, when neighbour discovery failed'],
  ['icmpv6-port-unreachable', 'icmpv6.type==1 && icmpv6.code==4', 'the kernel, for a datagram to a closed port'],
  ['icmpv6-packet-too-big', 'icmpv6.type==2', 'the kernel as a router, next link with MTU 1280'],
  ['icmpv6-time-exceeded', 'icmpv6.type==3', 'the kernel as a router, for ping -t 1'],
  ['tcp-syn', 'tcp.flags==0x002 && tcp.dstport==4000 && ip && !icmp', 'the kernel, connect() to a closed port'],
  ['tcp-reset', 'tcp.flags.reset==1 && ip', 'the kernel, refusing that connection'],
  ['tcp-syn-v6', 'tcp.flags==0x002 && tcp.dstport==4000 && ipv6', 'the kernel, connect() to a closed port'],
  ['tcp-syn-md5', 'tcp.options.md5', 'the kernel, connect() with TCP_MD5SIG'],
  ['udp', 'udp.dstport==7946 && ip && !icmp', 'sendto() of 5 bytes'],
  ['stp', 'stp', 'the kernel, a bridge with spanning tree (an 802.3 length frame)'],
]

const tshark = (...args) => execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 26 })

function flatten(value, into) {
  for (const [key, part] of Object.entries(value)) {
    if (fields.includes(key)) for (const item of [part].flat()) (into[key] ??= []).push(String(item))
    if (typeof part === 'object' && part !== null)
      for (const inner of Array.isArray(part) ? part : [part]) if (typeof inner === 'object') flatten(inner, into)
  }
  return into
}

function extract(capture) {
  const versions = ['tshark --version', 'tcpdump --version', 'uname -r'].map((line) => {
    const [command, ...args] = line.split(' ')
    return `${command === 'uname' ? 'Linux ' : ''}${run(command, ...args).split('\n').find((text) => text !== '' && !text.startsWith('Running')) ?? ''}`
  })
  for (const [name, filter, origin] of WANTED) {
    const first = tshark('-r', capture, '-Y', filter, '-T', 'json', '-x', '--no-duplicate-keys')
    const [packet] = JSON.parse(first || '[]')
    if (packet === undefined) {
      console.log(`not seen: ${name}`)
      continue
    }
    const { layers } = packet._source
    writeFileSync(join(here, 'wire', `${name}.hex`), `${layers.frame_raw[0]}\n`)
    writeFileSync(join(here, 'wire', `${name}.json`), `${JSON.stringify(flatten(layers, {}), null, 2)}\n`)
    writeFileSync(
      join(here, 'wire', `${name}.md`),
      `# ${name}\n\n- Sent by: ${origin}\n- Recorded by: test/vectors/record.mjs, on a veth pair\n- Fields by: ${versions.join('; ')}\n`,
    )
  }
}

try {
  build()
  const capture = join(work, 'frames.pcap')
  const listener = spawn('ip', ['netns', 'exec', A, 'tcpdump', '-Z', 'root', '-p', '-U', '-s', '0', '-i', 'a0', '-w', capture], { stdio: 'ignore' })
  started.push(listener)
  await sleep(1000)
  await provoke()
  listener.kill('SIGINT')
  await sleep(500)
  extract(capture)
} finally {
  for (const child of started) child.kill('SIGTERM')
  run('ip', 'netns', 'del', A)
  run('ip', 'netns', 'del', B)
  rmSync(work, { recursive: true })
}
