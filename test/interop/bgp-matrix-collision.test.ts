// Our speaker and each daemon dial each other at the same moment: one session is left, over one connection.
import { expect } from 'vitest'
import { carryOnceBothDial, cutCable } from '../support/bgp-peers/cut-cable.ts'
import { describeMatrix, matrix, type Scenario } from '../support/bgp-peers/matrix.ts'
import { address, advertisement } from '../support/bgp-peers/our-speaker.ts'
import type { PeerKind } from '../support/bgp-peers/peer-config.ts'
import { bgpConnections } from '../support/bgp-peers/tcp-facts.ts'
import { eventually } from '../support/namespaces.ts'

const PREFIX = '198.51.100.1/32'

/** Give up their own connection as soon as one comes in, whoever has the higher identifier. */
const YIELDING: readonly PeerKind[] = ['gobgpd', 'exabgp', 'openbgpd']

const collides =
  (winner: 'ours' | 'theirs'): Scenario =>
  async ({ kind, our, peer, lab, us, them }) => {
    our.announce(advertisement(PREFIX))
    const stop = await carryOnceBothDial(lab, us)
    try {
      await our.reaches('established')
      await peer.established()
      await peer.routesThat('our route', ([route]) => route?.prefix === PREFIX)
      await eventually('one connection is left', () =>
        [us, them].every(({ namespace }) => bgpConnections(lab, namespace).length === 1) ? true : undefined,
      )
      expect(our.establishments).toBe(1)
      if (YIELDING.includes(kind)) return
      // RFC 4271 §6.8: that of the speaker with the higher identifier.
      expect(our.status.session?.direction).toBe(winner)
    } finally {
      await stop()
    }
  }

describeMatrix('our speaker', () => {
  const test = matrix()

  test(
    'and the peer dialling each other, with the lower identifier',
    { hosts: cutCable, ours: { connectRetrySeconds: 5 } },
    collides('theirs'),
  )

  test(
    'and the peer dialling each other, with the higher identifier',
    { hosts: cutCable, ours: { connectRetrySeconds: 5, routerId: address('203.0.113.1') } },
    collides('ours'),
  )
})
