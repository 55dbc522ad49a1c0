// Our speaker with each daemon: what one side refuses, the other is told, in words.
import { expect } from 'vitest'
import { describeMatrix, matrix } from '../support/bgp-peers/matrix.ts'
import { advertisement } from '../support/bgp-peers/our-speaker.ts'
import type { PeerKind } from '../support/bgp-peers/peer-config.ts'
import { eventually } from '../support/namespaces.ts'

const PREFIX = '198.51.100.1/32'

const logged = (peer: { logs(): string }, pattern: RegExp) =>
  eventually(`${pattern} in the log`, () => pattern.test(peer.logs()) || undefined, 30_000)

/** How each daemon tells that its AS was refused. */
const REFUSED: Readonly<Record<PeerKind, RegExp>> = {
  frr: /NOTIFICATION.*2\/2/,
  bird: /Received: Bad peer AS/,
  // A NOTIFICATION before it is established is to gobgpd a message that it did not expect.
  gobgpd: /new=BGP_FSM_IDLE old=BGP_FSM_OPENCONFIRM reason=invalid-msg/,
  exabgp: /"type": "notification".*"code": 2, "subcode": 2/,
  openbgpd: /received notification.*AS unacceptable/,
}

describeMatrix('our speaker', () => {
  const test = matrix()

  test('expecting another AS', { ours: { peerAsn: 64_999 } }, async ({ our, peer, options, kind }) => {
    await our.sees('its own refusal', () => /we sent .*Bad Peer AS/.test(our.lastWords))
    expect(our.lastWords).toMatch(/expected 64999, received 64513/)
    await logged(peer, REFUSED[kind])
    expect(our.establishments).toBe(0)
    our.speaker.setPeers([{ ...options, peerAsn: 'external' }])
    await peer.established()
  })

  test('unlike the AS that the peer expects', { theirs: { remoteAsn: 64_998 } }, async ({ our, peer }) => {
    await our.sees('the refusal', () => /the peer sent .*Bad Peer AS/.test(our.lastWords))
    expect(await peer.sessionState()).not.toBe('established')
  })

  test('with the same router identifier inside an AS', { theirAsn: 64_512 }, async ({
    our,
    peer,
    them,
    options,
  }) => {
    await peer.established()
    await our.reaches('established')
    const { address4 } = them
    const same = Number(address4.split('.').reduce((all, part) => all * 256n + BigInt(part), 0n))
    our.speaker.setPeers([{ ...options, routerId: { family: 4, value: BigInt(same) } }])
    await our.sees('a refusal', () => /BGP Identifier|Bad/.test(our.lastWords))
    expect(our.establishments).toBe(1)
  })

  test('with the shorter hold time of the two', { theirs: { holdTimeSeconds: 12 } }, async ({
    our,
    peer,
  }) => {
    await peer.established()
    await our.reaches('established')
    expect(our.status.session?.agreement.holdTimeSeconds).toBe(12)
  })

  // The others refuse such a configuration themselves.
  matrix(['gobgpd'])(
    'offered a hold time of 1 s',
    { theirs: { holdTimeSeconds: 1 } },
    async ({ our, peer }) => {
      await our.sees('its own refusal', () => /we sent .*Unacceptable Hold Time/.test(our.lastWords))
      expect(our.establishments).toBe(0)
      expect(await peer.sessionState()).not.toBe('established')
    },
  )

  const NO_WORDS =
    'exabgp 4.2.21 on Python 3 fails on words in a Cease, and takes it for a message that it cannot decode'
  test('saying goodbye', { without: { exabgp: NO_WORDS } }, async ({ our, peer }) => {
    our.announce(advertisement(PREFIX))
    await peer.routesThat('our route', ({ length }) => length === 1)
    await our.stop({ graceful: false, words: 'node 7 is drained' })
    await logged(peer, /node 7 is drained/)
    await peer.reaches('down')
    await peer.routesThat('nothing of us', ({ length }) => length === 0)
  })

  matrix(['exabgp'])('saying goodbye without a word', {}, async ({ our, peer }) => {
    our.announce(advertisement(PREFIX))
    await peer.routesThat('our route', ({ length }) => length === 1)
    await our.stop()
    await logged(peer, /"type": "notification".*"code": 6, "subcode": 2/)
    await peer.routesThat('nothing of us', ({ length }) => length === 0)
  })

  test('being told goodbye', { needs: ['shutdown-words'] }, async ({ our, peer }) => {
    await peer.established()
    await our.reaches('established')
    await peer.shutDownSession('rack 7 loses power')
    await our.sees('the words', () => our.lastWords.includes('rack 7 loses power'))
    expect(our.lastWords).toMatch(/the peer sent .*Administrative Shutdown/)
    await peer.reaches('down')
  })
})
