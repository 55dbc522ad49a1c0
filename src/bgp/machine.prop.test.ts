// Whatever happens in whatever order: the promises that a driver relies on hold (machine-player.ts checks them at each step).
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resetError, why } from '../wire/bgp/bgp-error.ts'
import type { BgpPeerOptions } from './peer.ts'
import { PEER_TIMERS, type PeerEvent, sessionsOf } from './peer-state.ts'
import type { MessageEvent } from './session/events.ts'
import { offeredOpen } from './session/offer.ts'
import { MachinePlayer } from './testing/machine-player.ts'
import { seeded } from './testing/random.ts'
import { address, mirrored, peerOptions, RIGHT } from './testing/speakers.ts'

const NONE = new Uint8Array(0)
const restart = { restartSeconds: 60, throughNotifications: true }
const error = (code: number, subcode: number) => resetError(why(0, 'test', 'RFC 0'), [code, subcode])
const theirs = (change: Parameters<typeof mirrored>[0] = {}, restarted = false) =>
  offeredOpen(mirrored(change), { restarted, bare: false })

const MESSAGES: readonly MessageEvent[] = [
  { kind: 'open', open: theirs() },
  { kind: 'open', open: theirs({ gracefulRestart: restart, families: [4, 6] }, true) },
  { kind: 'open', open: theirs({ holdTimeSeconds: 0 }) },
  { kind: 'open', open: theirs({ localAsn: 65_009 }) },
  { kind: 'open', open: theirs({ routerId: address('0.0.0.1') }) },
  { kind: 'keepalive' },
  { kind: 'keepalive' },
  { kind: 'keepalive' },
  { kind: 'update', update: { kind: 'update', withdrawn: [], attributes: [], announced: [] }, errors: [] },
  { kind: 'update-error', error: error(3, 1) },
  { kind: 'header-error', error: error(1, 2) },
  { kind: 'open-error', error: error(2, 4) },
  { kind: 'notification', notification: { code: 6, subcode: 2, data: NONE } },
  { kind: 'notification', notification: { code: 6, subcode: 9, data: NONE } },
  { kind: 'notification', notification: { code: 2, subcode: 4, data: NONE } },
  { kind: 'version-error', notification: { code: 2, subcode: 1, data: NONE } },
  {
    kind: 'route-refresh',
    refresh: { kind: 'route-refresh', family: { afi: 1, safi: 1 }, subtype: 'begin', filters: NONE },
  },
]

const OPENS = MESSAGES.slice(0, 3)

const OPTIONS: readonly BgpPeerOptions[] = [
  peerOptions(),
  peerOptions({ passive: true }),
  peerOptions({ families: [4, 6], gracefulRestart: restart, holdTimeSeconds: 9, maximumPrefixes: 10 }),
  peerOptions({ routerId: RIGHT, holdTimeSeconds: 0 }),
]

/** The next event of a long and unlikely life; most of them are of connections and timers that there are. */
function nextEvent(player: MachinePlayer, random: () => number): PeerEvent {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const connection = random() < 0.95 ? (pick([...player.open]) ?? 1) : Math.floor(random() * 20)
  const session = pick(sessionsOf(player.state))
  if (random() < 0.4 && session.connection !== undefined) {
    const { connection, state } = session
    if (state === 'connect') return { kind: 'connected', connection }
    return { kind: 'message', connection, event: state === 'open-sent' ? pick(OPENS) : { kind: 'keepalive' } }
  }
  const dice = random()
  if (dice < 0.4) return { kind: 'message', connection, event: pick(MESSAGES) }
  if (dice < 0.55) return { kind: 'connected', connection }
  if (dice < 0.62) return { kind: 'accepted', connection: player.state.nextConnection }
  if (dice < 0.67) return { kind: 'closed', connection, code: random() < 0.5 ? undefined : 'ECONNRESET' }
  if (dice < 0.72) return { kind: 'sending', connection, blocked: random() < 0.5 }
  if (dice < 0.76) return { kind: 'counted', family: pick([4, 6]), count: Math.floor(random() * 12) }
  if (dice < 0.78) return { kind: 'reset', notification: { code: 6, subcode: 4, data: NONE } }
  if (dice < 0.8)
    return { kind: 'stop', notification: random() < 0.5 ? undefined : { code: 6, subcode: 2, data: NONE } }
  if (dice < 0.86 || player.armed.size === 0) return { kind: 'start' }
  const { owner, timer } =
    random() < 0.95 ? pick([...player.armed.values()]) : { owner: PEER_TIMERS, timer: 'stale' as const }
  return { kind: 'timer', owner, timer }
}

function live(
  options: BgpPeerOptions,
  seed: number,
  steps: number,
): { player: MachinePlayer; effects: unknown[] } {
  const random = seeded(seed)
  const player = new MachinePlayer(options, seed % 2 === 0)
  const effects: unknown[] = []
  for (let i = 0; i < steps; i++) {
    player.nowMs += random() * 10_000
    effects.push(player.play(nextEvent(player, random), random()))
  }
  return { player, effects }
}

const anyOptions = fc.constantFrom(...OPTIONS)

describe('a peer', () => {
  it('keeps its promises whatever happens', () => {
    let established = 0
    let collisions = 0
    fc.assert(
      fc.property(anyOptions, fc.integer(), (options, seed) => {
        const { player } = live(options, seed, 150)
        established += player.log.filter((line) => / up\b/.test(line)).length
        if (player.state.nextSession > 2) collisions++
      }),
      { numRuns: 400 },
    )
    // The lives are long enough to be worth looking at.
    expect(established).toBeGreaterThan(400)
    expect(collisions).toBeGreaterThan(100)
  })

  it('does the same again when the same happens again', () => {
    fc.assert(
      fc.property(anyOptions, fc.integer(), (options, seed) => {
        expect(live(options, seed, 60).effects).toEqual(live(options, seed, 60).effects)
      }),
      { numRuns: 50 },
    )
  })

  it('has nothing left when it is stopped', () => {
    fc.assert(
      fc.property(anyOptions, fc.integer(), fc.boolean(), (options, seed, graceful) => {
        const { player } = live(options, seed, 80)
        player.play({
          kind: 'stop',
          notification: graceful ? undefined : { code: 6, subcode: 2, data: NONE },
        })
        expect(player.open.size + player.armed.size).toBe(0)
        expect(sessionsOf(player.state).map(({ state }) => state)).toEqual(['idle'])
        // Timers and sockets that come too late.
        for (const event of [
          { kind: 'connected', connection: 1 },
          { kind: 'timer', owner: 1, timer: 'idle-hold' },
        ] as const)
          expect(player.play(event)).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})
