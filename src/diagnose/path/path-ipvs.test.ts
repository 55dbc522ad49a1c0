// IPVS mode as a whole: rules of iptables, sets of the kernel and virtual servers, in one file as somebody would save them.
import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { addressAndPort, pathFromFiles } from './collect-path.ts'
import { judgePath } from './path-diagnosis.ts'
import type { PathFacts } from './path-facts.ts'
import { ipvsTexts } from './testing/kube-proxy-ipvs.ts'
import { NODE_ADDRESS, SERVICES } from './testing/services.ts'

interface Change {
  readonly client?: string
  readonly rules?: (text: string) => string
  readonly sets?: (text: string) => string
  readonly servers?: (text: string) => string
}

const same = (text: string): string => text

function factsOf(style: 'old' | 'new', target: string, change: Change = {}): PathFacts {
  const { address, port } = addressAndPort(target) ?? {}
  if (address === undefined) throw new Error(target)
  const { rules, sets, servers } = ipvsTexts(SERVICES, NODE_ADDRESS, style)
  const text = [
    (change.rules ?? same)(rules),
    (change.servers ?? same)(servers),
    (change.sets ?? same)(sets),
  ].join('\n')
  const client = change.client === undefined ? undefined : parseIp(change.client)
  return pathFromFiles(
    { asked: target, target: address, port, protocol: 'tcp', client, inInterface: undefined },
    [{ name: 'node.txt', text }],
    [NODE_ADDRESS].flatMap((each) => parseIp(each) ?? []),
  )
}

const found = (facts: PathFacts) =>
  judgePath(facts).findings.map(({ code, severity }) => `${code} ${severity}`)
const without = (line: RegExp) => (text: string) =>
  text
    .split('\n')
    .filter((each) => !line.test(each))
    .join('\n')

describe.each(['old', 'new'] as const)('IPVS mode of kube-proxy (%s)', (style) => {
  it.each([
    ['a healthy LoadBalancer address', '203.0.113.10', []],
    ['a healthy ClusterIP', '10.96.1.1', []],
    ['a healthy externalIP', '203.0.113.20', []],
    ['a healthy NodePort', `${NODE_ADDRESS}:30080`, []],
    ['policy Local with an endpoint here', '203.0.113.11', []],
    ['policy Local without one', '203.0.113.12', ['F28 error']],
    ['policy Local without one, by NodePort', `${NODE_ADDRESS}:30082`, ['F28 error']],
    ['no endpoints', '203.0.113.13', ['F08 error']],
    ['source ranges', '203.0.113.14', ['F34 info']],
    ['an address of nobody', '203.0.113.99', ['F32 error']],
    ['a port of nobody', '203.0.113.10:81', ['F32 error']],
  ])('%s', (_what, target, codes) => {
    const facts = factsOf(style, target)
    expect(facts.mode).toBe('ipvs')
    expect(
      facts.ports.flatMap(({ notFollowed, missingChains }) => [notFollowed, missingChains].flat()),
    ).toEqual([])
    expect([found(facts), judgePath(facts).status]).toEqual([
      codes,
      codes.some((code) => !code.endsWith('info')) ? 'findings' : 'healthy',
    ])
  })

  it('tells the kinds of addresses apart, and gives addresses of Services no NodePorts', () => {
    const roles = (target: string) => factsOf(style, target).ports.map((each) => [each.port, each.roles])
    expect(roles('10.96.1.1')).toEqual([[80, ['ClusterIP']]])
    expect(roles('203.0.113.10')).toEqual([[80, ['LoadBalancer']]])
    expect(roles('203.0.113.20')).toEqual([[80, ['externalIP']]])
    expect(roles(NODE_ADDRESS).map(([port]) => port)).toEqual([30080, 30081, 30082, 30083, 30084])
    expect(roles(`${NODE_ADDRESS}:30081`)).toEqual([[30081, ['NodePort']]])
  })

  it('lets in one client of the source ranges, and no other', () => {
    const of = (client: string) => {
      const facts = factsOf(style, '203.0.113.14:80', { client })
      return [facts.ports[0]?.walks[0]?.ends.map(({ end }) => end), found(facts)]
    }
    expect(of('198.51.100.7')).toEqual([['endpoint', 'endpoint'], []])
    expect(of('198.51.100.200')).toEqual([['dropped'], ['F34 error']])
  })

  it('tells which clients endpoints see, and which of them only the node', () => {
    const masquerades = (target: string, client: string) =>
      factsOf(style, target, { client }).ports[0]?.walks[0]?.ends.map(({ masquerade }) => masquerade)
    expect(masquerades('203.0.113.10:80', '198.51.100.7')).toEqual([true, true])
    expect(masquerades('203.0.113.11:80', '198.51.100.7')).toEqual([false])
    expect(masquerades('10.96.1.1:80', '10.244.0.9')).toEqual([false, false])
    // Hairpin: the endpoint itself is a client.
    expect(masquerades('10.96.1.1:80', '10.244.0.5')).toEqual([true, false])
  })

  it('never calls it well when the sets were not read', () => {
    const facts = factsOf(style, '203.0.113.14:80', { sets: () => '' })
    const { status, summary, notTested } = judgePath(facts)
    expect(status).toBe('undetermined')
    expect(summary).toContain('what is in those is not known')
    expect(notTested.join('\n')).toContain('ipset save prints it')
  })

  it('never calls it well when the rules were not read', () => {
    const { status, summary } = judgePath(
      factsOf(style, '203.0.113.14:80', { sets: () => '', rules: () => '' }),
    )
    expect([status, summary.startsWith('which clients the Service lets in')]).toEqual(['undetermined', true])
  })

  it('misses a client network that is not in its set', () => {
    const facts = factsOf(style, '203.0.113.14:80', { sets: without(/SOURCE-CIDR .*198\.51/) })
    expect(found(facts)).toEqual(['F34 error'])
    expect(judgePath(facts).findings[0]?.evidence).toEqual([
      'no client outside of this node that was looked at is let in',
    ])
  })

  it('misses a virtual server', () => {
    const facts = factsOf(style, '203.0.113.10:80', { servers: without(/TCP {2}203\.0\.113\.10:80/) })
    expect(judgePath(facts).findings.map(({ code, title }) => [code, title])).toEqual([
      [
        'F32',
        'IPVS on this node has no virtual server for 203.0.113.10:80, although kube-proxy has put it into its sets.',
      ],
    ])
  })

  it('tells endpoints that are being ended (weight 0) from none', () => {
    const facts = factsOf(style, '10.96.1.3:80', {
      servers: (text) => text.replaceAll('Masq    1', 'Masq    0'),
    })
    const [finding] = judgePath(facts).findings
    expect([finding?.code, finding?.evidence]).toEqual([
      'F08',
      ['its only endpoint has weight 0: only connections that are there already are served'],
    ])
    expect(finding?.cause).toContain('being ended')
  })
})

describe('what kube-proxy 1.27 and later add', () => {
  it('misses an address that is in none of the sets: its filter refuses it', () => {
    const facts = factsOf('new', '203.0.113.10:80', { sets: without(/LOAD-BALANCER 203\.0\.113\.10/) })
    expect(judgePath(facts).findings.map(({ code, title }) => [code, title])).toEqual([
      ['F32', "kube-proxy's filter refuses connections to 203.0.113.10:80: none of its sets holds it."],
    ])
  })

  it('refuses a port that the address of a Service does not have, even where a program of the node listens', () => {
    const ends = factsOf('new', '203.0.113.10:22').ports[0]?.walks[0]?.ends
    expect(ends?.map(({ end, stoppedIn }) => [end, stoppedIn])).toEqual([
      ['rejected', 'filter KUBE-IPVS-FILTER'],
    ])
  })

  it('finds that the node may not use an address with source ranges', () => {
    const rule =
      '-A KUBE-IPVS-OUT-FILTER -s 203.0.113.14/32 -m ipvs --vaddr 203.0.113.14/32 --vproto 6 --vport 80 -j DROP'
    const facts = factsOf('new', '203.0.113.14:80', {
      rules: (text) => text.replace('COMMIT', `${rule}\nCOMMIT`),
    })
    const node = facts.ports[0]?.walks.find(({ clients }) => clients.kind === 'this node')
    expect(node?.ends).toHaveLength(2)
    for (const end of node?.ends ?? [])
      expect(end).toMatchObject({ end: 'dropped', stoppedIn: 'filter KUBE-IPVS-OUT-FILTER' })
    const other = factsOf('new', '203.0.113.10:80', {
      rules: (text) => text.replace('COMMIT', `${rule}\nCOMMIT`),
    })
    expect(found(other)).toEqual([])
  })
})

it('reads what ipset list prints as well', () => {
  const facts = factsOf('new', '203.0.113.14:80', {
    client: '198.51.100.200',
    sets: (text) => {
      const names = [...text.matchAll(/^create (\S+) (\S+)/gm)]
      return names
        .map(([, name, type]) => {
          const members = [...text.matchAll(new RegExp(`^add ${name} (.*)$`, 'gm'))].map(([, entry]) => entry)
          return `Name: ${name}\nType: ${type}\nRevision: 5\nHeader: family inet\nMembers:\n${members.join('\n')}\n`
        })
        .join('\n')
    },
  })
  expect(facts.unknownSets).toEqual([])
  expect(facts.ports[0]?.walks[0]?.ends.map(({ end }) => end)).toEqual(['dropped'])
})
