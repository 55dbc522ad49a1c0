// bird and gobgpd, talking to each other in two network namespaces over several sessions at once, and tcpdump that listens.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BgpContext, PLAIN_CONTEXT } from '../../../src/wire/bgp/context.ts'
import { eventually, type NetLab } from '../../support/namespaces.ts'

export const PROGRAMS = ['bird', 'birdc', 'gobgpd', 'gobgp', 'tcpdump', 'tshark', 'ethtool']

/** By the address of bird: what the session of that address agreed on. */
export const CONTEXTS: Readonly<Record<string, BgpContext>> = {
  '192.0.2.1': { ...PLAIN_CONTEXT, asn4: true, addPath: [4], extendedNextHop: true, peer: 'external' },
  '192.0.2.2': { ...PLAIN_CONTEXT, peer: 'external' },
  '192.0.2.3': PLAIN_CONTEXT,
  '192.0.2.4': { ...PLAIN_CONTEXT, asn4: true, peer: 'external' },
  '2001:db8::5': { ...PLAIN_CONTEXT, asn4: true, extendedNextHop: true, peer: 'internal' },
}

const GOBGP_AS = 4_200_000_001
const LAST_WORDS = 'maintenance'

const bird = (work: string) => `
log "${work}/bird.log" all;
router id 192.0.2.1;
protocol device { }
protocol static s4 { ipv4;
  route 198.51.100.0/24 blackhole {
    bgp_community.add((64512, 7)); bgp_community.add((65535, 65281)); bgp_large_community.add((64512, 1, 2));
    bgp_ext_community.add((rt, 64512, 9)); bgp_med = 50; bgp_local_pref = 200;
  };
  route 203.0.113.0/25 blackhole {
    bgp_origin = ORIGIN_INCOMPLETE; bgp_path.prepend(4200000000); bgp_path.prepend(64600);
  };
  route 0.0.0.0/0 blackhole;
}
protocol static s6 { ipv6;
  route 2001:db8:1::/48 blackhole;
  route 2001:db8:2::/64 blackhole { bgp_community.add((64512, 8)); };
}
# Everything that bird can offer.
protocol bgp rich {
  local 192.0.2.1 as 64512; neighbor 192.0.2.10 as ${GOBGP_AS};
  hold time 90; local role peer; advertise hostname on; enable extended messages on;
  graceful restart on; graceful restart time 120; long lived graceful restart on; long lived stale time 3600;
  ipv4 { import all; export where source = RTS_STATIC; add paths on; extended next hop on; };
  ipv6 { import all; export where source = RTS_STATIC; };
}
# A speaker of 2-byte AS numbers.
protocol bgp old {
  local 192.0.2.2 as 64513; neighbor 192.0.2.12 external;
  enable as4 off; enable route refresh off; graceful restart off;
  ipv4 { import all; export where source = RTS_STATIC; };
}
# It expects another AS.
protocol bgp wrong {
  local 192.0.2.3 as 64514; neighbor 192.0.2.13 as 64999; ipv4 { import all; export none; };
}
# It takes one route.
protocol bgp limited {
  local 192.0.2.4 as 64515; neighbor 192.0.2.14 as ${GOBGP_AS};
  ipv4 { import all; import limit 1 action disable; export none; };
}
# The same AS, over IPv6.
protocol bgp inner {
  local 2001:db8::5 as ${GOBGP_AS}; neighbor 2001:db8::10 as ${GOBGP_AS};
  ipv4 { import all; export where source = RTS_STATIC; extended next hop on; };
  ipv6 { import all; export where source = RTS_STATIC; };
}
`

const family = (name: string, more = '') => `
[[neighbors.afi-safis]]
  [neighbors.afi-safis.config]
    afi-safi-name = "${name}"
${more}`

const neighbour = (address: string, asn: number, more: string) => `
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${address}"
    peer-as = ${asn}
  [neighbors.transport.config]
    passive-mode = true
${more}`

const graceful = `
  [neighbors.graceful-restart.config]
    enabled = true
    restart-time = 100
    notification-enabled = true
    long-lived-enabled = true
`
const gracefulFamily = `
  [neighbors.afi-safis.mp-graceful-restart.config]
    enabled = true
  [neighbors.afi-safis.long-lived-graceful-restart.config]
    enabled = true
    restart-time = 3600
  [neighbors.afi-safis.add-paths.config]
    receive = true
    send-max = 4
`

const gobgpd = `
[global.config]
  as = ${GOBGP_AS}
  router-id = "192.0.2.10"
${neighbour('192.0.2.1', 64512, graceful + family('ipv4-unicast', gracefulFamily) + family('ipv6-unicast'))}
${neighbour('192.0.2.2', 64513, family('ipv4-unicast'))}
${neighbour('192.0.2.3', 64514, family('ipv4-unicast'))}
${neighbour('192.0.2.4', 64515, family('ipv4-unicast'))}
${neighbour('2001:db8::5', GOBGP_AS, family('ipv4-unicast') + family('ipv6-unicast'))}
`

/** Lets them say everything that we want to hear. Gives the capture file (classic pcap). */
export async function recordConversation(lab: NetLab): Promise<Uint8Array> {
  const work = mkdtempSync(join(tmpdir(), 'lbctl-bgp-'))
  try {
    const [a, b] = cable(lab)
    writeFileSync(join(work, 'bird.conf'), bird(work))
    writeFileSync(join(work, 'gobgpd.toml'), gobgpd)
    const file = join(work, 'frames.pcap')
    const sniffer = lab.background(
      a,
      'tcpdump',
      '-Z',
      'root',
      '-U',
      '--immediate-mode',
      '-s',
      '2048',
      '-i',
      'a0',
      '-w',
      file,
      'tcp port 179',
    )
    await eventually('tcpdump listens', () => sizeOf(file) >= 24 || undefined)
    lab.background(b, 'gobgpd', '-f', join(work, 'gobgpd.toml'), '-p', '--pprof-disable').stdout?.resume()
    await eventually(
      'gobgpd answers',
      async () => (await lab.start(b, 'gobgp', 'global')).code === 0 || undefined,
    )
    const control = join(work, 'bird.ctl')
    lab.run(a, 'bird', '-p', '-c', join(work, 'bird.conf'))
    lab.background(
      a,
      'bird',
      '-f',
      '-c',
      join(work, 'bird.conf'),
      '-s',
      control,
      '-P',
      join(work, 'bird.pid'),
    )
    await converse(lab, b, (...words) => lab.start(a, 'birdc', '-s', control, ...words))
    await eventually(
      'the last words are captured',
      () => readFileSync(file).includes(LAST_WORDS) || undefined,
    )
    sniffer.kill('SIGINT')
    await eventually('tcpdump ends', () => sniffer.exitCode !== null || undefined)
    return readFileSync(file)
  } finally {
    rmSync(work, { recursive: true })
  }
}

function sizeOf(file: string): number {
  try {
    return readFileSync(file).length
  } catch {
    return 0 // not there yet
  }
}

function cable(lab: NetLab): [string, string] {
  const ends = [lab.namespace(), lab.namespace()] as const
  lab.connect([ends[0], 'a0'], [ends[1], 'b0'])
  for (const [i, device] of ['a0', 'b0'].entries()) {
    const end = ends[i] as string
    // Frames as they are on a wire: whole checksums, no joined segments.
    lab.run(end, 'ethtool', '-K', device, 'tx', 'off', 'tso', 'off', 'gso', 'off', 'gro', 'off')
    const addresses =
      i === 0
        ? ['192.0.2.1/24', '192.0.2.2/24', '192.0.2.3/24', '192.0.2.4/24', '2001:db8::5/64']
        : // bird holds one session to an address.
          ['192.0.2.10/24', '192.0.2.12/24', '192.0.2.13/24', '192.0.2.14/24', '2001:db8::10/64']
    for (const address of addresses) lab.ip(end, `addr add ${address} dev ${device}`)
  }
  return [...ends]
}

async function converse(
  lab: NetLab,
  b: string,
  birdc: (...words: string[]) => Promise<{ output: string }>,
): Promise<void> {
  const gobgp = async (line: string): Promise<void> => {
    const { code, output } = await lab.start(b, 'gobgp', ...line.split(' '))
    if (code !== 0) throw new Error(`gobgp ${line}: ${output}`)
  }
  const shows = (words: string[], pattern: RegExp) =>
    eventually(
      `${pattern} in ${words.join(' ')}`,
      async () => pattern.test((await birdc(...words)).output) || undefined,
      30_000,
    )
  for (const session of ['rich', 'old', 'inner', 'limited'])
    await shows(['show', 'protocols', session], /Established/)
  await shows(['show', 'protocols', 'all', 'wrong'], /Bad peer AS/i)
  await gobgp(
    'global rib add 10.1.0.0/16 community 64999:1 large-community 64999:2:3 med 7 origin egp aspath 65010,65011 ' +
      'aggregator 4200000002:192.0.2.99',
  )
  await gobgp('global rib -a ipv6 add 2001:db8:9::/48 nexthop 2001:db8::10')
  await shows(['show', 'route', '10.1.0.0/16', 'protocol', 'old'], /10\.1\.0\.0/)
  await shows(['show', 'route', '2001:db8:9::/48'], /2001:db8:9::/)
  await gobgp('global rib add 10.2.0.0/16')
  await shows(['show', 'protocols', 'limited'], /down|limit/i)
  // What bird announces has to be on the wire before it is taken back.
  for (const [neighbour, family, prefix] of [
    ['2001:db8::5', 'ipv6', '2001:db8:1::/48'],
    ['192.0.2.1', 'ipv4', '198.51.100.0/24'],
  ] as const)
    await eventually(`gobgpd has ${prefix} of ${neighbour}`, async () => {
      const { output } = await lab.start(b, 'gobgp', 'neighbor', neighbour, 'adj-in', '-a', family)
      return output.includes(prefix) || undefined
    })
  await birdc('reload', 'in', 'rich')
  await birdc('disable', 's4')
  await birdc('disable', 's6')
  await gobgp('global rib del 10.1.0.0/16 aspath 65010,65011')
  await gobgp('global rib del 10.2.0.0/16')
  await shows(['show', 'route', 'count'], /^0 of 0 routes for 0 networks in table master4/m)
  await birdc('disable', 'old', '"rack 7 loses power"')
  await gobgp(`neighbor 192.0.2.1 shutdown --reason ${LAST_WORDS}`)
  await shows(['show', 'protocols', 'all', 'rich'], /Administrative shutdown/i)
}
