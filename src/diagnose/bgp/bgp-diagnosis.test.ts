import { describe, expect, it } from 'vitest'
import type { BgpMessage } from '../../wire/bgp/message.ts'
import { shutdownData } from '../../wire/bgp/notification-meaning.ts'
import { BGP_CHECKS, judgeBgp } from './bgp-diagnosis.ts'
import type { BgpFacts, ConversationFacts, ExpectedSession } from './bgp-facts.ts'
import { readBgpFacts } from './read-bgp-facts.ts'
import {
  attempt,
  behindGateway,
  bgpFacts,
  conversation,
  EXPECTED,
  notificationOf,
  openOfPeer,
  session,
} from './testing/bgp-facts.ts'

const KEEPALIVE: BgpMessage = { kind: 'keepalive' }
const OURS = openOfPeer({ asn: 64512, routerId: '192.0.2.1' })

const judgement = (facts: BgpFacts) => {
  const { findings, status, summary } = judgeBgp(facts)
  return { status, summary, codes: findings.map(({ code }) => code), title: findings[0]?.title, findings }
}
/** What is said when the peer sent this. */
const heard = (
  messages: readonly BgpMessage[],
  expected: Partial<ExpectedSession> = {},
  more: Partial<ConversationFacts> = {},
) =>
  judgement(
    bgpFacts({
      expected: { ...EXPECTED, ...expected },
      conversation: conversation(
        messages.map((message) => ['peer', message] as const),
        more,
      ),
    }),
  )
const shaken = (
  messages: readonly (readonly ['peer' | 'us', BgpMessage])[],
  more: Partial<ConversationFacts> = {},
) => judgement(bgpFacts({ conversation: conversation(messages, more) }))

describe('a peer that speaks', () => {
  it('is healthy when all is as expected', () => {
    expect(heard([openOfPeer({})])).toMatchObject({ status: 'healthy', codes: [] })
    const up = shaken([
      ['peer', openOfPeer({})],
      ['us', OURS],
      ['us', KEEPALIVE],
      ['peer', KEEPALIVE],
    ])
    expect(up).toMatchObject({ status: 'healthy', codes: [] })
    expect(up.summary).toMatch(/A session with 192\.0\.2\.2 comes up: AS 64513/)
  })

  it.each<[string, ReturnType<typeof openOfPeer>, Partial<ExpectedSession>, string, RegExp]>([
    ['another AS', openOfPeer({ asn: 64999 }), {}, 'F37', /has AS 64999, and AS 64513 is expected/],
    ['swapped', openOfPeer({ asn: 64512 }), {}, 'F37', /has AS 64512, and AS 64513/],
    ['internal wanted', openOfPeer({}), { peerAsn: 'internal' }, 'F37', /our own AS 64512 is expected/],
    [
      'external wanted',
      openOfPeer({ asn: 64512 }),
      { peerAsn: 'external' },
      'F37',
      /another AS than our own/,
    ],
    [
      'two bytes',
      openOfPeer({ fourOctets: false }),
      { myAsn: 4_200_000_001 },
      'F37',
      /knows AS numbers of two bytes only, and the nodes have AS 4200000001/,
    ],
    [
      'same router ID',
      openOfPeer({ routerId: '192.0.2.1' }),
      {},
      'F42',
      /have the same router ID 192\.0\.2\.1/,
    ],
    [
      'shared router ID',
      openOfPeer({}),
      { routerIdSharedWith: ['b', 'c'] },
      'F42',
      /that of several nodes: b, c and this one/,
    ],
    [
      'illegal router ID',
      openOfPeer({}),
      { routerId: '240.1.2.3', routerIdFrom: 'node name' },
      'F42',
      /not one that a host can have/,
    ],
    ['hold time 0', openOfPeer({ holdTimeSeconds: 0 }), {}, 'F41', /Nobody would watch the session/],
    ['our hold time 0', openOfPeer({}), { holdTimeSeconds: 0 }, 'F41', /Nobody would watch the session/],
    ['hold time 2', openOfPeer({ holdTimeSeconds: 2 }), {}, 'F41', /proposes a hold time of 2 s/],
    ['no IPv6', openOfPeer({}), { families: [4, 6] }, 'F43', /does not take IPv6 routes/],
    ['no graceful restart', openOfPeer({}), { gracefulRestart: true }, 'F47', /does not do graceful restart/],
  ])('%s', (_, open, expected, code, title) => {
    const found = heard([open], expected)
    expect(found).toMatchObject({ status: 'findings', codes: [code] })
    expect(found.title).toMatch(title)
  })

  it('offers the swapped numbers back', () => {
    const [finding] = heard([openOfPeer({ asn: 64512 })]).findings
    expect(finding?.fix[0]?.configuration).toEqual(
      expect.arrayContaining(['  myASN: 64513', '  peerASN: 64512']) as unknown,
    )
    expect(finding?.fix[1]?.configuration).toEqual(
      expect.arrayContaining(['router bgp 64513', ' neighbor 192.0.2.1 remote-as 64512']) as unknown,
    )
  })

  it('carries IPv4 when it says no family at all', () => {
    expect(heard([openOfPeer({ families: [] })])).toMatchObject({ status: 'healthy' })
  })

  it.each<[string, BgpMessage, string]>([
    ['KEEPALIVE first', KEEPALIVE, 'F40'],
    ['UPDATE first', { kind: 'update', withdrawn: [], attributes: [], announced: [] }, 'F40'],
  ])('%s: in the middle of a session with somebody else', (_, message, code) => {
    expect(heard([message])).toMatchObject({ codes: [code] })
  })

  it.each([
    [1, 1, 'F36'],
    [2, 0, 'F43'],
    [2, 1, 'F36'],
    [2, 2, 'F37'],
    [2, 3, 'F42'],
    [2, 4, 'F43'],
    [2, 5, 'F38'],
    [2, 6, 'F41'],
    [2, 7, 'F43'],
    [2, 11, 'F43'],
    [3, 3, 'F43'],
    [3, 11, 'F37'],
    [7, 1, 'F43'],
    [4, 0, 'F41'],
    [5, 1, 'F40'],
    [6, 1, 'F44'],
    [6, 2, 'F36'],
    [6, 3, 'F36'],
    [6, 4, 'F36'],
    [6, 5, 'F36'],
    [6, 7, 'F40'],
    [6, 9, 'F36'],
    [6, 10, 'F46'],
    [8, 0, 'F41'],
    [99, 9, 'F36'],
  ])('NOTIFICATION %i/%i is %s', (code, subcode, expected) => {
    const answer = notificationOf(code, subcode)
    expect(heard([answer]).codes).toEqual([expected])
    expect(
      shaken([
        ['peer', openOfPeer({})],
        ['us', OURS],
        ['peer', answer],
      ]).codes,
    ).toEqual([expected])
  })

  it('tells what the operator says', () => {
    const { findings } = heard([notificationOf(6, 2, shutdownData('back at noon'))])
    expect(findings[0]?.evidence).toContain('its operator says: back at noon')
  })

  it('is named by a hard reset for what is in it', () => {
    expect(heard([notificationOf(6, 9, Uint8Array.of(6, 1))]).codes).toEqual(['F44'])
  })
})

describe('a peer that does not', () => {
  const silent = attempt({ result: 'silent', elapsedMs: 3000, acknowledged: undefined })
  const refused = { result: 'failed', code: 'ECONNREFUSED', acknowledged: undefined } as const
  const alive = attempt({ ...refused, purpose: 'other-port', port: 22 })
  const near = { ...silent, purpose: 'ttl-255', ttl: 255 } as const
  const none = conversation([], { end: { how: 'peer closed', code: undefined, atMs: 2 } })

  it.each<[string, Partial<BgpFacts>, string, RegExp]>([
    ['refuses', { attempts: [attempt(refused)] }, 'F36', /is up and has no BGP on this side/],
    ['is filtered', { attempts: [silent, alive, near] }, 'F34', /packets to port 179 vanish/],
    ['is not there', { attempts: [silent, near] }, 'F36', /Nothing comes back/],
    [
      'answers others',
      { attempts: [silent, alive, near, attempt({ purpose: 'other-source', source: '192.0.2.9' })] },
      'F38',
      /answers other addresses of this host and not 192\.0\.2\.1/,
    ],
    [
      'has another password',
      {
        attempts: [silent, { ...silent, purpose: 'signed', signed: true }, alive],
        expected: { ...EXPECTED, password: 'given' },
      },
      'F38',
      /answers neither with the password nor without/,
    ],
    [
      'has a password that is not known here',
      { attempts: [silent, alive], expected: { ...EXPECTED, password: 'not known here' } },
      'F38',
      /does not answer without the password, which is not known here/,
    ],
    [
      'has no password',
      {
        attempts: [attempt(), { ...silent, purpose: 'signed', signed: true }],
        expected: { ...EXPECTED, password: 'given' },
      },
      'F38',
      /has no password for 192\.0\.2\.1/,
    ],
    ['hangs up', { conversation: none }, 'F36', /closes it without a word/],
    ['is mute', { conversation: conversation([]) }, 'F36', /accepts the connection and says nothing\./],
    [
      'is no speaker of BGP',
      { conversation: conversation([], { strayBytes: '5353482d322e300d0a' }) },
      'F36',
      /does not speak BGP as it should/,
    ],
    [
      'drops our OPEN',
      {
        conversation: conversation(
          [
            ['peer', openOfPeer({})],
            ['us', OURS],
          ],
          { end: { how: 'peer reset', code: 'ECONNRESET', atMs: 9 } },
        ),
      },
      'F40',
      /drops the connection after our OPEN, without a NOTIFICATION/,
    ],
    [
      'does not confirm',
      {
        conversation: conversation([
          ['peer', openOfPeer({})],
          ['us', OURS],
          ['us', KEEPALIVE],
        ]),
      },
      'F41',
      /does not confirm our OPEN/,
    ],
    [
      'starves the session',
      {
        expected: { ...EXPECTED, holdTimeSeconds: 3 },
        conversation: conversation(
          [
            ['peer', openOfPeer({})],
            ['us', OURS],
            ['us', KEEPALIVE],
            ['peer', KEEPALIVE],
          ],
          {
            end: { how: 'we', code: undefined, atMs: 5000 },
          },
        ),
      },
      'F41',
      /no second KEEPALIVE came within the hold time of 3 s/,
    ],
    [
      'is too far away',
      {
        way: behindGateway,
        attempts: [attempt(), { ...near, purpose: 'one-hop', ttl: 1 }],
        conversation: none,
      },
      'F39',
      /is behind 192\.0\.2\.254, and the session is eBGP without ebgpMultiHop/,
    ],
    [
      'has GTSM',
      {
        attempts: [attempt({ acknowledged: false, acknowledgedWithFullTtl: true })],
        conversation: conversation([['peer', openOfPeer({})]]),
      },
      'F39',
      /takes packets with a TTL of 255 only/,
    ],
    [
      'is not to be asked from that address',
      {
        notTried: 'source',
        attempts: [],
        source: { given: true, address: '192.0.2.9', interface: undefined },
      },
      'F36',
      /does not have the address 192\.0\.2\.9/,
    ],
    [
      'is not known on the interface',
      {
        notTried: 'router',
        attempts: [],
        peer: { ...bgpFacts().peer, address: '::', family: 6, zone: 'eth0' },
      },
      'F36',
      /No router has made itself known on eth0/,
    ],
  ])('%s', (_, facts, code, title) => {
    const found = judgement(bgpFacts(facts))
    expect(found.codes).toContain(code)
    expect(found.findings[0]).toMatchObject({ code, severity: 'error' })
    expect(found.title).toMatch(title)
  })

  it('shows what is not BGP as text, and nothing that steers the terminal', () => {
    const found = judgement(
      bgpFacts({ conversation: conversation([], { strayBytes: '5353482d322e300d0a' }) }),
    )
    expect(found.findings[0]?.evidence).toEqual(['it sent "SSH-2.0"'])
  })
})

describe('a session of this host', () => {
  it('is shown, and nothing else is judged', () => {
    const found = judgement(bgpFacts({ sessions: [session()], notTried: 'session', attempts: [] }))
    expect(found).toMatchObject({ status: 'healthy', codes: [] })
    expect(found.summary).toMatch(
      /This host has a session to 192\.0\.2\.2: 192\.0\.2\.1 port 40000, bird \(process 4711\), 1234 bytes received, the last 12\.0 s ago/,
    )
  })
  it('is dead when nothing has come for longer than the hold time', () => {
    const traffic = { ...session().traffic!, lastReceivedMs: 200_000, lastSentMs: 100, retransmits: 5 }
    const found = judgement(bgpFacts({ sessions: [session({ traffic })], notTried: 'session', attempts: [] }))
    expect(found.findings[0]).toMatchObject({ code: 'F41', confidence: 'certain' })
  })
  it('is none when the peer has not said a whole OPEN', () => {
    const traffic = { ...session().traffic!, receivedBytes: 0, lastSentMs: 60_000 }
    const found = judgement(bgpFacts({ sessions: [session({ traffic })], notTried: 'session', attempts: [] }))
    expect(found.codes).toEqual(['F36'])
  })
})

describe('facts of a file', () => {
  it('are read back as they were printed', () => {
    const facts = bgpFacts({
      sessions: [session()],
      attempts: [attempt({ drops: { md5NotFound: 1, md5Unexpected: 0, md5Failure: 0, minTtl: undefined } })],
      conversation: conversation([['peer', openOfPeer({})]]),
    })
    expect(readBgpFacts(JSON.parse(JSON.stringify(facts)))).toEqual(facts)
  })
  it('are refused with the place where they differ', () => {
    const broken = { ...bgpFacts(), attempts: [{ ...attempt(), purpose: 'other' }] }
    expect(() => readBgpFacts(JSON.parse(JSON.stringify(broken)))).toThrow(/attempts\[0\]\.purpose/)
  })
})

it('each check has an id of its own', () => {
  const ids = BGP_CHECKS.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})
