// `lbctl diagnose arp` against kernels in network namespaces: every situation gets its finding, exit code and text.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadLibc } from '../../src/linux/libc.ts'
import { networkProbes } from '../../src/linux/network-probes.ts'
import { parseIp } from '../../src/net/ip.ts'
import { parseMac } from '../../src/net/mac.ts'
import { decodeArp } from '../../src/wire/arp/arp.ts'
import { arpReplyFrame } from '../../src/wire/arp/frames.ts'
import { decodeEthernet } from '../../src/wire/ethernet/ethernet.ts'
import { lbctl } from '../support/cli.ts'
import { describeInterop, NetLab } from '../support/namespaces.ts'
import { RecordedApi } from '../support/recorded-api.ts'
import { diagnose, diagnoseAsNobody, judged, Segment } from './diagnose-lab.ts'

const ESCAPE = String.fromCharCode(27)

describeInterop('diagnose arp', ['sysctl', 'nft', 'arping', 'setpriv'], () => {
  let lab: NetLab
  let segment: Segment
  let client: string
  let server: string
  let rival: string
  let flux: string
  let router: string

  beforeAll(async () => {
    lab = await NetLab.create()
    segment = new Segment(lab)
    client = segment.host(['192.0.2.1/24'])
    server = segment.host(['192.0.2.2/24', '192.0.2.10/32'])
    rival = segment.host(['192.0.2.3/24', '192.0.2.10/32'])
    flux = segment.host(['192.0.2.20/24'])
    segment.plug(flux, 'eth1')
    lab.ip(flux, 'addr add 192.0.2.21/24 dev eth1')
    router = segment.host(['192.0.2.254/24'])
    const far = lab.namespace()
    lab.connect([router, 'eth1'], [far, 'eth0'])
    lab.ip(router, 'addr add 198.51.100.254/24 dev eth1')
    lab.ip(router, 'route add 192.0.2.77/32 dev eth1')
    lab.run(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    lab.ip(client, 'route add default via 192.0.2.254')
    lab.ip(client, 'route add 203.0.113.0/24 via 192.0.2.253')
    lab.ip(client, 'tuntap add dev wg0 mode tun')
    lab.ip(client, 'addr add 10.9.0.1/24 dev wg0')
    lab.ip(client, 'link set dev wg0 up')
    segment.plug(client, 'quiet0')
    lab.ip(client, 'addr add 10.8.0.1/24 dev quiet0')
    lab.ip(client, 'link set dev quiet0 arp off')
    lab.connect([client, 'spare0'], [far, 'spare1'])
    lab.ip(client, 'link set dev spare0 down')
    for (const rule of [
      'add table inet t',
      'add chain inet t in { type filter hook input priority 0 ; }',
      'add rule inet t in tcp dport 81 reject with icmpx type admin-prohibited',
      'add rule inet t in ip daddr 192.0.2.2 tcp dport 80 reject with icmp type host-prohibited',
      'add rule inet t in tcp dport 82 drop',
    ])
      lab.run(server, 'nft', ...rule.split(' '))
  })
  afterAll(() => {
    segment?.destroy()
    lab?.destroy()
  })

  it('one owner: healthy, with its hardware address', async () => {
    const { stdout, stderr, code } = await diagnose(client, 'arp 192.0.2.2')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(new RegExp(`^ok: 192\\.0\\.2\\.2 answers to ARP on eth0: ${segment.mac(server)} `))
    expect(stdout).toContain(`seen from: host `)
    expect(stdout).toContain('not tested:')
    expect(stdout).not.toContain(ESCAPE)
  })

  it('the kernel answers our probes as it answers arping', async () => {
    const { json } = await judged(diagnose(client, 'arp 192.0.2.2 -o json'))
    const [round] = json.facts.rounds
    expect(round).toMatchObject({ method: 'arp-probe', sender: '0.0.0.0', sent: 3, errors: [] })
    const { output } = await lab.start(client, 'arping', '-c', '1', '-I', 'eth0', '192.0.2.2')
    const theirs = /([0-9a-f]{2}(:[0-9a-f]{2}){5})/i.exec(output)?.[1]?.toLowerCase()
    expect(theirs).toBe(segment.mac(server))
    expect(round?.replies.map(({ mac, kind }) => [mac, kind])).toEqual(Array(3).fill([theirs, 'answer']))
    for (const { rttMicroseconds } of round?.replies ?? []) expect(rttMicroseconds).toBeGreaterThan(0)
  })

  it("changes nobody's tables", async () => {
    for (const host of [client, server]) lab.ip(host, 'neigh flush dev eth0')
    await diagnose(client, 'arp 192.0.2.2')
    expect(lab.ip(server, 'neigh show to 192.0.2.1')).toBe('')
    expect(lab.ip(client, 'neigh show to 192.0.2.2')).toBe('')
  })

  it('nobody answers: F01', async () => {
    const { stdout, code } = await diagnose(client, 'arp 192.0.2.99 --interval 50ms --timeout 100ms')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^error: F01: Nobody answers for 192\.0\.2\.99 on eth0\./)
    expect(stdout).toContain('3 ARP probes from 0.0.0.0 on eth0: no answer')
    expect(stdout).toContain('2 ARP requests from 192.0.2.1 on eth0: no answer')
    expect(stdout).toContain('lbctl explain F01')
  })

  it('two hosts have one address: F11, and F20 when both are nodes', async () => {
    const { code, json, codes } = await judged(diagnose(client, 'arp 192.0.2.10 -o json'))
    expect([code, codes]).toEqual([1, ['F11']])
    const [finding] = json.findings
    for (const host of [server, rival]) expect(finding?.evidence.join('\n')).toContain(segment.mac(host))
    expect(finding?.evidence.join('\n')).toContain('as two hosts do')
    expect(finding?.candidates).toContain('F20')

    const both = `worker-1 ${segment.mac(server)}\nworker-2 192.0.2.3 # by its address\n`
    const nodes = await judged(
      diagnose(client, `arp 192.0.2.10 -o json --nodes ${segment.file('both', both)}`),
    )
    expect([nodes.code, nodes.codes]).toEqual([1, ['F20']])
    expect(nodes.json.findings[0]?.evidence.join('\n')).toContain('node worker-2')

    const one = segment.file('one', `worker-1 ${segment.mac(server)}\n`)
    const stranger = await diagnose(client, `arp 192.0.2.10 --nodes ${one}`)
    expect(stranger.code).toBe(1)
    expect(stranger.stdout).toMatch(/^error: F11: 2 hardware addresses .* a machine that is none/)
  })

  it('the owner is no node: F11; it is one: healthy', async () => {
    const list = {
      kind: 'List',
      items: [
        {
          kind: 'Node',
          metadata: { name: 'worker-2' },
          status: { addresses: [{ type: 'InternalIP', address: '192.0.2.3' }] },
        },
      ],
    }
    const file = segment.file('nodes.json', JSON.stringify(list))
    const stranger = await judged(diagnose(client, `arp 192.0.2.2 -o json --nodes ${file}`))
    expect([stranger.code, stranger.codes]).toEqual([1, ['F11']])
    const node = await diagnose(client, `arp 192.0.2.3 --nodes ${file}`)
    expect(node.code).toBe(0)
    expect(node.stdout).toContain('node worker-2')
  })

  it('nodes of a cluster, which is asked before the namespace is entered', async () => {
    const api = await RecordedApi.start()
    try {
      const addresses = [{ type: 'InternalIP', address: '192.0.2.3' }]
      api.seed({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker-2' }, status: { addresses } })
      const kubeconfig = segment.file('kubeconfig', api.kubeconfig())
      const words = [
        'diagnose',
        'arp',
        '192.0.2.10',
        '--netns',
        client,
        '--kubeconfig',
        kubeconfig,
        '-o',
        'json',
      ]
      const { code, codes, json } = await judged(lbctl(words))
      expect([code, codes]).toEqual([1, ['F11']])
      expect(json.facts.nodes).toEqual([
        { name: 'worker-2', addresses: ['192.0.2.3'], macs: [segment.mac(rival)] },
      ])
    } finally {
      await api.stop()
    }
  })

  it('one host answers with two cards: F19, not a second host', async () => {
    const { code, json, codes } = await judged(diagnose(client, 'arp 192.0.2.20 -o json'))
    expect([code, codes]).toEqual([1, ['F19']])
    expect(json.findings[0]).toMatchObject({ confidence: 'likely' })
    expect(json.findings[0]?.title).toContain('two cards of one host')
    expect(json.findings[0]?.fix[0]?.command).toContain('arp_ignore=1')
  })

  it('behind a gateway: says so, examines the gateway, and cannot determine the rest', async () => {
    const { stdout, code } = await diagnose(client, 'arp 198.51.100.7')
    expect(code).toBe(3)
    expect(stdout).toMatch(/^unknown: The gateway 192\.0\.2\.254 answers/)
    expect(stdout).toContain(
      'F14 198.51.100.7 is not on a link of this host: it is behind the gateway 192.0.2.254.',
    )
    const { json } = await judged(diagnose(client, 'arp 198.51.100.7 -o json'))
    expect(json.facts.examined).toEqual({ address: '192.0.2.254', role: 'gateway' })
    expect(json.facts.rounds.every(({ address }) => address === '192.0.2.254')).toBe(true)
  })

  it('the gateway is silent: F14', async () => {
    const { code, json } = await judged(
      diagnose(client, 'arp 203.0.113.9 -o json --interval 50ms --timeout 100ms'),
    )
    expect([code, json.findings[0]?.code, json.findings[0]?.severity]).toEqual([1, 'F14', 'error'])
    expect(json.summary).toContain('The gateway 192.0.2.253 does not answer')
  })

  it('no route: F14', async () => {
    const { code, stdout } = await diagnose(server, 'arp 203.0.113.9')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^error: F14: This host has no route to 203\.0\.113\.9\./)
    expect(stdout).toContain('ENETUNREACH')
  })

  it('a layer 3 tunnel: F17 for certain, and nothing is sent', async () => {
    const { code, json, codes } = await judged(diagnose(client, 'arp 10.9.0.7 -o json'))
    expect([code, codes, json.facts.rounds]).toEqual([1, ['F17'], []])
    expect(json.findings[0]).toMatchObject({ confidence: 'certain' })
    expect(json.findings[0]?.evidence.join('\n')).toContain('65534')
    const text = await diagnose(client, 'arp 10.9.0.7')
    expect(text.stdout).toMatch(/^error: F17: wg0 is a layer 3 tunnel: there is no ARP on it/)
    expect(text.stdout).toContain('lbctl explain F17')
  })

  it('NOARP: F17; down: F23; a part of a bridge: F19', async () => {
    const quiet = await diagnose(client, 'arp 10.8.0.7')
    expect(quiet.code).toBe(1)
    expect(quiet.stdout).toMatch(/^error: F17: ARP is switched off on quiet0/)
    expect(quiet.stdout).toContain('ip link set dev quiet0 arp on')
    const down = await judged(diagnose(client, 'arp 192.0.2.2 --interface spare0 -o json'))
    expect([down.code, down.codes]).toEqual([1, expect.arrayContaining(['F23'])])
    expect(down.json.summary).toBe('spare0 is down.')
    const part = await judged(diagnose(segment.bridge, 'arp 192.0.2.2 --interface port1 -o json'))
    expect([part.code, part.codes[0]]).toEqual([1, 'F19'])
    expect(part.json.summary).toContain('port1 is a part of the bridge br0')
    expect(part.json.findings[0]?.fix[0]?.command).toBe('lbctl diagnose arp 192.0.2.2 --interface br0')
    expect(part.json.facts.rounds).toEqual([])
  })

  it('an own address: F35, not determined', async () => {
    const { code, codes, json } = await judged(diagnose(client, 'arp 192.0.2.1 -o json'))
    expect([code, codes, json.facts.rounds]).toEqual([3, ['F35'], []])
    expect(json.summary).toContain('which cannot ask itself')
  })

  it('addresses that nobody can be asked for: broadcast, loopback', async () => {
    const broadcast = await judged(diagnose(client, 'arp 192.0.2.255 -o json'))
    expect([broadcast.code, broadcast.codes, broadcast.json.facts.rounds]).toEqual([1, ['F12'], []])
    const loopback = await judged(diagnose(client, 'arp 127.0.0.2 -o json'))
    expect([loopback.code, loopback.codes]).toEqual([3, ['F35']])
    const device = await diagnose(client, 'arp 192.0.2.2 --interface lo')
    expect([device.code, /^unknown: Nothing was sent/.test(device.stdout)]).toEqual([3, true])
  })

  it('proxy ARP: F14, a proxy answers', async () => {
    lab.run(router, 'sysctl', '-qw', 'net.ipv4.conf.eth0.proxy_arp=1', 'net.ipv4.neigh.eth0.proxy_delay=0')
    try {
      const { code, codes, json } = await judged(
        diagnose(client, 'arp 192.0.2.77 -o json --interval 50ms --timeout 300ms'),
      )
      expect([code, codes]).toEqual([1, ['F14']])
      expect(json.summary).toContain(`A proxy answers for 192.0.2.77: ${segment.mac(router)}`)
    } finally {
      lab.run(router, 'sysctl', '-qw', 'net.ipv4.conf.eth0.proxy_arp=0')
    }
  })

  it('"No route to host" from a firewall: F34, told apart from a dead host', async () => {
    const rejected = await judged(diagnose(client, 'arp 192.0.2.2 --port 80 -o json'))
    expect([rejected.code, rejected.codes]).toEqual([1, ['F34']])
    expect(rejected.json.summary).toBe(
      'A firewall rejects 192.0.2.2 port 80: host prohibited from 192.0.2.2.',
    )
    expect(rejected.json.facts.reach).toMatchObject({
      code: 'EHOSTUNREACH',
      icmp: { type: 3, code: 10, sender: '192.0.2.2', fromOurselves: false },
    })
    const dead = await judged(
      diagnose(client, 'arp 192.0.2.98 --port 80 -o json --interval 50ms --timeout 100ms'),
    )
    expect([dead.code, dead.codes]).toEqual([1, ['F01']])
    expect(dead.json.facts.reach).toMatchObject({ code: 'EHOSTUNREACH', icmp: { fromOurselves: true } })
    expect(dead.json.checks.find(({ id }) => id === 'port')?.text).toContain('nobody answers')
  })

  it('a port: prohibited, refused, swallowed and open', async () => {
    const prohibited = await judged(diagnose(client, 'arp 192.0.2.2 --port 81 -o json'))
    expect([prohibited.code, prohibited.codes]).toEqual([1, ['F34']])
    const refused = await judged(diagnose(client, 'arp 192.0.2.2 --port 83 -o json'))
    expect([refused.code, refused.codes]).toEqual([1, ['F08']])
    const swallowed = await judged(diagnose(client, 'arp 192.0.2.2 --port 82 -o json'))
    expect([swallowed.code, swallowed.codes]).toEqual([1, ['F28']])
  })

  it('an old entry of the kernel: F21', async () => {
    lab.ip(client, 'neigh replace 192.0.2.3 lladdr 02:00:00:00:00:99 nud permanent dev eth0')
    try {
      const { code, codes, json } = await judged(diagnose(client, 'arp 192.0.2.3 -o json'))
      expect([code, codes]).toEqual([1, ['F21']])
      expect(json.findings[0]).toMatchObject({ confidence: 'certain' })
      expect(json.findings[0]?.fix[0]?.command).toBe('ip neigh del 192.0.2.3 dev eth0')
    } finally {
      lab.ip(client, 'neigh del 192.0.2.3 dev eth0')
    }
  })

  it('a VLAN: the probes are tagged, and only tagged answers count', async () => {
    const libc = await loadLibc()
    const address = parseIp('192.0.2.2')!
    const mac = parseMac('02:00:00:00:00:10')!
    const tags = [{ protocolId: 0x8100, priority: 0, dropEligible: false, vlanId: 10 }]
    const seen: number[][] = []
    // This kernel may lack VLAN devices, so that the owner on the VLAN is a program.
    const socket = await lab.inside(rival, () =>
      networkProbes(libc).openFrames({
        interfaceName: 'eth0',
        selection: { arp: true, addresses: [address] },
        onFrame: ({ bytes }) => {
          const frame = decodeEthernet(bytes)
          if (!frame.ok) return
          const arp = decodeArp(frame.value.payload)
          if (!arp.ok || arp.value.operation !== 1) return
          seen.push(frame.value.tags.map(({ vlanId }) => vlanId))
          const asker = { mac: arp.value.senderMac, ip: arp.value.senderIp }
          socket.send(arpReplyFrame({ mac, ip: address }, asker, { tags }))
        },
      }),
    )
    try {
      const { code, json } = await judged(
        diagnose(client, 'arp 192.0.2.2 --interface eth0 --vlan 10 -o json'),
      )
      expect(code).toBe(0)
      expect(seen).toEqual([[10], [10], [10]])
      expect(json.facts.rounds.flatMap(({ replies }) => replies.map((reply) => reply.mac))).toEqual(
        Array(3).fill(mac),
      )
    } finally {
      await socket.close()
    }
  })

  it('--unicast, --source and several interfaces', async () => {
    const alone = await judged(diagnose(client, `arp 192.0.2.10 --unicast ${segment.mac(rival)} -o json`))
    expect(alone.code).toBe(0)
    expect(alone.json.summary).toContain(segment.mac(rival))
    const asked = await judged(diagnose(client, 'arp 192.0.2.2 --source 192.0.2.1 --count 1 -o json'))
    expect(asked.json.facts.rounds).toMatchObject([{ method: 'arp-request', sender: '192.0.2.1', sent: 1 }])
    const foreign = await diagnose(client, 'arp 192.0.2.2 --source 192.0.2.3')
    expect(foreign.code).toBe(2)
    expect(foreign.stderr).toContain('192.0.2.3 is not an address of this host')
    const all = await judged(diagnose(client, 'arp 192.0.2.2 --interface eth0 --interface wg0 -o json'))
    expect([all.code, all.codes]).toEqual([1, ['F17']])
    expect(all.json.findings[0]?.severity).toBe('warning')
  })

  it('without any right: the kernel asks, and what could not be seen is said', async () => {
    const found = await diagnoseAsNobody(client, 'arp 192.0.2.3')
    expect([found.code, found.stderr]).toEqual([0, ''])
    expect(found.stdout).toMatch(
      new RegExp(`^ok: 192\\.0\\.2\\.3 answers the kernel on eth0: ${segment.mac(rival)}`),
    )
    expect(found.stdout).toContain('CAP_NET_RAW')
    const silent = await judged(diagnoseAsNobody(client, 'arp 192.0.2.97 -o json'))
    expect([silent.code, silent.codes]).toEqual([1, ['F01']])
    expect(silent.json.facts).toMatchObject({ rawFrames: false, kernelResolution: { state: 'failed' } })
    const tunnel = await diagnoseAsNobody(client, 'arp 10.9.0.7')
    expect(tunnel.code).toBe(1)
    expect(tunnel.stdout).toMatch(/^error: F17/)
    const watch = await diagnoseAsNobody(client, 'arp 192.0.2.3 --watch')
    expect(watch.code).toBe(3)
    expect(watch.stderr).toContain('CAP_NET_RAW')
  })

  it('--facts judges again what -o json wrote, on another host and without sending', async () => {
    const { stdout, code } = await diagnose(client, 'arp 192.0.2.20 -o json')
    const file = segment.file('facts.json', stdout)
    const again = await diagnose(rival, `arp --facts ${file} -o json`)
    expect([again.code, again.stdout]).toEqual([code, stdout])
    const broken = segment.file('broken.json', stdout.replace('"rounds": [', '"rounds": [7,'))
    const refused = await diagnose(rival, `arp --facts ${broken}`)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('rounds[0] is not an object')
  })

  it('--explain-plan shows the frames and sends none', async () => {
    const seen: string[] = []
    const libc = await loadLibc()
    const socket = await lab.inside(rival, () =>
      networkProbes(libc).openFrames({
        interfaceName: 'eth0',
        selection: { arp: true, addresses: [parseIp('192.0.2.96')!] },
        onFrame: ({ atNs }) => seen.push(String(atNs)),
      }),
    )
    const { stdout, code } = await diagnose(client, 'arp 192.0.2.96 --explain-plan')
    await diagnose(client, 'arp 192.0.2.96 --count 1 --timeout 50ms')
    await socket.close()
    expect(code).toBe(0)
    expect(stdout).toContain('nothing has been sent')
    expect(stdout).toContain('ARP probe who-has 192.0.2.96')
    // The listener works: it saw the two frames of the second run, and none of the first.
    expect(seen.length).toBe(2)
  })

  it('--watch: a line per owner, and the silence of a failover', async () => {
    const { stdout, code } = await diagnose(client, 'arp 192.0.2.50 --watch --interval 5ms', {
      whileRunning: async (pid) => {
        const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
        await pause(700)
        lab.ip(server, 'addr add 192.0.2.50/32 dev eth0')
        await pause(300)
        lab.ip(server, 'addr del 192.0.2.50/32 dev eth0')
        await pause(200)
        lab.ip(rival, 'addr add 192.0.2.50/32 dev eth0')
        await pause(300)
        lab.ip(rival, 'addr del 192.0.2.50/32 dev eth0')
        process.kill(pid, 'SIGINT')
      },
    })
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`192\\.0\\.2\\.50 is at ${segment.mac(server)}`))
    const moved = new RegExp(
      `moved to ${segment.mac(rival)}.* from ${segment.mac(server)}, after (\\d+) ms`,
    ).exec(stdout)
    expect(Number(moved?.[1])).toBeGreaterThanOrEqual(190)
    expect(stdout).toMatch(/round trip min\/avg\/p95\/max: [\d.]+\/[\d.]+\/[\d.]+\/[\d.]+ ms/)
    expect(stdout).toMatch(/longest silence: \d+ ms/)
  })

  it('shows each step as it happens, on stderr', async () => {
    const { stderr, code } = await diagnose(client, 'arp 192.0.2.2 --verbose')
    expect(code).toBe(0)
    const steps = stderr
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0])
    expect(steps).toEqual(['route', 'interface', 'neighbour', 'probe', 'reply', 'reply', 'reply'])
    expect(stderr).toContain('ARP probe who-has 192.0.2.2')
  })

  it('in colour, signs take the place of words', async () => {
    const { stdout } = await diagnose(client, 'arp 10.9.0.7', { env: { FORCE_COLOR: '1' } })
    expect(stdout).toContain(ESCAPE)
    expect(stdout).toMatch(/×/)
    expect(stdout).not.toContain('error:')
  })

  it('in another namespace by name and by process', async () => {
    const sleeper = lab.background(client, 'sleep', '60')
    for (const netns of [client, String(sleeper.pid)]) {
      const { stdout, code } = await lbctl(['diagnose', 'arp', '192.0.2.2', '--netns', netns])
      expect([code, stdout.includes(segment.mac(server))]).toEqual([0, true])
      expect(stdout).toContain(`network namespace ${netns}`)
    }
    const { code } = await lbctl(['diagnose', 'arp', '192.0.2.2', '--netns', 'lb-no-such'])
    expect(code).toBe(2)
  })

  it('words that mean nothing', async () => {
    for (const [words, said] of [
      ['arp default/web', 'kubectl get service -n default web'],
      ['arp 2001:db8::1', 'lbctl diagnose ndp 2001:db8::1'],
      ['arp 224.0.0.1', 'not the address of one host'],
      ['arp 192.0.2.2 --interface nope0', 'no interface "nope0"'],
      ['arp 192.0.2.2 --interval 3', '--interval takes a time'],
      ['arp', 'There is no address'],
    ] as const) {
      const { stderr, code } = await diagnose(client, words)
      expect([words, code]).toEqual([words, 2])
      expect(stderr).toContain(said)
    }
  })
})
