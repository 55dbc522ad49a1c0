// `lbctl diagnose bgp` against real daemons: every fault gets its code, its exit code and its text.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { BgpPeerDaemon } from '../support/bgp-peers/bgp-peer-daemon.ts'
import { PEER_PROGRAMS, printVersions } from '../support/bgp-peers/bgp-peers.ts'
import type { NeighbourConfig, PeerKind } from '../support/bgp-peers/peer-config.ts'
import { unwrapped } from '../support/cli.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'
import { BgpLab, BOTH, NODE_ASN } from './diagnose-bgp-lab.ts'

const KINDS: readonly PeerKind[] = ['frr', 'bird', 'gobgpd']
const ROUTER = '192.0.2.2'
const ROUTER6 = '2001:db8::2'
const SHORT = '--timeout 1500ms'

interface Fault {
  readonly name: string
  readonly neighbour?: Partial<NeighbourConfig>
  readonly words: string
  readonly codes: readonly string[]
  readonly title: RegExp
}

const V6 = { neighbour: '2001:db8::1', families: [6] } as const

const FAULTS: readonly Fault[] = [
  {
    name: 'the router has another AS number',
    words: `${ROUTER} --my-asn ${NODE_ASN} --peer-asn 64999`,
    codes: ['F37'],
    title: /has AS 64513, and AS 64999 is expected/,
  },
  {
    name: 'the AS numbers are swapped',
    words: `${ROUTER} --my-asn 64513 --peer-asn ${NODE_ASN}`,
    codes: ['F37'],
    title: /has AS 64513, and AS 64512 is expected/,
  },
  {
    name: 'the router expects another AS number of us',
    neighbour: { remoteAsn: 64777 },
    words: `${ROUTER} ${BOTH} --handshake`,
    codes: ['F37'],
    title: /does not accept AS 64512: Bad Peer AS/,
  },
  {
    name: 'the router has another password',
    neighbour: { password: 'right' },
    words: `${ROUTER} ${BOTH} ${SHORT} --password-file WRONG`,
    codes: ['F38'],
    title: /answers neither with the password nor without/,
  },
  {
    name: 'only this side has a password',
    words: `${ROUTER} ${BOTH} ${SHORT} --password-file RIGHT`,
    codes: ['F38'],
    title: /has no password for 192\.0\.2\.1, and this side has one/,
  },
  {
    name: 'this host is not a neighbour of the router',
    neighbour: { neighbour: '192.0.2.77' },
    words: `${ROUTER} ${BOTH}`,
    codes: ['F36'],
    title: /closes it without a word: it does not know 192\.0\.2\.1 as a neighbour/,
  },
  {
    name: 'the router takes only what comes from one hop away (GTSM)',
    neighbour: { ttlSecurity: true },
    words: `${ROUTER} ${BOTH}`,
    codes: ['F39'],
    title: /takes packets with a TTL of 255 only/,
  },
  {
    name: 'GTSM, seen in a handshake',
    neighbour: { ttlSecurity: true },
    words: `${ROUTER} ${BOTH} ${SHORT} --handshake`,
    codes: ['F39'],
    title: /takes packets with a TTL of 255 only/,
  },
  {
    name: 'over IPv6, the router has another AS number',
    neighbour: V6,
    words: `${ROUTER6} --my-asn ${NODE_ASN} --peer-asn 64999`,
    codes: ['F37'],
    title: /has AS 64513, and AS 64999 is expected/,
  },
  {
    name: 'over IPv6, this host is not a neighbour of the router',
    neighbour: { ...V6, neighbour: '2001:db8::77' },
    words: `${ROUTER6} ${BOTH}`,
    codes: ['F36'],
    title: /it does not know 2001:db8::1 as a neighbour/,
  },
]

describeInterop('diagnose bgp', [...KINDS.flatMap((kind) => PEER_PROGRAMS[kind]), 'nft', 'ss'], () => {
  let bgp: BgpLab
  let daemon: BgpPeerDaemon | undefined

  beforeAll(async () => {
    printVersions(KINDS)
    bgp = new BgpLab(await NetLab.create())
    bgp.file('right', 'right\n')
    bgp.file('wrong', 'wrong\n')
  })
  afterEach(async () => {
    await daemon?.stop()
    daemon = undefined
  })
  afterAll(() => bgp.destroy())

  const again = async (
    kind: PeerKind,
    neighbour: Partial<NeighbourConfig> = {},
    announce: readonly string[] = [],
  ) => {
    await daemon?.stop()
    daemon = await bgp.daemon(kind, neighbour, { announce })
  }

  const withFiles = (words: string): string =>
    words.replace('RIGHT', bgp.file('right', 'right\n')).replace('WRONG', bgp.file('wrong', 'wrong\n'))

  describe.each(KINDS)('%s', (kind) => {
    it.each(FAULTS)('$name', async ({ neighbour, words, codes, title }) => {
      daemon = await bgp.daemon(kind, neighbour)
      const found = await bgp.judged(withFiles(words))
      expect(found).toMatchObject({ code: 1, codes })
      const [finding] = found.json.findings
      expect(finding?.title).toMatch(title)
      expect(finding?.fix.length).toBeGreaterThan(1)
      const both = finding?.fix.flatMap(({ configuration }) => configuration ?? []).join('\n')
      expect(both).toContain('router bgp ')
      // Some daemons hang up for seconds after an attempt that led to nothing.
      await again(kind, neighbour)
      const text = await bgp.text(withFiles(words))
      expect(text.code).toBe(1)
      expect(unwrapped(text.stdout.split('\n\n')[0] ?? '')).toMatch(title)
      expect(text.stdout).toContain(`lbctl explain ${codes[0]}`)
      expect(JSON.stringify(found) + text.stdout + text.stderr).not.toMatch(/\b(right|wrong)\\n/)
    })

    it('a healthy neighbour is healthy, with and without an OPEN of ours', async () => {
      daemon = await bgp.daemon(kind)
      const heard = await bgp.judged(`${ROUTER} ${BOTH}`)
      expect(heard).toMatchObject({ code: 0, codes: [], json: { status: 'healthy' } })
      expect(heard.json.summary).toMatch(/speaks BGP: AS 64513, router ID 10\.255\.0\.2, hold time 90 s/)
      expect(heard.json.facts.conversation?.messages.map(({ from }) => from)).toEqual(['peer'])
      await again(kind, {}, ['203.0.113.0/24'])
      const shaken = await bgp.judged(`${ROUTER} ${BOTH} --handshake --show-routes --timeout 20s`)
      expect(shaken).toMatchObject({ code: 0, codes: [] })
      expect(shaken.json.summary).toMatch(/A session with 192\.0\.2\.2 comes up/)
      expect(shaken.json.facts.conversation?.routes).toEqual([
        { prefix: '203.0.113.0/24', nextHop: ROUTER, asPath: '64513' },
      ])
      const ours = shaken.json.facts.conversation?.messages.filter(({ from }) => from === 'us') ?? []
      expect(ours[0]?.text).toMatch(/^OPEN AS 64512/)
      expect(ours[0]?.text).not.toContain('graceful')
      expect(ours.at(-1)?.text).toMatch(/^NOTIFICATION Cease, Administrative Shutdown/)
      await again(kind, {}, ['203.0.113.0/24'])
      const { stdout } = await bgp.text(`${ROUTER} ${BOTH} --handshake --show-routes --timeout 20s`)
      expect(stdout).toMatch(/203\.0\.113\.0\/24 +192\.0\.2\.2 +64513/)
    })

    it('the right password is the right one, over IPv4 and IPv6', async () => {
      daemon = await bgp.daemon(kind, { password: 'right' })
      const found = await bgp.judged(withFiles(`${ROUTER} ${BOTH} --handshake --password-file RIGHT`))
      expect(found).toMatchObject({ code: 0, codes: [] })
      expect(found.json.checks.find(({ id }) => id === 'password')?.text).toMatch(
        /^signed connections are answered/,
      )
      await daemon.stop()
      daemon = await bgp.daemon(kind, { ...V6, password: 'right' })
      expect(
        await bgp.judged(withFiles(`${ROUTER6} ${BOTH} --handshake --password-file RIGHT`)),
      ).toMatchObject({ code: 0, codes: [] })
    })

    it('a password on the router alone: told from a filter where this host has a second address', async () => {
      daemon = await bgp.daemon(kind, { password: 'right' })
      const alone = await bgp.judged(`${ROUTER} ${BOTH} ${SHORT}`)
      expect(alone).toMatchObject({ code: 1, codes: ['F34'] })
      expect(alone.json.findings[0]).toMatchObject({ candidates: ['F38', 'F36'] })
      expect(alone.json.findings[0]?.title).toMatch(/or the router has a password for this neighbour/)
      bgp.lab.ip(bgp.node.namespace, 'addr add 192.0.2.100/24 dev eth0')
      try {
        const told = await bgp.judged(`${ROUTER} ${BOTH} ${SHORT}`)
        expect(told).toMatchObject({ code: 1, codes: ['F38'] })
        expect(told.json.findings[0]?.title).toMatch(
          /answers other addresses of this host and not 192\.0\.2\.1/,
        )
      } finally {
        bgp.lab.ip(bgp.node.namespace, 'addr del 192.0.2.100/24 dev eth0')
      }
    })

    it('families that only one side has', async () => {
      daemon = await bgp.daemon(kind)
      const file = bgp.file(
        'dual.yaml',
        `${peerYaml('dualStackAddressFamily: true')}---\n${POOLS('"fd00::/112"')}`,
      )
      const found = await bgp.judged(`-f ${file}`)
      expect(found).toMatchObject({ code: 1, codes: ['F43'] })
      expect(found.json.findings[0]?.title).toMatch(
        /router \(192\.0\.2\.2\) does not take IPv6 routes on this session/,
      )
      await again(kind)
      const single = bgp.file('single.yaml', `${peerYaml('')}---\n${POOLS('"fd00::/112"')}`)
      const left = await bgp.judged(`-f ${single}`)
      expect(left).toMatchObject({ code: 1, codes: ['F43'] })
      expect(left.json.findings[0]?.title).toMatch(/hold IPv6 addresses, and this session carries IPv4 only/)
    })

    it('a daemon that hangs', async () => {
      daemon = await bgp.daemon(kind)
      daemon.pause()
      try {
        const found = await bgp.judged(`${ROUTER} ${BOTH} ${SHORT} --handshake`)
        expect(found).toMatchObject({ code: 1, codes: ['F36'] })
        expect(found.json.findings[0]?.title).toMatch(
          /accepts the connection and says nothing, not even to our OPEN/,
        )
      } finally {
        daemon.resume()
      }
    })
  })

  it('no daemon at all: refused at once, with both ways out', async () => {
    const words = `${ROUTER} --my-asn 64512 --peer-asn 64512`
    const { stdout, code } = await bgp.text(words)
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^error: F36: 192\.0\.2\.2 is up and has no BGP on this side: nothing listens on port 179\.\n/,
    )
    expect(stdout).toMatch(/\n {7}router bgp 64512\n(?: {8}!\n)? {8}neighbor 192\.0\.2\.1 remote-as 64512\n/)
    expect(stdout).toMatch(/kind: L2Advertisement/)
    const { json } = await bgp.judged(words)
    expect(json.facts.attempts.map(({ code: errno }) => errno)).toEqual(['ECONNREFUSED'])
  })

  it.each([
    ['tcp dport 179 drop', 'F34', /packets to port 179 vanish/],
    ['tcp dport 179 reject', 'F34', /A firewall on 192\.0\.2\.2 itself rejects .*port unreachable/],
    ['tcp dport 179 reject with icmp admin-prohibited', 'F34', /communication prohibited/],
    ['tcp dport 179 reject with tcp reset', 'F36', /nothing listens on port 179/],
    ['drop', 'F36', /Nothing comes back from 192\.0\.2\.2 at all/],
  ])('the router filters: %s', async (rule, code, title) => {
    daemon = await bgp.daemon('bird')
    const remove = bgp.rules(bgp.router, 'input', rule)
    try {
      bgp.lab.ip(bgp.node.namespace, 'neigh flush dev eth0')
      const found = await bgp.judged(`${ROUTER} ${BOTH} ${SHORT}`)
      // A host that answers ARP is up, however deaf it is otherwise.
      if (rule === 'drop') expect(found.codes).toEqual(['F34'])
      else {
        expect(found).toMatchObject({ code: 1, codes: [code] })
        expect(found.json.findings[0]?.title).toMatch(title)
      }
    } finally {
      remove()
    }
  })

  it('Ctrl-C while nothing answers ends it at once, with no verdict', async () => {
    const remove = bgp.rules(bgp.router, 'input', 'tcp dport 179 drop')
    try {
      // The test has no more time than that: it ends only when the attempt under way is not waited for.
      const { code, stdout } = await bgp.text(`${ROUTER} ${BOTH} --timeout 60s`, {
        whileRunning: async (pid) => {
          await eventually('it connects', () =>
            bgp.lab.run(bgp.node.namespace, 'ss', '-Htn', 'state', 'syn-sent').includes(':179')
              ? true
              : undefined,
          )
          process.kill(pid, 'SIGINT')
        },
      })
      expect([code, stdout]).toEqual([130, ''])
    } finally {
      remove()
    }
  })

  it('the firewall of this host', async () => {
    daemon = await bgp.daemon('bird')
    const remove = bgp.rules(bgp.node, 'output', 'tcp dport 179 reject with icmp admin-prohibited')
    try {
      const found = await bgp.judged(`${ROUTER} ${BOTH}`)
      expect(found).toMatchObject({ code: 1, codes: ['F34'] })
      expect(found.json.findings[0]?.title).toMatch(/firewall of this host/)
    } finally {
      remove()
    }
  })

  it('no such host, no route, no such source', async () => {
    expect(await bgp.judged(`192.0.2.99 ${BOTH}`)).toMatchObject({ code: 1, codes: ['F01'] })
    expect(await bgp.judged(`198.51.100.9 ${BOTH}`)).toMatchObject({ code: 1, codes: ['F14'] })
    const source = await bgp.judged(`${ROUTER} ${BOTH} --source 192.0.2.55`)
    expect(source).toMatchObject({
      code: 1,
      codes: ['F36'],
      json: { facts: { notTried: 'source', attempts: [] } },
    })
  })
})

const peerYaml = (more: string): string => `apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: router, namespace: metallb-system}
spec:
  myASN: ${NODE_ASN}
  peerASN: 64513
  peerAddress: ${ROUTER}
  ${more}
`
const POOLS = (addresses: string): string => `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: pool, namespace: metallb-system}
spec: {addresses: [${addresses}]}
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: adv, namespace: metallb-system}
`
