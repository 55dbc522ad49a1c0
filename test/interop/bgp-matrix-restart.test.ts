// Our speaker with each daemon: what becomes of our routes when we restart, and what becomes of us when the daemon hangs.
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect } from 'vitest'
import { describeMatrix, matrix } from '../support/bgp-peers/matrix.ts'
import { advertisement } from '../support/bgp-peers/our-speaker.ts'
import type { PeerRoute } from '../support/bgp-peers/peer-route.ts'
import type { SpeakerProgram } from '../support/bgp-peers/speaker-program.ts'
import { type BuiltFile, buildFile } from '../support/linux-worker.ts'

const KEPT = '198.51.100.1/32'
const DROPPED = '198.51.100.2/32'
const prefixes = (routes: readonly PeerRoute[]) => routes.map(({ prefix }) => prefix)

describeMatrix('our speaker', () => {
  const test = matrix()
  const graceful = { restartSeconds: 60 }
  let program: BuiltFile & { path: string }
  beforeAll(async () => {
    const built = await buildFile('test/support/bgp-peers/speaker-program.ts')
    program = { ...built, path: fileURLToPath(built.url) }
  })
  afterAll(() => program.remove())

  test('restarting gracefully, with its routes kept', {
    ours: { gracefulRestart: graceful },
    theirs: { gracefulRestart: true },
    needs: ['graceful-restart'],
  }, async ({ our, peer, restart }) => {
    our.announce(advertisement(KEPT), advertisement(DROPPED))
    await peer.routesThat('our routes', ({ length }) => length === 2)
    await our.sees('that both agreed', () => our.status.session?.agreement.gracefulRestart !== undefined)
    await our.stop({ graceful: true })
    await peer.reaches('down')
    const kept = await peer.routesThat('stale routes', (all) => all.every(({ stale }) => stale === true))
    expect(prefixes(kept)).toEqual([KEPT, DROPPED])

    const again = await restart({ restarted: true })
    again.announce(advertisement(KEPT))
    await again.reaches('established')
    // End-of-RIB: what was not announced again is gone now, and what was is as good as new.
    const routes = await peer.routesThat(
      'only what was announced again',
      (all) => all.length === 1 && all.every(({ stale }) => stale !== true),
    )
    expect(prefixes(routes)).toEqual([KEPT])
  })

  test('killed, with its routes kept until it is back', {
    withoutUs: true,
    ours: { gracefulRestart: graceful },
    theirs: { gracefulRestart: true },
    needs: ['graceful-restart'],
  }, async ({ lab, us, them, peer }) => {
    const start = (restarted: boolean, ...announced: readonly string[]) => {
      const told: SpeakerProgram = {
        ...{ us, them, restarted, prefixes: announced },
        setting: { ours: { gracefulRestart: graceful } },
      }
      return lab.background(us.namespace, process.execPath, program.path, JSON.stringify(told))
    }
    const first = start(false, KEPT, DROPPED)
    await peer.routesThat('our routes', ({ length }) => length === 2)
    first.kill('SIGKILL')
    await peer.reaches('down')
    const kept = await peer.routesThat('stale routes', (all) => all.every(({ stale }) => stale === true))
    expect(prefixes(kept)).toEqual([KEPT, DROPPED])

    const second = start(true, KEPT)
    const routes = await peer.routesThat(
      'only what was announced again',
      (all) => all.length === 1 && all.every(({ stale }) => stale !== true),
    )
    expect(prefixes(routes)).toEqual([KEPT])
    second.kill('SIGKILL')
  })

  test('stopping for good, with its routes gone although graceful restart was agreed on', {
    ours: { gracefulRestart: graceful },
    theirs: { gracefulRestart: true },
    needs: ['graceful-restart'],
  }, async ({ our, peer }) => {
    our.announce(advertisement(KEPT))
    await peer.routesThat('our route', ({ length }) => length === 1)
    await our.stop({ graceful: false })
    await peer.routesThat('nothing of us', ({ length }) => length === 0)
  })

  test('stopping without a word, with its routes gone where graceful restart was not agreed on', {
    theirs: { gracefulRestart: true },
  }, async ({ our, peer }) => {
    our.announce(advertisement(KEPT))
    await peer.routesThat('our route', ({ length }) => length === 1)
    await our.stop({ graceful: true })
    await peer.routesThat('nothing of us', ({ length }) => length === 0)
  })

  test('with a peer that hangs, until it goes on', {
    ours: { holdTimeSeconds: 3 },
    theirs: { holdTimeSeconds: 3 },
  }, async ({ our, peer }) => {
    our.announce(advertisement(KEPT))
    await peer.routesThat('our route', ({ length }) => length === 1)
    peer.pause()
    await our.sees('the hold timer expire', () => /Hold Timer Expired/.test(our.lastWords))
    expect(our.lastWords).toMatch(/^we sent /)
    expect(our.status.state).not.toBe('established')
    expect(our.status.prefixes.announced).toBe(0)
    peer.resume()
    await our.sees('another session', () => our.establishments === 2)
    await peer.established()
    await peer.routesThat('our route again', ([route]) => route?.prefix === KEPT)
  })
})
