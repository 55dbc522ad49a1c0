// What a peer is beyond its sessions: collisions, graceful restart, refresh, the guard of what we receive.
import { describe, expect, it } from 'vitest'
import { type BgpError, resetError, why } from '../wire/bgp/bgp-error.ts'
import { notificationMeaning } from '../wire/bgp/notification-meaning.ts'
import type { OpenMessage } from '../wire/bgp/open.ts'
import { endOfRibUpdate } from '../wire/bgp/route-changes.ts'
import type { UpdateMessage } from '../wire/bgp/update.ts'
import type { BgpPeerOptions, GracefulRestartOptions } from './peer.ts'
import { PEER_TIMERS, type PeerEffect, type PeerEvent, peerState, sessionsOf } from './peer-state.ts'
import { offeredOpen } from './session/offer.ts'
import { MachinePlayer } from './testing/machine-player.ts'
import { LEFT, mirrored, peerOptions, RIGHT } from './testing/speakers.ts'

const NONE = new Uint8Array(0)
const plain = { restarted: false, bare: false }

class Play extends MachinePlayer {
  readonly theirs: OpenMessage

  constructor(
    options: BgpPeerOptions,
    theirs: OpenMessage = offeredOpen(mirrored(), plain),
    restarted = false,
  ) {
    super(options, restarted)
    this.theirs = theirs
    this.play({ kind: 'start' })
  }

  opens(connection: number, open = this.theirs) {
    return this.play({ kind: 'message', connection, event: { kind: 'open', open } })
  }

  keepalive(connection: number) {
    return this.play({ kind: 'message', connection, event: { kind: 'keepalive' } })
  }

  /** Our connection number 1, all the way. */
  establish(connection = 1, open = this.theirs): this {
    this.play({ kind: 'connected', connection })
    this.opens(connection, open)
    this.keepalive(connection)
    expect(peerState(this.state)).toBe('established')
    return this
  }

  /** They connect. @returns the number */
  accept(): number {
    const connection = this.state.nextConnection
    this.play({ kind: 'accepted', connection })
    return connection
  }
}

/** In short: what was sent, closed and said about routes. */
const short = (effects: readonly PeerEffect[]): string[] =>
  effects.flatMap((effect) => {
    switch (effect.kind) {
      case 'send': {
        const { message, connection } = effect
        return message.kind === 'notification'
          ? [`${message.code}/${message.subcode} on ${connection}`]
          : [`${message.kind} on ${connection}`]
      }
      case 'close':
        return [`close ${effect.connection}`]
      case 'inbound':
        return [`${effect.action} ${effect.family}`]
      case 'up':
      case 'down':
        return [effect.kind]
      default:
        return []
    }
  })

describe('a collision', () => {
  /** Ours is in OpenConfirm, theirs has just been accepted. */
  const both = (options: BgpPeerOptions, theirs: OpenMessage) => {
    const play = new Play(options, theirs)
    play.play({ kind: 'connected', connection: 1 })
    const accepted = play.accept()
    play.opens(1)
    return { play, accepted }
  }
  const with_ = (ourId: typeof LEFT, theirId: typeof LEFT, ourAsn = 65_001) =>
    both(
      peerOptions({ routerId: ourId, localAsn: ourAsn }),
      offeredOpen(mirrored({ routerId: theirId }), plain),
    )

  it('is won by the connection of the higher identifier: theirs', () => {
    const { play, accepted } = with_(LEFT, RIGHT)
    expect(accepted).toBe(2)
    expect(short(play.opens(2))).toEqual(['6/7 on 1', 'close 1', 'keepalive on 2'])
    expect(short(play.keepalive(2))).toEqual(['up'])
    expect(sessionsOf(play.state)).toHaveLength(1)
  })

  it('is won by the connection of the higher identifier: ours', () => {
    const { play } = with_(RIGHT, LEFT)
    expect(short(play.opens(2))).toEqual(['6/7 on 2', 'close 2'])
    expect(short(play.keepalive(1))).toEqual(['up'])
  })

  it('between equal identifiers is won by the higher AS number (RFC 6286)', () => {
    expect(short(with_(LEFT, LEFT, 65_001).play.opens(2))).toContain('6/7 on 1')
    expect(short(with_(LEFT, LEFT, 65_003).play.opens(2))).toContain('6/7 on 2')
  })

  it('compares identifiers as numbers without a sign', () => {
    const high = { family: 4, value: 0xf000_0000n } as const
    const low = { family: 4, value: 0x7000_0000n } as const
    expect(short(with_(high, low).play.opens(2))).toContain('6/7 on 2')
    expect(short(with_(low, high).play.opens(2))).toContain('6/7 on 1')
  })

  it('is none before both OPENs were seen, and none with an OPEN that is refused', () => {
    const { play } = with_(LEFT, RIGHT)
    const wrong = offeredOpen(mirrored({ localAsn: 65_099 }), plain)
    expect(short(play.opens(2, wrong))).toEqual(['2/2 on 2', 'close 2'])
    expect(short(play.keepalive(1))).toEqual(['up'])
  })

  it('is lost by the newcomer when a session is established', () => {
    const play = new Play(peerOptions()).establish()
    const second = play.accept()
    expect(short(play.opens(second))).toEqual([`6/7 on ${second}`, `close ${second}`])
    expect(play.up).toBe(true)
  })

  it('is lost by an established session of a peer that must have restarted (RFC 4724 §4.2)', () => {
    const restart = { restartSeconds: 60 }
    const theirs = offeredOpen(mirrored({ gracefulRestart: restart }), { ...plain, restarted: true })
    const play = new Play(peerOptions({ gracefulRestart: restart }), theirs).establish()
    const second = play.accept()
    expect(short(play.opens(second))).toEqual(['close 1', 'down', 'mark-stale 4', `keepalive on ${second}`])
    expect(short(play.keepalive(second))).toEqual(['up'])
  })

  it('ends what is still being tried when one connection is established', () => {
    const play = new Play(peerOptions())
    const accepted = play.accept()
    play.opens(accepted)
    expect(short(play.keepalive(accepted))).toEqual(['up', 'close 1'])
    expect(play.play({ kind: 'connected', connection: 1 })).toEqual([])
  })

  it('of two connections from the peer keeps the newer', () => {
    const play = new Play(peerOptions({ passive: true }))
    const first = play.accept()
    const second = play.accept()
    const third = play.accept()
    expect(play.open).toEqual(new Set([first, third]))
    play.opens(first)
    expect(short(play.opens(third))).toEqual([`6/7 on ${first}`, `close ${first}`, `keepalive on ${third}`])
    expect(second).toBe(2)
  })
})

describe('graceful restart', () => {
  const play = (
    theirs: GracefulRestartOptions & { readonly restarted?: boolean },
    ours: GracefulRestartOptions = { restartSeconds: 120 },
  ) => {
    const open = offeredOpen(mirrored({ gracefulRestart: theirs, families: [4, 6] }), {
      ...{ restarted: theirs.restarted ?? false, bare: false },
    })
    return new Play(peerOptions({ gracefulRestart: ours, families: [4, 6] }), open).establish()
  }
  const lost = { kind: 'closed', connection: 1, code: undefined } as const
  const again = (p: Play, open = p.theirs) => {
    const timer = [...p.armed.values()].find((one) => one.timer === 'idle-hold')!
    p.play({ kind: 'timer', owner: timer.owner, timer: 'idle-hold' })
    const connection = [...p.open][0]!
    p.play({ kind: 'connected', connection })
    p.opens(connection, open)
    return { connection, effects: short(p.keepalive(connection)) }
  }

  it('keeps the routes of a peer that is away, and lets them go one family at a time', () => {
    const p = play({ restartSeconds: 60 })
    expect(short(p.play(lost))).toEqual(['close 1', 'down', 'mark-stale 4', 'mark-stale 6'])
    expect(p.armed.get(`${PEER_TIMERS}/restart`)?.atMs).toBe(60_000)
    const { connection, effects } = again(p)
    expect(effects).toEqual(['up'])
    expect([...p.armed.keys()]).not.toContain(`${PEER_TIMERS}/restart`)
    expect([...p.armed.keys()]).toContain(`${PEER_TIMERS}/stale`)
    const endOfRib = (family: 4 | 6) =>
      short(
        p.play({
          ...{ kind: 'message', connection },
          event: { kind: 'update', update: endOfRibUpdate(family), errors: [] },
        }),
      )
    expect(endOfRib(4)).toEqual(['drop-stale 4'])
    expect([...p.armed.keys()]).toContain(`${PEER_TIMERS}/stale`)
    expect(endOfRib(6)).toEqual(['drop-stale 6'])
    expect([...p.armed.keys()]).not.toContain(`${PEER_TIMERS}/stale`)
    expect(endOfRib(6)).toEqual([])
  })

  it('lets them go when the peer does not come back in time', () => {
    const p = play({ restartSeconds: 60 })
    p.play(lost)
    expect(short(p.play({ kind: 'timer', owner: PEER_TIMERS, timer: 'restart' }))).toEqual([
      'drop-stale 4',
      'drop-stale 6',
    ])
  })

  it('lets them go when it comes back without having kept forwarding, or without the capability', () => {
    const forgetful = play({ restartSeconds: 60, forwardingPreserved: false })
    forgetful.play(lost)
    expect(again(forgetful).effects).toEqual(['up', 'drop-stale 4', 'drop-stale 6'])
    const other = play({ restartSeconds: 60 })
    other.play(lost)
    const { effects } = again(other, offeredOpen(mirrored({ families: [4, 6] }), plain))
    expect(effects).toEqual(['up', 'drop-stale 4', 'drop-stale 6'])
  })

  const said = (code: number, subcode: number): PeerEvent => ({
    kind: 'message',
    connection: 1,
    event: { kind: 'notification', notification: { code, subcode, data: NONE } },
  })

  it('is none after a NOTIFICATION, unless both sides said N, and never after a hard reset', () => {
    const clear = ['close 1', 'down', 'clear 4', 'clear 6']
    const stale = ['close 1', 'down', 'mark-stale 4', 'mark-stale 6']
    const n = { restartSeconds: 60, throughNotifications: true }
    expect(short(play({ restartSeconds: 60 }).play(said(6, 4)))).toEqual(clear)
    expect(short(play(n).play(said(6, 4)))).toEqual(clear)
    expect(short(play(n, n).play(said(6, 4)))).toEqual(stale)
    expect(short(play(n, n).play(said(6, 9)))).toEqual(clear)
    // Ours counts too: the hold time that is over is a restart then.
    const hold = (p: Play) => [...p.armed.values()].find(({ timer }) => timer === 'hold')!
    const p = play(n, n)
    expect(short(p.play({ kind: 'timer', owner: hold(p).owner, timer: 'hold' }))).toEqual([
      '4/0 on 1',
      ...stale,
    ])
  })

  it('of ours is said with R, until there was a session', () => {
    const flags = (p: Play) =>
      sessionsOf(p.state)[0]!.offered?.capabilities.flatMap((c) =>
        c.kind === 'graceful-restart' ? [c.restarting, c.notification, c.restartSeconds, c.families] : [],
      )
    const families = [{ family: { afi: 1, safi: 1 }, forwarding: true }]
    const p = new Play(
      peerOptions({ gracefulRestart: { restartSeconds: 9000 } }),
      offeredOpen(mirrored({ gracefulRestart: { restartSeconds: 1 } }), plain),
      true,
    )
    p.play({ kind: 'connected', connection: 1 })
    expect(flags(p)).toEqual([true, false, 4095, families])
    p.opens(1)
    p.keepalive(1)
    p.play(lost)
    const timer = [...p.armed.values()].find((one) => one.timer === 'idle-hold')!
    p.play({ kind: 'timer', owner: timer.owner, timer: 'idle-hold' })
    p.play({ kind: 'connected', connection: 2 })
    expect(flags(p)).toEqual([false, false, 4095, families])
  })

  it('of ours is silence, where the peer would keep our routes, and a hard reset where we do not want it to', () => {
    const shutdown = { code: 6, subcode: 2, data: NONE }
    expect(short(play({ restartSeconds: 60 }).play({ kind: 'stop', notification: undefined }))).toEqual([
      ...['close 1', 'down', 'clear 4', 'clear 6'],
    ])
    expect(
      short(new Play(peerOptions()).establish().play({ kind: 'stop', notification: undefined })),
    ).toEqual([...['6/2 on 1', 'close 1', 'down', 'clear 4']])
    const n = { restartSeconds: 60, throughNotifications: true }
    const effects = play(n, n).play({ kind: 'stop', notification: shutdown })
    expect(short(effects)[0]).toBe('6/9 on 1')
    const sent = effects.find((effect) => effect.kind === 'send')
    expect(sent?.message.kind === 'notification' && notificationMeaning(sent.message)).toEqual({
      ...{ kind: 'hard-reset', content: shutdown },
    })
  })
})

describe('a peer that connects while we hold back', () => {
  it('is accepted, and our own next start is no more', () => {
    const p = new Play(peerOptions())
    p.play({ kind: 'connected', connection: 1 })
    p.opens(1, offeredOpen(mirrored({ localAsn: 65_099 }), plain))
    expect([...p.armed.values()].map(({ timer }) => timer)).toEqual(['idle-hold'])
    const accepted = p.accept()
    expect([...p.armed.values()].map(({ timer }) => timer)).toEqual(['hold'])
    p.opens(accepted)
    expect(short(p.keepalive(accepted))).toEqual(['up'])
  })

  it('is not, when the peer is stopped', () => {
    const p = new Play(peerOptions())
    p.play({ kind: 'stop', notification: undefined })
    const connection = p.state.nextConnection
    expect(short(p.play({ kind: 'accepted', connection }))).toEqual([`close ${connection}`])
  })
})

describe('a refresh', () => {
  const asks = (p: Play, afi: number, subtype: 'request' | 'begin' | 'end') =>
    p.play({
      ...{ kind: 'message', connection: 1 },
      event: {
        kind: 'route-refresh',
        refresh: { kind: 'route-refresh', family: { afi, safi: 1 }, subtype, filters: NONE },
      },
    })
  const refreshes = (effects: readonly PeerEffect[]) => effects.filter(({ kind }) => kind === 'refresh')

  it('is answered for a family that was agreed on, and not for others', () => {
    const p = new Play(peerOptions()).establish()
    expect(refreshes(asks(p, 1, 'request'))).toEqual([{ kind: 'refresh', family: 4, enhanced: true }])
    expect(refreshes(asks(p, 2, 'request'))).toEqual([])
    expect(p.up).toBe(true)
  })

  it('of theirs marks routes, and what was not announced again goes', () => {
    const p = new Play(peerOptions()).establish()
    expect(short(asks(p, 1, 'begin'))).toEqual(['mark-stale 4'])
    expect(short(asks(p, 1, 'end'))).toEqual(['drop-stale 4'])
  })
})

describe('too many routes', () => {
  it('are told of at four fifths, once, and end the session above the maximum', () => {
    const p = new Play(peerOptions({ maximumPrefixes: 10 })).establish()
    const counted = (count: number) => p.play({ kind: 'counted', family: 4, count })
    expect(counted(7)).toEqual([])
    expect(counted(8)).toEqual([{ kind: 'maximum-near', family: 4, count: 8, maximum: 10 }])
    expect(counted(10)).toEqual([])
    const effects = counted(11)
    expect(short(effects)).toEqual(['6/1 on 1', 'close 1', 'down', 'clear 4'])
    const sent = effects.find((effect) => effect.kind === 'send')
    expect(sent?.message.kind === 'notification' && notificationMeaning(sent.message)).toEqual({
      ...{ kind: 'maximum-prefixes', family: { afi: 1, safi: 1 }, maximum: 10 },
    })
  })
})

describe('a peer that knows no optional parameters', () => {
  const refuses = (p: Play, subcode: number) => {
    const connection = [...p.open][0]!
    p.play({ kind: 'connected', connection })
    p.play({
      ...{ kind: 'message', connection },
      event: { kind: 'notification', notification: { code: 2, subcode, data: NONE } },
    })
    const timer = [...p.armed.values()].find((one) => one.timer === 'idle-hold')!
    p.play({ kind: 'timer', owner: timer.owner, timer: 'idle-hold' })
    const next = [...p.open][0]!
    const sent = p.play({ kind: 'connected', connection: next }).find((effect) => effect.kind === 'send')
    const message = sent?.message
    p.play({ kind: 'closed', connection: next, code: undefined })
    const retry = [...p.armed.values()][0]!
    p.play({ kind: 'timer', owner: retry.owner, timer: 'connect-retry' })
    return message?.kind === 'open' ? message.capabilities.length : undefined
  }

  it('is greeted without any, and with them again when that was not it', () => {
    const p = new Play(peerOptions())
    expect(refuses(p, 4)).toBe(0)
    expect(refuses(p, 4)).toBeGreaterThan(3)
    expect(refuses(p, 4)).toBe(0)
    // Another reason: they are back.
    expect(refuses(p, 2)).toBeGreaterThan(3)
    expect(refuses(p, 7)).toBeGreaterThan(3)
  })

  it('gets a session with 2-byte AS numbers', () => {
    const bare = offeredOpen(mirrored(), { restarted: false, bare: true })
    const p = new Play(peerOptions({ localAsn: 4_200_000_001, peerAsn: 65_002 }), bare).establish()
    const [session] = sessionsOf(p.state)
    expect(session!.offered?.shortAsn).toBe(23_456)
    expect(session!.agreement).toMatchObject({
      ...{ families: [4], routeRefresh: false, gracefulRestart: undefined },
      sending: { asn4: false, extendedMessage: false },
    })
  })
})

describe('a route that came from us', () => {
  it('is none, and takes the place of what was announced before', () => {
    const p = new Play(peerOptions()).establish()
    const prefix = { family: 4, base: 0x0a000000n, length: 8 } as const
    const announce = (...asns: number[]) =>
      p.play({
        kind: 'message',
        connection: 1,
        event: {
          ...{ kind: 'update', errors: [] },
          update: {
            ...{ kind: 'update', withdrawn: [], announced: [{ prefix }] },
            attributes: [
              { kind: 'as-path', segments: [{ kind: 'sequence', asns }] },
              { kind: 'next-hop', address: RIGHT },
            ],
          },
        },
      })
    const changes = (effects: readonly PeerEffect[]) =>
      effects.flatMap((effect) => (effect.kind === 'apply' ? [effect.changes] : []))
    expect(changes(announce(65_002, 65_003))[0]).toMatchObject({ announced: [{ family: 4 }], withdrawn: [] })
    expect(changes(announce(65_002, 65_001))).toEqual([
      { announced: [], withdrawn: [{ family: 4, routes: [{ prefix }] }], endOfRib: undefined },
    ])
  })
})

describe('errors in an UPDATE', () => {
  const update: UpdateMessage = { kind: 'update', withdrawn: [], attributes: [], announced: [] }
  it('in one family end that family and not the session (RFC 7606)', () => {
    const p = new Play(
      peerOptions({ families: [4, 6] }),
      offeredOpen(mirrored({ families: [4, 6] }), plain),
    ).establish()
    const error: BgpError = {
      ...resetError(why(0, 'test', 'RFC 0'), [3, 9]),
      action: 'disable-family',
      family: { afi: 2, safi: 1 },
    }
    const take = (errors: readonly BgpError[], message: UpdateMessage = update) =>
      p.play({ kind: 'message', connection: 1, event: { kind: 'update', update: message, errors } })
    expect(short(take([error]))).toEqual(['clear 6'])
    expect(short(take([error]))).toEqual([])
    const kinds = (effects: readonly PeerEffect[]) => effects.map(({ kind }) => kind)
    expect(kinds(take([], endOfRibUpdate(6)))).not.toContain('apply')
    expect(kinds(take([], endOfRibUpdate(4)))).toContain('apply')
    expect(p.up).toBe(true)
  })
})
