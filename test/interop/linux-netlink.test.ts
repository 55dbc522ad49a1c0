// The kernel's tables as lbctl reads them are those that `ip -j` prints.
import { createServer, connect as tcpConnect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { NetworkChange, NetworkTables } from '../../src/diagnose/ports/tables.ts'
import { type Libc, loadLibc } from '../../src/linux/libc.ts'
import { watchNetwork } from '../../src/linux/netlink/monitor.ts'
import { networkTables } from '../../src/linux/netlink/network-tables.ts'
import { formatIp, type Ip, parseIp } from '../../src/net/ip.ts'
import { formatPrefix, type Prefix } from '../../src/net/prefix.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'

const at = (text: string): Ip => parseIp(text)!

describeInterop('netlink', ['sysctl'], () => {
  let lab: NetLab
  let libc: Libc
  let tables: NetworkTables
  let here: string
  let there: string
  const inside = <T>(work: (tables: NetworkTables) => Promise<T>): Promise<T> =>
    lab.inside(here, () => work(tables))

  beforeAll(async () => {
    lab = await NetLab.create()
    libc = await loadLibc()
    tables = networkTables(libc)
    here = lab.namespace()
    there = lab.namespace()
    lab.connect([here, 'eth0'], [there, 'peer0'])
    lab.connect([here, 'eth1'], [there, 'peer1'])
    for (const line of [
      'tuntap add dev tun0 mode tun',
      'tuntap add dev tap0 mode tap',
      'link add vx0 type vxlan id 7 dev eth0 dstport 4789',
      'link add mv0 link eth0 type macvlan mode bridge',
      'link set mv0 mtu 1300',
      'link set tun0 up',
      'link add br0 type bridge',
      'link set eth1 master br0',
      'link set br0 up',
      'link set eth0 arp off',
      'link set eth0 promisc on',
      'addr add 192.0.2.1/24 dev eth0',
      'addr add 192.0.2.2/24 dev eth0',
      'addr add 10.9.0.1 peer 10.9.0.2/32 dev tun0',
      'addr add 2001:db8::1/64 dev eth0',
      'addr add 2001:db8::2/64 dev eth0 preferred_lft 0',
      'route add 203.0.113.0/24 via 192.0.2.254 dev eth0 metric 77 mtu 1400 proto bird',
      'route add 198.51.100.0/24 nexthop via 192.0.2.253 weight 3 nexthop via 192.0.2.254 weight 1',
      'route add 10.1.0.0/16 dev eth0 scope link src 192.0.2.2 table 1000',
      'route add 10.2.0.0/16 via inet6 2001:db8::9 dev eth0',
      'route add unreachable 10.3.0.0/16',
      'route add prohibit 10.4.0.0/16',
      'route add blackhole 10.5.0.0/16',
      '-6 route add 2001:db8:1::/48 via 2001:db8::9 dev eth0',
      '-6 route add unreachable 2001:db8:3::/48',
      '-6 route add prohibit 2001:db8:4::/48',
      '-6 route add default via fe80::9 dev eth0 onlink',
      'rule add from 192.0.2.2 lookup 1000 pref 100',
      'rule add not from 10.0.0.0/8 to 203.0.113.9 fwmark 0x10/0xff iif eth0 oif br0 lookup 2000 pref 110',
      'rule add prohibit to 10.77.0.0/16 pref 120',
      'rule add lookup main suppress_prefixlength 0 pref 130',
      '-6 rule add from 2001:db8::2 unreachable pref 140',
      'neigh add 192.0.2.50 lladdr 02:00:00:00:00:50 nud permanent dev eth0',
      'neigh add 192.0.2.51 lladdr 02:00:00:00:00:51 nud stale dev eth0',
      'neigh add 192.0.2.52 nud failed dev eth0',
      'neigh add 2001:db8::50 lladdr 02:00:00:00:00:52 nud reachable router dev eth0',
      'neigh add proxy 192.0.2.60 dev eth0',
    ])
      lab.ip(here, line)
  })
  afterAll(() => lab?.destroy())

  interface IpLink {
    ifindex: number
    ifname: string
    flags: string[]
    mtu: number
    master?: string
    operstate: string
    address?: string
    link_type: string
    linkinfo?: { info_kind?: string; info_slave_kind?: string }
  }

  it('links', async () => {
    const mine = await inside((t) => t.links())
    const theirs = lab.ipJson<IpLink[]>(here, 'link show')
    expect(mine.map((link) => link.name).sort()).toEqual(theirs.map((link) => link.ifname).sort())
    expect(mine.length).toBeGreaterThan(7)
    const nameOf = (index: number | undefined) => mine.find((link) => link.index === index)?.name
    const sysfs = (name: string, file: string) =>
      lab.run(here, 'cat', `/sys/class/net/${name}/${file}`).trim()
    const types: Record<string, number> = { ether: 1, loopback: 772, none: 65534 }
    for (const link of mine) {
      const other = theirs.find((each) => each.ifname === link.name)!
      expect(link.index).toBe(other.ifindex)
      expect(link.kind).toBe(other.linkinfo?.info_kind)
      expect(link.slaveKind).toBe(other.linkinfo?.info_slave_kind)
      expect(link.mtu).toBe(other.mtu)
      expect(nameOf(link.masterIndex)).toBe(other.master)
      expect(link.operState).toBe(other.operstate.toLowerCase())
      expect(link.hardwareType).toBe(types[other.link_type] ?? link.hardwareType)
      if (link.hardwareType === 1) expect(link.mac).toBe(other.address)
      const flags: [boolean, string][] = [
        [link.flags.up, 'UP'],
        [link.flags.broadcast, 'BROADCAST'],
        [link.flags.noArp, 'NOARP'],
        [link.flags.pointToPoint, 'POINTOPOINT'],
        [link.flags.promiscuous, 'PROMISC'],
        [link.flags.multicast, 'MULTICAST'],
        [link.flags.loopback, 'LOOPBACK'],
      ]
      for (const [mineSays, flag] of flags)
        expect([link.name, flag, mineSays]).toEqual([link.name, flag, other.flags.includes(flag)])
      // The file cannot be read while the interface is down.
      if (link.flags.up)
        expect([link.name, link.carrier]).toEqual([link.name, sysfs(link.name, 'carrier') === '1'])
    }
    const of = (name: string) => mine.find((link) => link.name === name)!
    expect(of('tun0')).toMatchObject({ hardwareType: 65534, mac: undefined, kind: 'tun' })
    expect(of('br0').bridge).toEqual({ vlanFiltering: false })
    expect(of('mv0').parentIndex).toBe(of('eth0').index)
    expect(of('eth1').slaveKind).toBe('bridge')
  })

  it('addresses', async () => {
    interface IpAddress {
      ifindex: number
      addr_info: {
        local: string
        prefixlen: number
        scope: string
        address?: string
        secondary?: boolean
        deprecated?: boolean
        tentative?: boolean
      }[]
    }
    const theirs = lab
      .ipJson<IpAddress[]>(here, 'addr show')
      .flatMap(({ ifindex, addr_info }) => addr_info.map((info) => ({ ifindex, ...info })))
    const mine = await inside((t) => t.addresses())
    const key = (index: number, address: string, length: number) => `${index} ${address}/${length}`
    const theirsByKey = new Map(theirs.map((a) => [key(a.ifindex, a.local, a.prefixlen), a]))
    expect(mine.map((a) => key(a.interfaceIndex, formatIp(a.address), a.prefixLength)).sort()).toEqual(
      [...theirsByKey.keys()].sort(),
    )
    for (const address of mine) {
      const other = theirsByKey.get(
        key(address.interfaceIndex, formatIp(address.address), address.prefixLength),
      )!
      expect(address.scope).toBe(other.scope)
      expect(address.peer === undefined ? undefined : formatIp(address.peer)).toBe(other.address)
      expect(address.secondary).toBe(other.secondary ?? false)
      expect(address.deprecated).toBe(other.deprecated ?? false)
      expect(address.tentative).toBe(other.tentative ?? false)
    }
    expect(mine.filter((a) => a.secondary)).toHaveLength(1)
    expect(mine.filter((a) => a.deprecated)).toHaveLength(1)
  })

  it('an address that somebody else has', async () => {
    const [a, b] = [lab.namespace({ duplicateDetection: true }), lab.namespace()]
    lab.connect([a, 'a0'], [b, 'b0'])
    lab.ip(b, 'addr add 2001:db8:9::1/64 dev b0')
    lab.ip(a, 'addr add 2001:db8:9::1/64 dev a0')
    const address = await eventually('the duplicate is found', async () =>
      (await lab.inside(a, () => tables.addresses())).find((each) => each.dadFailed),
    )
    expect(formatIp(address.address)).toBe('2001:db8:9::1')
    expect(address.tentative).toBe(true)
  })

  it('neighbours', async () => {
    const mine = await inside((t) => t.neighbours())
    const theirs = lab.ipJson<
      { dst: string; dev: string; lladdr?: string; state: string[]; router?: null }[]
    >(here, 'neigh show nud all')
    const seen = mine
      .filter((n) => !n.proxy)
      .map((n) => `${formatIp(n.address)} ${n.mac ?? '-'} ${n.state.toUpperCase()} ${n.router}`)
    expect(seen.sort()).toEqual(
      theirs.map((n) => `${n.dst} ${n.lladdr ?? '-'} ${n.state[0]} ${'router' in n}`).sort(),
    )
    expect(new Set(mine.map((n) => n.state))).toEqual(
      new Set(['permanent', 'stale', 'failed', 'reachable', 'noarp', 'none']),
    )
    expect(mine.filter((n) => n.proxy).map((n) => formatIp(n.address))).toEqual(['192.0.2.60'])
  })

  it('routes', async () => {
    interface IpRoute {
      type: string
      dst: string
      gateway?: string
      via?: { host: string }
      dev?: string
      table?: string
      protocol: string
      scope?: string
      prefsrc?: string
      metric?: number
      flags: string[]
      metrics?: { mtu: number }[]
      nexthops?: { gateway: string; dev: string; weight: number }[]
    }
    const [mine, links] = await inside((t) => Promise.all([t.routes(), t.links()]))
    const nameOf = (index: number | undefined) => links.find((link) => link.index === index)?.name ?? '-'
    const tableNames: Record<string, number> = { main: 254, local: 255, default: 253 }
    const text = (
      type: string,
      dst: string,
      table: number,
      protocol: string,
      metric: number,
      src: string,
      mtu: number,
      hops: string[],
    ) => [type, dst, table, protocol, metric, src, mtu, ...hops].join(' ')
    const prefix = (p: Prefix): string =>
      p.length === 0 ? 'default' : formatPrefix(p).replace(p.family === 4 ? /\/32$/ : /\/128$/, '')
    const seen = mine.map((r) =>
      text(
        r.type,
        prefix(r.destination),
        r.table,
        r.protocol,
        r.metric,
        r.source === undefined ? '-' : formatIp(r.source),
        r.mtu ?? 0,
        r.nextHops.map(
          (h) =>
            `${h.gateway === undefined ? '-' : formatIp(h.gateway)}@${nameOf(h.interfaceIndex)}*${h.weight}`,
        ),
      ),
    )
    const none = ['blackhole', 'unreachable', 'prohibit']
    const expected = (['-4', '-6'] as const).flatMap((family) =>
      lab
        .ipJson<IpRoute[]>(here, `${family} route show table all`)
        .map((r) =>
          text(
            r.type ?? 'unicast',
            r.dst,
            tableNames[r.table ?? 'main'] ?? Number(r.table),
            r.protocol,
            r.metric ?? 0,
            r.prefsrc ?? '-',
            r.metrics?.[0]?.mtu ?? 0,
            none.includes(r.type)
              ? []
              : (r.nexthops?.map((h) => `${h.gateway}@${h.dev}*${h.weight}`) ?? [
                  `${r.gateway ?? r.via?.host ?? '-'}@${r.dev}*1`,
                ]),
          ),
        ),
    )
    expect(seen.sort()).toEqual(expected.sort())
    expect(seen.length).toBeGreaterThan(20)
    expect(mine.flatMap((r) => r.nextHops).filter((h) => h.onLink)).toHaveLength(1)
  })

  it('rules', async () => {
    const mine = await inside((t) => t.rules())
    const by = (priority: number) => mine.find((rule) => rule.priority === priority)!
    expect(mine.filter((r) => r.family === 4).map((r) => r.priority)).toEqual([
      0, 100, 110, 120, 130, 32766, 32767,
    ])
    expect(mine.filter((r) => r.family === 6).map((r) => r.priority)).toEqual([0, 140, 32766])
    expect(by(100)).toMatchObject({ action: 'table', table: 1000, not: false })
    expect(formatPrefix(by(100).from!)).toBe('192.0.2.2/32')
    expect(by(110)).toMatchObject({
      not: true,
      inputInterface: 'eth0',
      outputInterface: 'br0',
      table: 2000,
      mark: { value: 0x10, mask: 0xff },
    })
    expect([formatPrefix(by(110).from!), formatPrefix(by(110).to!)]).toEqual(['10.0.0.0/8', '203.0.113.9/32'])
    expect(by(120).action).toBe('prohibit')
    expect(by(130).suppressPrefixLength).toBe(0)
    expect(by(140)).toMatchObject({ action: 'unreachable', family: 6 })
  })

  it('the way to an address, and why there is none', async () => {
    const [mine, links] = await inside((t) =>
      Promise.all([
        Promise.all(
          [
            '192.0.2.9',
            '203.0.113.7',
            '192.0.2.1',
            '10.3.0.1',
            '10.4.0.1',
            '10.5.0.1',
            '172.16.0.1',
            '2001:db8:1::7',
            '2001:db8:3::1',
            '2001:db8:4::1',
            '10.2.0.1',
          ].map(async (text) => [text, await t.routeTo({ destination: at(text) })] as const),
        ),
        t.links(),
      ]),
    )
    const answers = Object.fromEntries(mine)
    const eth0 = links.find((link) => link.name === 'eth0')!.index
    expect(answers['192.0.2.9']).toMatchObject({
      found: true,
      type: 'unicast',
      interfaceIndex: eth0,
      gateway: undefined,
      source: at('192.0.2.1'),
      table: 254,
    })
    expect(answers['203.0.113.7']).toMatchObject({ found: true, gateway: at('192.0.2.254'), mtu: 1400 })
    expect(answers['192.0.2.1']).toMatchObject({ found: true, type: 'local', table: 255 })
    expect(answers['2001:db8:1::7']).toMatchObject({ found: true, gateway: at('2001:db8::9') })
    expect(answers['10.2.0.1']).toMatchObject({ found: true, gateway: at('2001:db8::9') })
    const codes = Object.fromEntries(mine.flatMap(([text, a]) => (a.found ? [] : [[text, a.code]])))
    expect(codes).toEqual({
      '10.3.0.1': 'EHOSTUNREACH',
      '10.4.0.1': 'EACCES',
      '10.5.0.1': 'EINVAL',
      '172.16.0.1': 'ENETUNREACH',
      '2001:db8:3::1': 'EHOSTUNREACH',
      '2001:db8:4::1': 'EACCES',
    })
    const viaRule = await inside((t) => t.routeTo({ destination: at('10.1.0.1'), source: at('192.0.2.2') }))
    expect(viaRule).toMatchObject({ found: true, table: 1000 })
  })

  it('TCP sessions of a port, with their owner', async () => {
    const server = createServer()
    await inside(async () => {
      await new Promise<void>((resolve) => server.listen(1790, '::', resolve))
    })
    const client = await inside(async () => {
      const socket = tcpConnect({ host: '192.0.2.1', port: 1790, localAddress: '192.0.2.2' })
      await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
      return socket
    })
    const sessions = await inside((t) => t.tcpSessions(1790))
    expect(
      sessions
        .map((s) => `${s.state} ${formatIp(s.local.address)}:${s.local.port} ${formatIp(s.remote.address)}`)
        .sort(),
    ).toEqual(
      [
        `established 192.0.2.1:1790 192.0.2.2`,
        `established 192.0.2.2:${client.localPort} 192.0.2.1`,
        'listen :::1790 ::',
      ].sort(),
    )
    for (const session of sessions) {
      expect(session.uid).toBe(0)
      expect(session.inode).toBeGreaterThan(0)
      expect(session.traffic).toEqual(
        session.state === 'listen'
          ? undefined
          : expect.objectContaining({ receivedBytes: 0, retransmits: 0 }),
      )
    }
    client.write('12345678')
    await eventually('the bytes are counted on both sides', async () => {
      const counted = (await inside((t) => t.tcpSessions(1790))).map((s) => s.traffic)
      return counted.some((t) => t?.receivedBytes === 8) && counted.some((t) => t?.acknowledgedBytes === 9)
    })
    expect(await inside((t) => t.tcpSessions(1791))).toEqual([])
    client.destroy()
    server.close()
  })

  it('changes, and that some were lost', async () => {
    const seen = new Set<NetworkChange>()
    const stop = await inside((t) =>
      t.watch((changes) => {
        for (const c of changes) seen.add(c)
      }),
    )
    lab.ip(here, 'neigh replace 192.0.2.70 lladdr 02:00:00:00:00:70 nud reachable dev eth0')
    await eventually('a neighbour changed', () => seen.has('neighbours') || undefined)
    expect(seen.has('links')).toBe(false)
    lab.ip(here, 'link set mv0 mtu 1400')
    lab.ip(here, 'addr add 192.0.2.77/24 dev eth0')
    lab.ip(here, 'rule add pref 500 lookup 500')
    await eventually(
      'the rest changed',
      () => ['links', 'addresses', 'routes', 'rules'].every((c) => seen.has(c as NetworkChange)) || undefined,
    )
    stop()
    seen.clear()
    lab.ip(here, 'link set mv0 mtu 1401')

    const small = new Set<NetworkChange>()
    const stopSmall = await lab.inside(here, () =>
      watchNetwork(
        libc,
        (changes) => {
          for (const c of changes) small.add(c)
        },
        2048,
      ),
    )
    // Synchronous: this thread cannot read while they come in.
    for (let i = 0; i < 30; i++)
      lab.ip(
        here,
        `neigh replace 192.0.2.71 lladdr 02:00:00:00:01:${(10 + i).toString()} nud reachable dev eth0`,
      )
    await eventually('the loss is noticed', () => small.has('everything') || undefined)
    small.clear()
    lab.ip(here, 'link set mv0 mtu 1402')
    await eventually('it goes on after the loss', () => small.has('links') || undefined)
    stopSmall()
    expect(seen.size).toBe(0)
  })
})
