import { describe, expect, it } from 'vitest'
import { judgePool } from './pool-diagnosis.ts'
import { type AddressClaim, type AddressUse, POOL_FACTS_FORMAT, type PoolFacts } from './pool-facts.ts'

const MACS = {
  a: '52:54:00:00:00:0a',
  b: '52:54:00:00:00:0b',
  c: '52:54:00:00:00:0c',
  other: '00:1b:21:00:00:01',
}
const NODES = [
  { name: 'a', addresses: ['192.0.2.11'], macs: [MACS.a] },
  { name: 'b', addresses: ['192.0.2.12'], macs: [MACS.b] },
  { name: 'c', addresses: ['192.0.2.13'], macs: [MACS.c] },
]

const claim = (address: string, mac: string, rest: Partial<AddressClaim> = {}): AddressClaim => ({
  address,
  family: 4,
  interface: 'eth0',
  mac,
  answers: 1,
  claims: 0,
  rttMicroseconds: 100,
  ...rest,
})
const use = (address: string, service: string, rest: Partial<AddressUse> = {}): AddressUse => ({
  address,
  service,
  shareKey: undefined,
  ports: ['TCP/80'],
  ...rest,
})

const facts = (given: Partial<PoolFacts>): PoolFacts => ({
  format: POOL_FACTS_FORMAT,
  asked: 'lan',
  pool: { name: 'lan', avoidBuggyIps: false, announcedBy: 'layer 2' },
  host: { name: 'client', netns: undefined },
  ranges: ['192.0.2.100-192.0.2.109'],
  addressCount: 10,
  tooLarge: [],
  scan: { ratePerSecond: 100, rounds: 2, probesSent: 20, elapsedMs: 800 },
  interfaces: [{ name: 'eth0', mac: '52:54:00:00:00:ff', ranges: [], addressCount: 10, errors: [] }],
  notTested: [],
  own: [],
  special: [],
  claims: [],
  uses: [],
  nodes: NODES,
  onNode: undefined,
  ...given,
})

/** Codes of what is more than information, and the state of the address. */
function judged(given: Partial<PoolFacts>) {
  const { verdict, addresses } = judgePool(facts(given))
  return {
    status: verdict.status,
    codes: verdict.findings.map(({ code, severity }) => `${code} ${severity}`),
    states: Object.fromEntries(addresses.map(({ address, state }) => [address, state])),
  }
}

const ADDRESS = '192.0.2.100'

describe('one address of a pool', () => {
  it.each<[string, Partial<PoolFacts>, string, string[]]>([
    ['free and taken', { claims: [claim(ADDRESS, MACS.other)] }, 'taken', ['F11 error']],
    ['free, and a node answers', { claims: [claim(ADDRESS, MACS.a)] }, 'left-behind', ['F25 warning']],
    [
      'free, and a node and another machine answer',
      { claims: [claim(ADDRESS, MACS.a), claim(ADDRESS, MACS.other)] },
      'taken',
      ['F11 error'],
    ],
    [
      'used, and a node answers',
      { uses: [use(ADDRESS, 'd/x')], claims: [claim(ADDRESS, MACS.a)] },
      'served',
      [],
    ],
    [
      'used, and another machine answers',
      { uses: [use(ADDRESS, 'd/x')], claims: [claim(ADDRESS, MACS.other)] },
      'wrong-owner',
      ['F11 error'],
    ],
    [
      'used, and nobody knows the nodes',
      { uses: [use(ADDRESS, 'd/x')], claims: [claim(ADDRESS, MACS.other)], nodes: undefined },
      'served',
      [],
    ],
    [
      'used, and no hardware address of a node is known',
      {
        uses: [use(ADDRESS, 'd/x')],
        claims: [claim(ADDRESS, MACS.other)],
        nodes: [{ name: 'a', addresses: [], macs: [] }],
      },
      'served',
      [],
    ],
    [
      'used, and two nodes answer',
      { uses: [use(ADDRESS, 'd/x')], claims: [claim(ADDRESS, MACS.a), claim(ADDRESS, MACS.b)] },
      'several-nodes',
      ['F20 error'],
    ],
    [
      'used, and every node answers',
      {
        uses: [use(ADDRESS, 'd/x')],
        claims: [claim(ADDRESS, MACS.a), claim(ADDRESS, MACS.b), claim(ADDRESS, MACS.c)],
      },
      'every-node',
      ['F18 error'],
    ],
    [
      'used, and two cards of a node answer',
      {
        uses: [use(ADDRESS, 'd/x')],
        claims: [claim(ADDRESS, MACS.a), claim(ADDRESS, MACS.other)],
        nodes: [{ name: 'a', addresses: [], macs: [MACS.a, MACS.other] }],
      },
      'one-node-several-cards',
      ['F19 warning'],
    ],
    [
      'used, and a node and another machine answer',
      { uses: [use(ADDRESS, 'd/x')], claims: [claim(ADDRESS, MACS.a), claim(ADDRESS, MACS.other)] },
      'several-machines',
      ['F11 error'],
    ],
    ['used, and nobody answers', { uses: [use(ADDRESS, 'd/x')] }, 'unanswered', ['F01 warning']],
    [
      'used, and this host is the node that may announce it',
      { uses: [use(ADDRESS, 'd/x')], onNode: 'a' },
      'unanswered',
      ['F01 info'],
    ],
    [
      'used, announced by BGP, and nobody answers',
      { uses: [use(ADDRESS, 'd/x')], pool: { name: 'lan', avoidBuggyIps: false, announcedBy: 'BGP' } },
      'unanswered',
      [],
    ],
    [
      'answered, and Services are not known',
      { uses: undefined, claims: [claim(ADDRESS, MACS.other)] },
      'answered',
      ['F11 warning'],
    ],
    [
      'answered by a node, and Services are not known',
      { uses: undefined, claims: [claim(ADDRESS, MACS.a)] },
      'answered',
      ['F11 info'],
    ],
    [
      'answered by two nodes, and Services are not known',
      { uses: undefined, claims: [claim(ADDRESS, MACS.a), claim(ADDRESS, MACS.b)] },
      'several-nodes',
      ['F20 error'],
    ],
    [
      'the address of a node',
      { nodes: [{ name: 'a', addresses: [ADDRESS], macs: [MACS.a] }], claims: [claim(ADDRESS, MACS.a)] },
      'node-address',
      ['F12 error'],
    ],
    [
      'the gateway',
      {
        special: [{ address: ADDRESS, role: 'gateway', prefix: '0.0.0.0/0', interface: 'eth0' }],
        claims: [claim(ADDRESS, MACS.other)],
      },
      'special',
      ['F12 error'],
    ],
  ])('is %s', (_, given, state, codes) => {
    const found = judged(given)
    expect(found.states).toEqual({ [ADDRESS]: state })
    expect(found.codes).toEqual(codes)
    expect(found.status).toBe(codes.some((code) => !code.endsWith('info')) ? 'findings' : 'healthy')
  })

  it('counts an owner that was only overheard', () => {
    const found = judged({
      claims: [claim(ADDRESS, MACS.other, { answers: 0, claims: 1, rttMicroseconds: undefined })],
    })
    expect(found.states).toEqual({ [ADDRESS]: 'taken' })
  })
})

describe('sharing', () => {
  it.each<[string, Partial<AddressUse>, Partial<AddressUse>, string[]]>([
    ['without a key', {}, { ports: ['TCP/443'] }, ['F13 error']],
    ['with two keys', { shareKey: 'x' }, { shareKey: 'y', ports: ['TCP/443'] }, ['F13 error']],
    ['with one key and the same port', { shareKey: 'x' }, { shareKey: 'x' }, ['F13 error']],
    ['with one key and different ports', { shareKey: 'x' }, { shareKey: 'x', ports: ['UDP/80'] }, []],
  ])('%s', (_, first, second, codes) => {
    const uses = [use(ADDRESS, 'd/a', first), use(ADDRESS, 'd/b', second)]
    expect(judged({ uses, claims: [claim(ADDRESS, MACS.a)] }).codes).toEqual(codes)
  })
})

describe('the ends of a subnet', () => {
  const special = [
    { address: '192.0.2.255', role: 'broadcast' as const, prefix: '192.0.2.0/24', interface: 'eth0' },
  ]

  it('is a warning in a pool, and information in a range that was typed', () => {
    expect(judged({ special }).codes).toEqual(['F12 warning'])
    expect(judged({ special, pool: undefined }).codes).toEqual(['F12 info'])
  })

  it('is left out by avoidBuggyIPs', () => {
    expect(
      judged({ special, pool: { name: 'lan', avoidBuggyIps: true, announcedBy: undefined } }).codes,
    ).toEqual([])
  })
})

describe('the verdict', () => {
  it('is open when a part could not be tested and nothing is wrong with the rest', () => {
    const notTested = [
      { ranges: ['192.0.2.109'], addressCount: 1, reason: 'no-route' as const, text: 'no route' },
    ]
    expect(judged({ notTested }).status).toBe('undetermined')
    expect(judged({ notTested, claims: [claim(ADDRESS, MACS.other)] }).status).toBe('findings')
  })

  it('names a proxy that answers for everything', () => {
    const claims = Array.from({ length: 20 }, (_, index) => claim(`192.0.2.${index + 20}`, MACS.other))
    const [finding] = judgePool(facts({ claims })).verdict.findings
    expect(finding?.evidence.at(-1)).toMatch(/answers for 20 of them: a router with proxy ARP/)
    expect(finding?.candidates[0]).toBe('F14')
  })

  it('sorts addresses by number, IPv4 first', () => {
    const claims = ['2001:db8::10', '2001:db8::9', '192.0.2.20', '192.0.2.3'].map((address) =>
      claim(address, MACS.other),
    )
    expect(judgePool(facts({ claims })).addresses.map(({ address }) => address)).toEqual([
      '192.0.2.3',
      '192.0.2.20',
      '2001:db8::9',
      '2001:db8::10',
    ])
  })
})
