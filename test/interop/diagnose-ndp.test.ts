// `lbctl diagnose ndp` against kernels in network namespaces.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'
import { diagnose, diagnoseAsNobody, judged, Segment } from './diagnose-lab.ts'

describeInterop('diagnose ndp', ['sysctl', 'nft', 'ndisc6', 'setpriv'], () => {
  let lab: NetLab
  let segment: Segment
  let client: string
  let server: string

  beforeAll(async () => {
    lab = await NetLab.create()
    segment = new Segment(lab)
    client = segment.host(['2001:db8::1/64'])
    server = segment.host(['2001:db8::2/64', '2001:db8::6/64'])
    for (const rule of [
      'add table inet t',
      'add chain inet t in { type filter hook input priority 0 ; }',
      'add rule inet t in tcp dport 80 reject with icmpx type admin-prohibited',
    ])
      lab.run(server, 'nft', ...rule.split(' '))
  })
  afterAll(() => {
    segment?.destroy()
    lab?.destroy()
  })

  it('one owner: asked from a link-local and a global address, as ndisc6 finds it', async () => {
    const { code, json } = await judged(diagnose(client, 'ndp 2001:db8::2 -o json'))
    expect(code).toBe(0)
    expect(json.facts.rounds.map(({ method, sent }) => [method, sent])).toEqual([
      ['ns-link-local', 3],
      ['ns-global', 2],
    ])
    const { output } = await lab.start(client, 'ndisc6', '-1', '-r', '1', '2001:db8::2', 'eth0')
    const theirs = /([0-9A-F]{2}(:[0-9A-F]{2}){5})/i.exec(output)?.[1]?.toLowerCase()
    expect(theirs).toBe(segment.mac(server))
    for (const { replies } of json.facts.rounds)
      expect(new Set(replies.map(({ mac }) => mac))).toEqual(new Set([theirs]))
    const text = await diagnose(client, 'ndp 2001:db8::2')
    expect(text.stdout).toMatch(/^ok: 2001:db8::2 answers to neighbour discovery on eth0: /)
  })

  it('nobody answers: F01', async () => {
    const { code, stdout } = await diagnose(client, 'ndp 2001:db8::99 --interval 50ms --timeout 100ms')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^error: F01: Nobody answers for 2001:db8::99 on eth0\./)
  })

  it('a link-local address, with its zone', async () => {
    const { code } = await diagnose(client, 'ndp fe80::77%eth0 --count 1 --timeout 50ms')
    expect(code).toBe(1)
    const mac = segment.mac(server)
    const [own] = lab.ipJson<{ addr_info: { local: string; scope: string }[] }[]>(
      server,
      '-6 addr show dev eth0',
    )
    const address = own?.addr_info.find(({ scope }) => scope === 'link')?.local
    const found = await judged(diagnose(client, `ndp ${address}%eth0 -o json`))
    expect([found.code, found.json.summary.includes(mac)]).toEqual([0, true])
  })

  it('an address that failed duplicate address detection: F27, with the other owner', async () => {
    const late = segment.host([], { duplicateDetection: true })
    lab.ip(late, 'addr add 2001:db8::6/64 dev eth0')
    await eventually('the kernel finds the duplicate', () =>
      lab.ip(late, '-6 addr show dadfailed').includes('2001:db8::6') ? true : undefined,
    )
    const { code, codes, json } = await judged(diagnose(late, 'ndp 2001:db8::6 -o json'))
    expect([code, codes[0]]).toEqual([1, 'F27'])
    expect(json.findings[0]).toMatchObject({ confidence: 'certain' })
    expect(json.findings[0]?.evidence.join('\n')).toContain(`${segment.mac(server)}`)
    const text = await diagnose(late, 'ndp 2001:db8::6')
    expect(text.code).toBe(1)
    expect(text.stdout).toMatch(/^error: F27: 2001:db8::6 on eth0 failed duplicate address detection/)
  })

  it('multicast that does not reach the owner: F27', async () => {
    lab.run(server, 'nft', ...'add rule inet t in ip6 daddr ff02::1:ff00:0/104 drop'.split(' '))
    lab.ip(client, `neigh replace 2001:db8::2 lladdr ${segment.mac(server)} nud stale dev eth0`)
    const { code, codes, json } = await judged(
      diagnose(client, 'ndp 2001:db8::2 -o json --interval 50ms --timeout 100ms'),
    )
    lab.run(server, 'nft', ...'flush chain inet t in'.split(' '))
    expect([code, codes]).toEqual([1, ['F27']])
    expect(json.summary).toBe('2001:db8::2 answers when asked alone, but not by multicast.')
  })

  it('behind a gateway with a link-local address, with and without rights', async () => {
    const [link] = lab.ipJson<{ addr_info: { local: string; scope: string }[] }[]>(
      server,
      '-6 addr show dev eth0',
    )
    const gateway = link?.addr_info.find(({ scope }) => scope === 'link')?.local
    lab.ip(client, `-6 route add 2001:db8:7::/64 via ${gateway} dev eth0`)
    for (const how of [diagnose, diagnoseAsNobody]) {
      const { code, codes, json } = await judged(how(client, 'ndp 2001:db8:7::1 -o json'))
      expect([code, codes]).toEqual([3, ['F14']])
      expect(json.facts.examined).toEqual({ address: gateway, role: 'gateway' })
      expect(json.summary).toContain(`The gateway ${gateway} answers (${segment.mac(server)}`)
      lab.ip(client, 'neigh flush dev eth0')
    }
  })

  it('a rejected port: F34', async () => {
    lab.run(
      server,
      'nft',
      ...'add rule inet t in tcp dport 80 reject with icmpx type admin-prohibited'.split(' '),
    )
    const { code, codes, json } = await judged(diagnose(client, 'ndp 2001:db8::2 --port 80 -o json'))
    expect([code, codes]).toEqual([1, ['F34']])
    expect(json.facts.reach?.icmp).toMatchObject({ family: 6, type: 1, code: 1, sender: '2001:db8::2' })
  })

  it('without any right', async () => {
    const found = await diagnoseAsNobody(client, 'ndp 2001:db8::6')
    expect(found.code).toBe(0)
    expect(found.stdout).toContain(segment.mac(server))
    expect(found.stdout).toContain('CAP_NET_RAW')
  })
})
