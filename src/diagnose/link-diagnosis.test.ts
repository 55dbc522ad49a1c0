import { describe, expect, it } from 'vitest'
import { EXIT } from '../errors/exit-codes.ts'
import type { LinkFacts } from './facts/link-facts.ts'
import { exitCodeOf } from './judge.ts'
import { judgeLink, LINK_CHECKS } from './link-diagnosis.ts'
import { card, linkFacts, linkFacts6, MAC_A, MAC_B, round, TARGET } from './testing/link-facts.ts'

const outcome = (facts: LinkFacts): [string[], number] => {
  const verdict = judgeLink(facts)
  return [verdict.findings.map(({ code }) => code), exitCodeOf([verdict])]
}
const silent = {
  rounds: [round([[], [], []]), round([[], []], { method: 'arp-request', sender: '192.0.2.1' })],
}
const both = {
  rounds: [
    round([
      [MAC_A, MAC_B],
      [MAC_A, MAC_B],
    ]),
  ],
}
const node = (name: string, ...macs: string[]) => ({ name, addresses: [], macs })

/** what it is, facts, codes worst first, exit code */
const CASES: readonly (readonly [string, LinkFacts, readonly string[], number])[] = [
  ['one owner', linkFacts(), [], EXIT.ok],
  ['nothing sent, for whatever reason', linkFacts({ rounds: [] }), [], EXIT.undetermined],
  [
    'a broadcast address',
    linkFacts({ rounds: [], route: { ...linkFacts().route, type: 'broadcast' } }),
    ['F12'],
    EXIT.findings,
  ],
  ['silence', linkFacts(silent), ['F01'], EXIT.findings],
  [
    'silence on a wireless card',
    linkFacts({ ...silent, interfaces: [card({ wireless: true })] }),
    ['F15'],
    EXIT.findings,
  ],
  ['an answer on a wireless card', linkFacts({ interfaces: [card({ wireless: true })] }), ['F15'], EXIT.ok],
  [
    'WireGuard',
    linkFacts({ rounds: [], interfaces: [card({ hardwareType: 65534, noArp: true, mac: undefined })] }),
    ['F17'],
    EXIT.findings,
  ],
  ['GRE', linkFacts({ rounds: [], interfaces: [card({ hardwareType: 778 })] }), ['F17'], EXIT.findings],
  ['NOARP', linkFacts({ rounds: [], interfaces: [card({ noArp: true })] }), ['F17'], EXIT.findings],
  ['down', linkFacts({ rounds: [], interfaces: [card({ up: false })] }), ['F23'], EXIT.findings],
  ['no carrier', linkFacts({ rounds: [], interfaces: [card({ carrier: false })] }), ['F23'], EXIT.findings],
  [
    'part of a bond',
    linkFacts({ rounds: [], interfaces: [card({ master: { name: 'bond0', kind: 'bond' } })] }),
    ['F19'],
    EXIT.findings,
  ],
  [
    'part of a VRF, which can be asked on',
    linkFacts({ interfaces: [card({ master: { name: 'vrf0', kind: 'vrf' } })] }),
    ['F23'],
    EXIT.ok,
  ],
  ['a name that MetalLB leaves out', linkFacts({ interfaces: [card({ name: 'veth1' })] }), ['F23'], EXIT.ok],
  ['two owners', linkFacts(both), ['F11'], EXIT.findings],
  [
    'two nodes',
    linkFacts({ ...both, nodes: [node('n1', MAC_A), node('n2', MAC_B)] }),
    ['F20'],
    EXIT.findings,
  ],
  ['a node and a stranger', linkFacts({ ...both, nodes: [node('n1', MAC_A)] }), ['F11'], EXIT.findings],
  ['two strangers', linkFacts({ ...both, nodes: [node('n1', '02:00:00:00:00:01')] }), ['F13'], EXIT.findings],
  ['two cards of a node', linkFacts({ ...both, nodes: [node('n1', MAC_A, MAC_B)] }), ['F19'], EXIT.findings],
  [
    'every node',
    linkFacts({
      rounds: [round([[MAC_A, MAC_B, '52:54:00:00:00:0c']])],
      nodes: [node('n1', MAC_A), node('n2', MAC_B), node('n3', '52:54:00:00:00:0c')],
    }),
    ['F18'],
    EXIT.findings,
  ],
  [
    'two cards that also answer for another address',
    linkFacts({
      rounds: [...both.rounds, round([[MAC_A, MAC_B]], { purpose: 'sibling', address: '192.0.2.11' })],
    }),
    ['F19'],
    EXIT.findings,
  ],
  [
    'two machines, one of which has another address',
    linkFacts({ rounds: [...both.rounds, round([[MAC_A]], { purpose: 'sibling', address: '192.0.2.11' })] }),
    ['F11'],
    EXIT.findings,
  ],
  ['owners in turn', linkFacts({ rounds: [round([[MAC_A], [MAC_B], [MAC_A]])] }), ['F20'], EXIT.findings],
  ['the owner is a node', linkFacts({ nodes: [node('n1', MAC_A)] }), [], EXIT.ok],
  ['the owner is none', linkFacts({ nodes: [node('n1', MAC_B)] }), ['F11'], EXIT.findings],
  ['nodes of which nothing is known', linkFacts({ nodes: [node('n1')] }), [], EXIT.ok],
  [
    'only requests are answered',
    linkFacts({
      rounds: [round([[], []]), round([[MAC_A]], { method: 'arp-request', sender: '192.0.2.1' })],
    }),
    ['F14'],
    EXIT.findings,
  ],
  [
    'an old entry',
    linkFacts({ neighbourBefore: [{ interface: 'eth0', address: TARGET, mac: MAC_B, state: 'stale' }] }),
    ['F21'],
    EXIT.findings,
  ],
  [
    'an entry that failed once',
    linkFacts({ neighbourBefore: [{ interface: 'eth0', address: TARGET, mac: undefined, state: 'failed' }] }),
    [],
    EXIT.ok,
  ],
]

describe('the verdict', () => {
  it.each(CASES)('%s', (_, facts, codes, exitCode) => {
    expect(outcome(facts)).toEqual([codes, exitCode])
  })

  it('on an own address is open, and names the reason', () => {
    const own = {
      interface: 'eth0',
      address: TARGET,
      prefixLength: 32,
      linkLocal: false,
      tentative: false,
      dadFailed: false,
    }
    const facts = linkFacts({
      own,
      rounds: [],
      route: { ...linkFacts().route, type: 'local', interface: 'lo' },
    })
    expect(outcome(facts)).toEqual([['F35'], EXIT.undetermined])
    expect(outcome(linkFacts({ ...facts, own: { ...own, interface: 'kube-ipvs0' } }))).toEqual([
      ['F18'],
      EXIT.findings,
    ])
    const strict = { own: { ...own, interface: 'kube-ipvs0' }, interfaces: [card({ arpIgnore: 1 })] }
    expect(outcome(linkFacts({ ...facts, ...strict }))[0]).toEqual([])
  })

  it('through a gateway is open, unless a connection was made', () => {
    const examined = { address: '192.0.2.254', role: 'gateway' } as const
    const far = {
      target: { asked: '8.8.8.8', address: '8.8.8.8', family: 4 },
      route: { ...linkFacts().route, gateway: '192.0.2.254', onLink: [] },
      examined,
      rounds: [round([[MAC_A]], { address: '192.0.2.254' })],
    } as const
    expect(outcome(linkFacts(far))).toEqual([['F14'], EXIT.undetermined])
    const reach = { port: 443, result: 'connected', code: undefined, icmp: undefined, elapsedMs: 2 } as const
    expect(outcome(linkFacts({ ...far, reach }))).toEqual([['F14'], EXIT.ok])
    const quiet = { ...far, rounds: [round([[]], { address: '192.0.2.254' })] }
    expect(outcome(linkFacts(quiet))[1]).toBe(EXIT.findings)
  })

  it.each([
    ['ENETUNREACH', 'no route of this host'],
    ['EACCES', 'prohibit'],
    ['EHOSTUNREACH', 'unreachable'],
    ['EINVAL', 'blackhole'],
  ])('without a route (%s) tells which kind', (code, words) => {
    const route = {
      ...linkFacts().route,
      found: false,
      code,
      type: undefined,
      interface: undefined,
      source: undefined,
    }
    const { findings } = judgeLink(linkFacts({ route, rounds: [], interfaces: [] }))
    expect(findings).toMatchObject([{ code: 'F14', severity: 'error' }])
    expect(findings[0]?.evidence[0]).toContain(words)
  })
})

describe('without CAP_NET_RAW', () => {
  const unprivileged = (state: string, mac?: string): LinkFacts =>
    linkFacts({
      rawFrames: false,
      rounds: [],
      kernelResolution: { interface: 'eth0', state, mac, elapsedMs: 3000 },
    })

  it.each([
    ['reachable', MAC_A, [], EXIT.ok],
    ['failed', undefined, ['F01'], EXIT.findings],
    ['incomplete', undefined, ['F01'], EXIT.findings],
    ['stale', MAC_A, [], EXIT.undetermined],
    ['none', undefined, [], EXIT.undetermined],
  ] as const)('an entry that is %s', (state, mac, codes, exitCode) => {
    const facts = unprivileged(state, mac)
    expect(outcome(facts)).toEqual([codes, exitCode])
    expect(judgeLink(facts).notTested.join('\n')).toContain('CAP_NET_RAW')
  })
})

describe('IPv6', () => {
  const address = '2001:db8::10'
  const asked = (answers: string[][], changes: object) =>
    round(answers, { method: 'ns-link-local', sender: 'fe80::1', address, ...changes })

  it('answers in every way', () => {
    const rounds = [asked([[MAC_A]], {}), asked([[MAC_A]], { method: 'ns-global', sender: '2001:db8::1' })]
    expect(outcome(linkFacts6({ rounds }))).toEqual([[], EXIT.ok])
  })

  it('from one kind of source only', () => {
    const rounds = [asked([[MAC_A]], {}), asked([[]], { method: 'ns-global', sender: '2001:db8::1' })]
    expect(judgeLink(linkFacts6({ rounds })).findings).toMatchObject([
      { code: 'F27', confidence: 'possible' },
    ])
  })

  it('when asked alone only', () => {
    const rounds = [asked([[]], {}), asked([[MAC_A]], { unicastTo: MAC_A })]
    expect(judgeLink(linkFacts6({ rounds })).findings).toMatchObject([{ code: 'F27', confidence: 'likely' }])
  })

  it('with a duplicate among the own addresses', () => {
    const failed = {
      interface: 'eth0',
      address: 'fe80::1',
      prefixLength: 64,
      linkLocal: true,
      tentative: true,
      dadFailed: true,
    }
    expect(outcome(linkFacts6({ interfaces: [card({ addresses: [failed] })] }))).toEqual([
      ['F27', 'F23'],
      EXIT.findings,
    ])
    const own = { ...failed, address, linkLocal: false }
    const { findings } = judgeLink(linkFacts6({ own }))
    expect(findings[0]).toMatchObject({ code: 'F27', confidence: 'certain' })
    expect(findings[0]?.evidence.join(' ')).toContain(MAC_A)
  })
})

describe('a port', () => {
  const reach = (changes: object): LinkFacts =>
    linkFacts({
      reach: { port: 80, result: 'failed', code: 'EHOSTUNREACH', icmp: undefined, elapsedMs: 1, ...changes },
    })
  const icmp = (code: number, fromOurselves = false) => ({
    family: 4,
    type: 3,
    code,
    sender: '192.0.2.10',
    fromOurselves,
  })

  it.each([
    ['host prohibited', { icmp: icmp(10) }, ['F34']],
    ['prohibited by a filter', { icmp: icmp(13) }, ['F34']],
    ['port unreachable', { code: 'ECONNREFUSED', icmp: icmp(3) }, ['F08']],
    ['host unreachable', { icmp: icmp(1) }, ['F14']],
    ['a reset', { code: 'ECONNREFUSED' }, ['F08']],
    ['silence', { result: 'silent', code: undefined }, ['F28']],
    ['connected', { result: 'connected', code: undefined }, []],
  ])('%s', (_, changes, codes) => {
    expect(outcome(reach(changes))[0]).toEqual(codes)
  })

  it('a neighbour that did not answer is not a firewall', () => {
    const facts = { ...reach({ icmp: icmp(1, true) }), ...silent }
    expect(outcome(facts)).toEqual([['F01'], EXIT.findings])
  })
})

it('every check has an id of its own and a healthy statement', () => {
  expect(new Set(LINK_CHECKS.map(({ id }) => id)).size).toBe(LINK_CHECKS.length)
  for (const { id, title } of LINK_CHECKS)
    expect([id, title]).toEqual([expect.stringMatching(/^[a-z0-9-]+$/), expect.not.stringMatching(/\.$/)])
})

it('every finding has what a user needs', () => {
  for (const [, facts] of CASES)
    for (const finding of judgeLink(facts).findings) {
      expect(finding.title).toMatch(/[.:]$/)
      expect(finding.evidence.length).toBeGreaterThan(0)
      expect(finding.fix.length).toBeGreaterThan(0)
      expect(finding.vantage).toContain('host client')
      expect(finding.docs).toBe(`docs/findings/${finding.code}.md`)
    }
})
