// The part of kube-proxy's IPVS mode that every kernel can play: its filters, and the sets of the kernel that they ask. A program on
// the node stands in for IPVS; which clients get to it, and which are dropped or refused, is what `diagnose path` has to say.
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ipvsRules, ipvsSets, setType } from '../../src/diagnose/path/testing/kube-proxy-ipvs.ts'
import { SERVICES } from '../../src/diagnose/path/testing/services.ts'
import { loadLibc } from '../../src/linux/libc.ts'
import { networkTables } from '../../src/linux/netlink/network-tables.ts'
import { run, runJs } from '../support/cli.ts'
import { describeInterop, NetLab } from '../support/namespaces.ts'
import { makeSets } from './kernel-sets.ts'
import { call } from './path-attempt.ts'

const NODE = '192.0.2.2'
const [STRANGER, OFFICE] = ['192.0.2.1', '198.51.100.7'] as const
/** An answer that is expected gets time; one that is not cannot come late. */
const PATIENCE_MS = 10_000
const SILENCE_MS = 700

const SETS = [...ipvsSets(SERVICES)].map(([name, entries]) => ({
  name,
  type: setType(name),
  entries: [...new Set(entries)],
}))
const ADDRESSES = SETS.find(({ name }) => name === 'KUBE-IPVS-IPS')?.entries ?? []

interface Walk {
  readonly ends: readonly { readonly end: string; readonly stoppedIn: string | null }[]
}

describeInterop(
  'diagnose path: sets of the kernel',
  ['nft', 'iptables-nft-restore', 'iptables-legacy-restore'],
  () => {
    let lab: NetLab
    let node: string
    let outside: string
    const servers: Server[] = []

    beforeAll(async () => {
      lab = await NetLab.create()
      ;[node, outside] = [lab.namespace(), lab.namespace()]
      lab.connect([outside, 'eth0'], [node, 'eth0'])
      for (const text of [`${STRANGER}/24`, `${OFFICE}/32`]) lab.ip(outside, `addr add ${text} dev eth0`)
      lab.ip(node, `addr add ${NODE}/24 dev eth0`)
      lab.ip(node, `route add default via ${STRANGER}`)
      // A dummy interface, where the kernel has that kind.
      lab.ip(node, 'link add kube-ipvs0 type bridge')
      for (const address of ADDRESSES) lab.ip(node, `addr add ${address}/32 dev kube-ipvs0`)
      for (const network of ['203.0.113.0/24', '10.96.0.0/16'])
        lab.ip(outside, `route add ${network} via ${NODE}`)
      lab.run(node, 'sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0')
      for (const port of [80, 22])
        servers.push(
          await lab.inside(
            node,
            () =>
              new Promise<Server>((resolve, reject) => {
                const server = createServer((socket) =>
                  socket.on('error', () => undefined).end(`node ${port}`),
                )
                server.on('error', reject).listen(port, '0.0.0.0', () => resolve(server))
              }),
          ),
        )
      await makeSets(lab, node, SETS)
    })
    afterAll(() => {
      for (const server of servers) server.close()
      lab.destroy()
    })

    it('reads the sets as they were made', async () => {
      const libc = await loadLibc()
      const read = await lab.inside(node, () => networkTables(libc).addressSets())
      const sorted = (sets: readonly { name: string; type: string; entries: readonly string[] }[]) =>
        sets
          .map((set) => ({ ...set, entries: [...set.entries].sort() }))
          .sort((a, b) => (a.name < b.name ? -1 : 1))
      expect(sorted(read)).toEqual(sorted(SETS))
    })

    it('a set with a thousand networks comes whole', async () => {
      const entries = Array.from(
        { length: 1000 },
        (_, index) => `203.0.113.14,tcp:80,10.${index >> 8}.${index & 255}.0/24`,
      )
      await makeSets(lab, node, [{ name: 'large', type: 'hash:ip,port,net', entries }])
      const libc = await loadLibc()
      const read = await lab.inside(node, () => networkTables(libc).addressSets())
      expect(new Set(read.find(({ name }) => name === 'large')?.entries)).toEqual(new Set(entries))
    })

    it('the kernel takes no prefix of length 0: with 0.0.0.0/0 nobody is let in', async () => {
      const set = { name: 'whole', type: 'hash:ip,port,net', entries: ['203.0.113.14,tcp:80,0.0.0.0/0'] }
      await expect(makeSets(lab, node, [set])).rejects.toThrow('4104')
    })

    const attempt = async (
      source: string,
      address: string,
      port: number,
      patienceMs: number,
    ): Promise<string> => {
      const { made, answer } = await lab.inside(outside, async () => {
        const started = call({ address, port }, source, patienceMs)
        await started.made
        return started
      })
      await made
      return (await answer).end
    }

    const walk = async (source: string, address: string, port: number): Promise<Walk | undefined> => {
      const words = [
        'diagnose',
        'path',
        `${address}:${port}`,
        '--from',
        source,
        '--netns',
        node,
        '-o',
        'json',
      ]
      const { stdout } = await run(process.execPath, [runJs, ...words])
      const { reports } = JSON.parse(stdout) as {
        reports: { facts: { unknownSets: string[]; ports: { walks: Walk[]; notFollowed: string[] }[] } }[]
      }
      const [port0] = reports[0]?.facts.ports ?? []
      expect([reports[0]?.facts.unknownSets, port0?.notFollowed]).toEqual([[], []])
      return port0?.walks[0]
    }

    describe.each([
      ['old', 'iptables-legacy-restore'],
      ['new', 'iptables-legacy-restore'],
      ['new', 'iptables-nft-restore'],
    ] as const)('rules of kube-proxy (%s), loaded with %s', (style, program) => {
      beforeAll(() => {
        lab.run(node, 'sh', '-c', `${program} <<'RULES'\n${ipvsRules(style)}RULES`)
      })
      afterAll(() => {
        for (const table of ['nat', 'filter'])
          for (const flag of ['-F', '-X']) lab.run(node, program.replace('-restore', ''), '-t', table, flag)
        lab.run(node, 'nft', 'flush', 'ruleset')
      })

      it.each([
        ['a LoadBalancer address', '203.0.113.10', 80, 'host', 'host'],
        ['source ranges', '203.0.113.14', 80, 'host', 'dropped'],
        [
          'a port that the Service does not have',
          '203.0.113.10',
          22,
          ...(style === 'new' ? (['rejected', 'rejected'] as const) : (['host', 'host'] as const)),
        ],
      ] as const)('%s', async (_what, address, port, office, stranger) => {
        const met = { host: 'endpoint', dropped: 'silent', rejected: 'rejected' } as const
        for (const [source, expected] of [
          [OFFICE, office],
          [STRANGER, stranger],
        ] as const) {
          const walked = await walk(source, address, port)
          expect([source, walked?.ends.map(({ end }) => end)]).toEqual([source, [expected]])
          const patience = expected === 'dropped' ? SILENCE_MS : PATIENCE_MS
          expect([source, await attempt(source, address, port, patience)]).toEqual([source, met[expected]])
        }
      })
    })
  },
)
