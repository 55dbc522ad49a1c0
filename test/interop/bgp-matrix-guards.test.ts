// Our speaker with each daemon: what keeps strangers out, each with its negative twin, which the kernel's counters prove.
import { expect } from 'vitest'
import type { BgpPeerOptions } from '../../src/bgp/peer.ts'
import { describeMatrix, matrix, type Scenario, type Stage } from '../support/bgp-peers/matrix.ts'
import { advertisement } from '../support/bgp-peers/our-speaker.ts'
import { kernelCounter } from '../support/bgp-peers/tcp-facts.ts'
import { eventually } from '../support/namespaces.ts'

const PREFIX = '198.51.100.1/32'
const PASSWORD = 'mekmitasdigoat'

const comesUp: Scenario = async ({ our, peer }) => {
  our.announce(advertisement(PREFIX))
  await peer.established()
  await our.reaches('established')
  await peer.routesThat('our route', ([route]) => route?.prefix === PREFIX)
}

const countedAnywhere = ({ lab, us, them }: Stage, counters: readonly string[]): number =>
  [us, them]
    .flatMap(({ namespace }) => counters.map((name) => kernelCounter(lab, namespace, name)))
    .reduce((a, b) => a + b, 0)

async function drops(stage: Stage, counters: readonly string[]): Promise<void> {
  await eventually(
    `packets are dropped (${counters.join(', ')})`,
    () => countedAnywhere(stage, counters) >= 3 || undefined,
    45_000,
  )
}

/** The kernel has thrown packets away for this reason, and there is no session on either side. */
async function staysDown(stage: Stage, counters: readonly string[]): Promise<void> {
  await drops(stage, counters)
  expect(await stage.peer.sessionState()).not.toBe('established')
  await neverEstablished(stage)
}

async function neverEstablished({ our }: Stage): Promise<void> {
  expect(our.status.state).not.toBe('established')
  expect(our.establishments).toBe(0)
}

/**
 * Who checks the TTL has no session. The other side may take itself for established until its hold time is over: a
 * listener for several peers sets the check on the connection that it has accepted, so a first OPEN that was faster
 * than that gets through, and only what follows is thrown away.
 */
const guarded =
  (expectation: (stage: Stage) => Promise<void>): Scenario =>
  async (stage) => {
    await drops(stage, ['TCPMinTTLDrop'])
    await expectation(stage)
  }

const with_ = (options: BgpPeerOptions, remote: Partial<BgpPeerOptions['remote']>): BgpPeerOptions => ({
  ...options,
  remote: { ...options.remote, ...remote },
})

describeMatrix('our speaker', () => {
  const test = matrix()

  test(
    'signed with the right password',
    { theirs: { password: PASSWORD }, remote: { password: PASSWORD } },
    comesUp,
  )

  test('signed over IPv6', {
    overIpv6: true,
    ours: { families: [4, 6] },
    theirs: { password: PASSWORD },
    remote: { password: PASSWORD },
  }, async ({ our, peer }) => {
    our.announce(advertisement('2001:db8:100::1/128'))
    await peer.established()
    await peer.routesThat('our route', ({ length }) => length === 1)
  })

  test('signed with a wrong password, until it is put right', {
    theirs: { password: PASSWORD },
    remote: { password: 'mekmitasdigoat ' },
  }, async (stage) => {
    await staysDown(stage, ['TCPMD5Failure'])
    stage.our.speaker.setPeers([with_(stage.options, { password: PASSWORD })])
    await comesUp(stage)
  })

  test('unsigned where the peer signs', {
    theirs: { password: PASSWORD },
    without: {
      openbgpd: 'openbgpd 7.7 on Linux accepts unsigned connections of a neighbour with a password',
    },
  }, async (stage) => {
    await staysDown(stage, ['TCPMD5NotFound', 'TCPMD5Unexpected'])
    expect(stage.our.status.lastEnding?.words ?? '').not.toContain(PASSWORD)
  })

  test(
    'with GTSM on both sides',
    { theirs: { ttlSecurity: true }, remote: { ttl: 255, minTtl: 255 } },
    comesUp,
  )

  test(
    'with GTSM on the side of the peer only',
    {
      theirs: { ttlSecurity: true },
      without: { exabgp: 'exabgp checks the TTL of connections that it accepts, not of those that it makes' },
    },
    guarded(async ({ peer }) => expect(await peer.sessionState()).not.toBe('established')),
  )

  test('with GTSM on our side only', { remote: { ttl: 255, minTtl: 255 } }, guarded(neverEstablished))
})
