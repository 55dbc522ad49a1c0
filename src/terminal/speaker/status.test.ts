import { expect, it } from 'vitest'
import type { PartStatus, SpeakerStatus } from '../../speaker/report/status.ts'
import { renderSpeakerStatus, renderWhy } from './status.ts'

const no = (reason: string): PartStatus => ({ announces: false, reason, why: `of ${reason}` })
const yes: PartStatus = { announces: true, reason: null, why: null }
const AT = '2026-11-27T18:00:00.000Z'
const NOW_MS = Date.parse(AT) + 90_000

const STATUS: SpeakerStatus = {
  node: 'node1',
  version: '1.2.3',
  startedAt: AT,
  configuration: {
    state: 'invalid',
    problems: [{ code: 'V102', message: 'IPAddressPool p: "x" is no range.', place: 'a.yaml:5:20' }],
  },
  services: [
    {
      ...{ service: 'default/web', addresses: ['192.0.2.10'], pool: 'p' },
      layer2: { ...yes, owner: 'node1', interfaces: ['eth0'] },
      bgp: { ...no('noMatchingAdvertisement'), peers: [] },
    },
    {
      ...{ service: 'default/db', addresses: ['192.0.2.11'], pool: 'p' },
      layer2: { ...no('notOwner'), owner: 'node2', interfaces: null },
      bgp: { ...yes, peers: ['tor'] },
    },
  ],
  peers: [
    {
      ...{
        name: 'tor',
        address: '198.51.100.1',
        port: 179,
        interface: null,
        localAsn: 64512,
        peerAsn: 64513,
      },
      ...{ state: 'active', since: AT, uptimeSeconds: null, holdTimeSeconds: null, resets: 1 },
      prefixes: { announced: 0, pending: 1, received: 0 },
      lastEnding: { at: AT, words: 'the peer closed the connection\u001b[2J' },
    },
  ],
  members: [{ name: 'node1', address: '192.0.2.1:7946', state: 'alive' }],
  conflicts: [{ address: '192.0.2.10', interface: 'eth0', mac: '02:00:00:00:00:09', lastAt: AT, count: 3 }],
  limits: ['BGP passwords: koffi is missing.'],
}

it('the status fits a terminal, says what is wrong first, and cannot steer it', () => {
  const text = renderSpeakerStatus(STATUS, NOW_MS, { colorLevel: 0, width: 80 })
  expect(text).toBe(`node1, lbctl 1.2.3, up for 90 s
2 Services: 1 by layer 2, 1 by BGP

The newest configuration is not valid; the last valid one is in use.
  a.yaml:5:20: V102: IPAddressPool p: "x" is no range.

SERVICE      ADDRESS     LAYER 2     BGP
default/web  192.0.2.10  here, eth0  -
default/db   192.0.2.11  node2       tor

PEER  ADDRESS       AS     STATE   SINCE  PREFIXES  LAST END
tor   198.51.100.1  64513  active  90 s   0 +1      90 s ago: the peer closed
                                                    the connection\ufffd[2J

MEMBER  ADDRESS         STATE
node1   192.0.2.1:7946  alive

CONFLICT    INTERFACE  CLAIMED BY         TIMES  LAST
192.0.2.10  eth0       02:00:00:00:00:09  3      90 s ago

Not possible here: BGP passwords: koffi is missing.
`)
})

it('why shows every node', () => {
  const text = renderWhy(
    [
      {
        ...{ service: 'default/web', addresses: ['192.0.2.10'], pool: 'p', thisNode: 'b' },
        nodes: [
          { node: 'a', layer2: yes, bgp: no('notOwner') },
          { node: 'b', layer2: no('notOwner'), bgp: yes },
        ],
        succession: ['a', 'b'],
      },
    ],
    { colorLevel: 0, width: 80 },
  )
  expect(text).toBe(`default/web: 192.0.2.10, from the pool p
NODE          LAYER 2                   BGP
a             announces                 not, because of notOwner
b (this one)  not, because of notOwner  announces
Order of succession by layer 2: a, b
`)
})
