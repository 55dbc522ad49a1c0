import { expect, it } from 'vitest'
import { gossipSettings } from './overrides.ts'
import { GOSSIP_PROFILES } from './settings.ts'

const problems = (text: string) => {
  const result = gossipSettings('lan', text)
  return result.ok ? [] : result.error
}

it('without a file, the profile is what there is', () => {
  expect(gossipSettings('lan', undefined)).toEqual({ ok: true, value: GOSSIP_PROFILES.lan })
  expect(GOSSIP_PROFILES.wan).toMatchObject({
    ...{ tcpTimeoutMs: 30_000, suspicionMultiplier: 6, pushPullIntervalMs: 60_000, probeTimeoutMs: 3_000 },
    ...{ probeIntervalMs: 5_000, gossipNodes: 4, gossipIntervalMs: 500, gossipToTheDeadMs: 60_000 },
    ...{ indirectChecks: 3, retransmitMultiplier: 4, awarenessMaxMultiplier: 8, udpBufferBytes: 1400 },
  })
})

it('takes every setting of the file', () => {
  const file = {
    ...{ TCPTimeout: '5s', IndirectChecks: 2, RetransmitMult: 5, SuspicionMult: 3 },
    ...{ SuspicionMaxTimeoutMult: 4, PushPullInterval: '15s', ProbeTimeout: '50ms' },
    ...{ ProbeInterval: 100_000_000, DisableTcpPings: true, AwarenessMaxMultiplier: 2, GossipNodes: 6 },
    ...{ GossipInterval: '20ms', GossipToTheDeadTime: '1m', GossipVerifyIncoming: false },
    ...{ GossipVerifyOutgoing: false, EnableCompression: false, HandoffQueueDepth: 64 },
    ...{ UDPBufferSize: 1200, QueueCheckInterval: '3s' },
  }
  expect(gossipSettings('wan', JSON.stringify(file))).toEqual({
    ok: true,
    value: {
      ...{ tcpTimeoutMs: 5_000, indirectChecks: 2, retransmitMultiplier: 5, suspicionMultiplier: 3 },
      ...{ suspicionMaxTimeoutMultiplier: 4, pushPullIntervalMs: 15_000, probeTimeoutMs: 50 },
      ...{ probeIntervalMs: 100, disableTcpPings: true, awarenessMaxMultiplier: 2, gossipNodes: 6 },
      ...{ gossipIntervalMs: 20, gossipToTheDeadMs: 60_000, verifyIncoming: false },
      ...{ verifyOutgoing: false, compression: false, handoffQueueDepth: 64 },
      ...{ udpBufferBytes: 1200, queueCheckIntervalMs: 3_000 },
    },
  })
})

it('puts some settings on top of the profile', () => {
  const result = gossipSettings('wan', '{"GossipNodes": 9}')
  expect(result).toEqual({ ok: true, value: { ...GOSSIP_PROFILES.wan, gossipNodes: 9 } })
})

it.each([
  ['{', 'The settings are not JSON.'],
  ['[]', 'The settings are JSON but no object'],
  ['null', 'The settings are JSON but no object'],
  ['{"probeInterval": "1s"}', '"probeInterval" is no setting of memberlist. Write ProbeInterval.'],
  ['{"Bind": 1}', '"Bind" is no setting of memberlist. The names are TCPTimeout,'],
  ['{"__proto__": 1}', '"__proto__" is no setting of memberlist.'],
  ['{"ProbeInterval": "1"}', 'ProbeInterval is "1": write a duration such as "500ms"'],
  ['{"ProbeInterval": true}', 'ProbeInterval is true: write a duration'],
  ['{"ProbeInterval": 5}', 'ProbeInterval is 5, which is less than a millisecond'],
  ['{"ProbeTimeout": "0s"}', 'ProbeTimeout is "0s": it must be longer than nothing.'],
  ['{"PushPullInterval": "-1s"}', 'PushPullInterval is "-1s": it must be from 0 to 24 hours.'],
  ['{"GossipInterval": "25h"}', 'GossipInterval is "25h": it must be from 0 to 24 hours.'],
  ['{"SuspicionMult": 0}', 'SuspicionMult is 0: write a whole number from 1 to 100.'],
  ['{"SuspicionMult": 1.5}', 'SuspicionMult is 1.5: write a whole number from 1 to 100.'],
  ['{"UDPBufferSize": 70000}', 'UDPBufferSize is 70000: write a whole number from 512 to 65507.'],
  ['{"DisableTcpPings": 1}', 'DisableTcpPings is 1: write true or false.'],
  ['{"ProbeTimeout": "2s"}', 'ProbeTimeout (2000 ms) is longer than ProbeInterval (1000 ms)'],
])('refuses %s', (text, problem) => {
  expect(problems(text)).toEqual([expect.stringContaining(problem)])
})

it('names everything that is wrong', () => {
  expect(problems('{"SuspicionMult": "4", "X": 1, "GossipNodes": 3, "TCPTimeout": []}')).toHaveLength(3)
})

it('zero switches off what can be switched off', () => {
  expect(
    problems('{"PushPullInterval": 0, "GossipInterval": "0s", "ProbeInterval": "0", "GossipNodes": 0}'),
  ).toEqual([])
})
