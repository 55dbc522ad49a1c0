// The transition table of RFC 4271 §8.2.2: every state, every event, with its next state, the NOTIFICATION, what happens to the
// connection and to ConnectRetryCounter.
import { describe, expect, it } from 'vitest'
import { resetError, why } from '../../wire/bgp/bgp-error.ts'
import type { OpenMessage } from '../../wire/bgp/open.ts'
import type { UpdateMessage } from '../../wire/bgp/update.ts'
import type { BgpState } from '../peer.ts'
import { mirrored, peerOptions } from '../testing/speakers.ts'
import { EVENTS, type SessionEvent } from './events.ts'
import { stepSession } from './machine.ts'
import { offeredOpen } from './offer.ts'
import { newSession, type Session, type SessionEnv } from './state.ts'

const plain = { restarted: false, bare: false }
const options = peerOptions()
const theirOpen: OpenMessage = offeredOpen(mirrored(), plain)
const env: SessionEnv = {
  ...{ options, nowMs: 1_000_000, random: 0, freshConnection: 7 },
  open: offeredOpen(options, plain),
}
const NONE = new Uint8Array(0)
const update: UpdateMessage = { kind: 'update', withdrawn: [], attributes: [], announced: [] }
const error = (code: number, subcode: number) => resetError(why(0, 'test', 'RFC 0'), [code, subcode])

const SAMPLES: { readonly [K in SessionEvent['kind']]: Extract<SessionEvent, { kind: K }> } = {
  'manual-start': { kind: 'manual-start' },
  'manual-stop': { kind: 'manual-stop', notification: { code: 6, subcode: 2, data: NONE } },
  'automatic-stop': { kind: 'automatic-stop', notification: { code: 6, subcode: 1, data: NONE } },
  'connect-retry-expires': { kind: 'connect-retry-expires' },
  'hold-expires': { kind: 'hold-expires' },
  'keepalive-expires': { kind: 'keepalive-expires' },
  'idle-hold-expires': { kind: 'idle-hold-expires' },
  'tcp-acked': { kind: 'tcp-acked' },
  'tcp-confirmed': { kind: 'tcp-confirmed', connection: 9 },
  'tcp-fails': { kind: 'tcp-fails', code: 'ECONNRESET' },
  open: { kind: 'open', open: theirOpen },
  'header-error': { kind: 'header-error', error: error(1, 1) },
  'open-error': { kind: 'open-error', error: error(2, 1) },
  'collision-dump': { kind: 'collision-dump' },
  'version-error': { kind: 'version-error', notification: { code: 2, subcode: 1, data: NONE } },
  notification: { kind: 'notification', notification: { code: 6, subcode: 4, data: NONE } },
  keepalive: { kind: 'keepalive' },
  update: { kind: 'update', update, errors: [] },
  'update-error': { kind: 'update-error', error: error(3, 1) },
  'send-hold-expires': { kind: 'send-hold-expires' },
  'route-refresh': {
    kind: 'route-refresh',
    refresh: {
      kind: 'route-refresh',
      family: { afi: 1, safi: 1 },
      subtype: 'request',
      filters: NONE,
    },
  },
  sending: { kind: 'sending', blocked: true },
}

/** A session that got to the state in the usual way, with three failures behind it. */
function sessionIn(state: BgpState): Session {
  const step = (session: Session, event: SessionEvent) => stepSession(session, event, env).state
  const idle: Session = { ...newSession(1), failures: 3, timers: { 'idle-hold': 1 } }
  if (state === 'idle') return idle
  const connecting = step(idle, SAMPLES['idle-hold-expires'])
  if (state === 'connect') return connecting
  if (state === 'active') return step(connecting, SAMPLES['tcp-fails'])
  const openSent = step(connecting, SAMPLES['tcp-acked'])
  if (state === 'open-sent') return openSent
  const openConfirm = step(openSent, SAMPLES.open)
  return state === 'open-confirm' ? openConfirm : step(openConfirm, SAMPLES.keepalive)
}

/** `NOTIFICATION 4/0, close, idle +1`: what is done with the connection, the next state, and the counter if it changes. */
function outcome(state: BgpState, event: SessionEvent): string {
  const before = sessionIn(state)
  const { state: after, effects } = stepSession(before, event, env)
  const deeds = effects.flatMap((effect) => {
    switch (effect.kind) {
      case 'send': {
        const { message } = effect
        return message.kind === 'notification'
          ? [`NOTIFICATION ${message.code}/${message.subcode}`]
          : [message.kind.toUpperCase()]
      }
      case 'connect':
        return ['connect']
      case 'close':
        return [effect.connection === 9 ? 'close theirs' : 'close']
      case 'up':
      case 'down':
      case 'apply':
      case 'refresh':
        return [effect.kind]
      default:
        return []
    }
  })
  const change = after.failures - before.failures
  const counter = change === 0 ? '' : after.failures === 0 ? ' 0' : ` +${change}`
  return [...deeds, `${after.state}${counter}`].join(', ')
}

/** By event: in idle, connect, active, open-sent, open-confirm, established. `-`: nothing happens. */
const TABLE: Readonly<
  Record<SessionEvent['kind'], readonly [string, string, string, string, string, string]>
> = {
  'manual-start': ['connect, connect 0', '-', '-', '-', '-', '-'],
  'manual-stop': [
    'idle 0',
    'close, idle 0',
    'idle 0',
    'NOTIFICATION 6/2, close, idle 0',
    'NOTIFICATION 6/2, close, idle 0',
    'NOTIFICATION 6/2, close, down, idle 0',
  ],
  'automatic-stop': [
    '-',
    'close, idle +1',
    'idle +1',
    'NOTIFICATION 6/1, close, idle +1',
    'NOTIFICATION 6/1, close, idle +1',
    'NOTIFICATION 6/1, close, down, idle +1',
  ],
  'connect-retry-expires': [
    '-',
    'close, connect, connect',
    'connect, connect',
    'NOTIFICATION 5/1, close, idle +1',
    'NOTIFICATION 5/2, close, idle +1',
    'NOTIFICATION 5/3, close, down, idle +1',
  ],
  'hold-expires': [
    '-',
    'close, idle +1',
    'idle +1',
    'NOTIFICATION 4/0, close, idle +1',
    'NOTIFICATION 4/0, close, idle +1',
    'NOTIFICATION 4/0, close, down, idle +1',
  ],
  'keepalive-expires': [
    '-',
    'close, idle +1',
    'idle +1',
    'NOTIFICATION 5/1, close, idle +1',
    'KEEPALIVE, open-confirm',
    'KEEPALIVE, established',
  ],
  'idle-hold-expires': [
    'connect, connect',
    'close, idle +1',
    'idle +1',
    'NOTIFICATION 5/1, close, idle +1',
    'NOTIFICATION 5/2, close, idle +1',
    'NOTIFICATION 5/3, close, down, idle +1',
  ],
  'tcp-acked': ['-', 'OPEN, open-sent', '-', '-', '-', '-'],
  'tcp-confirmed': [
    'close theirs, idle',
    'close, OPEN, open-sent',
    'OPEN, open-sent',
    'close theirs, open-sent',
    'close theirs, open-confirm',
    'close theirs, established',
  ],
  'tcp-fails': ['-', 'close, active', 'idle +1', 'close, active', 'close, idle +1', 'close, down, idle +1'],
  open: [
    '-',
    'close, idle +1',
    'idle +1',
    'KEEPALIVE, open-confirm',
    'NOTIFICATION 5/2, close, idle +1',
    'NOTIFICATION 5/3, close, down, idle +1',
  ],
  'header-error': [
    '-',
    'close, idle +1',
    'idle +1',
    'NOTIFICATION 1/1, close, idle +1',
    'NOTIFICATION 1/1, close, idle +1',
    'NOTIFICATION 1/1, close, down, idle +1',
  ],
  'open-error': [
    '-',
    'close, idle +1',
    'idle +1',
    'NOTIFICATION 2/1, close, idle +1',
    'NOTIFICATION 5/2, close, idle +1',
    'NOTIFICATION 5/3, close, down, idle +1',
  ],
  'collision-dump': [
    '-',
    'close, idle',
    'idle',
    'NOTIFICATION 6/7, close, idle',
    'NOTIFICATION 6/7, close, idle',
    'NOTIFICATION 6/7, close, down, idle',
  ],
  'version-error': ['-', 'close, idle +1', 'idle +1', 'close, idle', 'close, idle', 'close, down, idle'],
  notification: [
    '-',
    'close, idle +1',
    'idle +1',
    'close, idle +1',
    'close, idle +1',
    'close, down, idle +1',
  ],
  keepalive: ['-', 'close, idle +1', 'idle +1', 'NOTIFICATION 5/1, close, idle +1', 'up, established', '-'],
  update: [
    '-',
    'close, idle +1',
    'idle +1',
    'NOTIFICATION 5/1, close, idle +1',
    'NOTIFICATION 5/2, close, idle +1',
    'apply, established',
  ],
  'update-error': [
    '-',
    'close, idle +1',
    'idle +1',
    'NOTIFICATION 5/1, close, idle +1',
    'NOTIFICATION 5/2, close, idle +1',
    'NOTIFICATION 3/1, close, down, idle +1',
  ],
  'send-hold-expires': [
    '-',
    'close, idle +1',
    'idle +1',
    'NOTIFICATION 8/0, close, idle +1',
    'NOTIFICATION 8/0, close, idle +1',
    'NOTIFICATION 8/0, close, down, idle +1',
  ],
  'route-refresh': [
    '-',
    'close, idle +1',
    'idle +1',
    'NOTIFICATION 5/1, close, idle +1',
    'NOTIFICATION 5/2, close, idle +1',
    'refresh, established',
  ],
  sending: ['-', '-', '-', '-', '-', '-'],
}

const STATES = ['idle', 'connect', 'active', 'open-sent', 'open-confirm', 'established'] as const

describe('transitions of RFC 4271 §8.2.2', () => {
  const cells = Object.entries(TABLE).flatMap(([kind, row]) =>
    STATES.map((state, i) => [kind as SessionEvent['kind'], state, row[i] ?? ''] as const),
  )
  it.each(cells)('%s in %s: %s', (kind, state, expected) => {
    expect(outcome(state, SAMPLES[kind])).toBe(expected === '-' ? state : expected)
  })

  it('have every event of the RFC, supported or with the reason why not', () => {
    expect(Object.keys(EVENTS).map(Number)).toEqual(Array.from({ length: 29 }, (_, i) => i + 1))
    const kinds = Object.values(EVENTS).flatMap(({ kind }) => (typeof kind === 'string' ? [kind] : []))
    // The two that no RFC numbers.
    expect([...new Set(kinds), 'route-refresh', 'sending'].sort()).toEqual(Object.keys(TABLE).sort())
    for (const { kind } of Object.values(EVENTS))
      if (typeof kind !== 'string') expect(kind.unsupported).toMatch(/\w+ \w+/)
  })
})

describe('passive', () => {
  const passive = { ...env, options: peerOptions({ passive: true }) }
  it('waits and never connects', () => {
    const { state, effects } = stepSession(newSession(1), SAMPLES['manual-start'], passive)
    expect([state.state, state.timers, effects]).toEqual(['active', {}, []])
    const accepted = stepSession(state, SAMPLES['tcp-confirmed'], passive).state
    const lost = stepSession(accepted, SAMPLES['tcp-fails'], passive)
    expect([lost.state.state, lost.state.timers]).toEqual(['active', {}])
  })
})

describe('timers', () => {
  const at = (state: BgpState) => sessionIn(state).timers
  it('of each state', () => {
    // Attempt: 10 s, jitter at its least.
    expect(at('connect')).toEqual({ 'connect-retry': 1_007_500 })
    expect(at('active')).toEqual({ 'connect-retry': 1_000_750 })
    expect(at('open-sent')).toEqual({ hold: 1_240_000 })
    expect(at('open-confirm')).toEqual({ hold: 1_090_000, keepalive: 1_022_500 })
    expect(at('established')).toEqual({ hold: 1_090_000, keepalive: 1_022_500 })
  })

  it('keepalive and hold begin anew when they shall', () => {
    const later = { ...env, nowMs: 1_010_000 }
    const heard = stepSession(sessionIn('established'), SAMPLES.keepalive, later).state
    expect(heard.timers).toEqual({ hold: 1_100_000, keepalive: 1_022_500 })
    const said = stepSession(sessionIn('established'), SAMPLES['keepalive-expires'], later).state
    expect(said.timers).toEqual({ hold: 1_090_000, keepalive: 1_032_500 })
    for (const kind of ['update', 'route-refresh'] as const)
      expect(stepSession(sessionIn('established'), SAMPLES[kind], later).state.timers.hold).toBe(1_100_000)
  })

  it('do not run with a hold time of 0 on either side', () => {
    const zero = { ...theirOpen, holdTimeSeconds: 0 }
    const { state } = stepSession(sessionIn('open-sent'), { kind: 'open', open: zero }, env)
    expect([state.state, state.timers]).toEqual(['open-confirm', {}])
    const { state: established } = stepSession(state, SAMPLES.keepalive, env)
    expect([established.state, established.timers]).toEqual(['established', {}])
    expect(stepSession(established, SAMPLES.sending, env).state.timers).toEqual({})
  })

  it('the back-off doubles with each failure up to a minute, and a session that lived ends it', () => {
    const idleHolds: (number | undefined)[] = []
    let session = newSession(1)
    for (let i = 0; i < 9; i++) {
      session = stepSession({ ...session, state: 'connect', connection: 5 }, SAMPLES['tcp-acked'], env).state
      session = stepSession(session, SAMPLES['header-error'], { ...env, random: 1 }).state
      idleHolds.push((session.timers['idle-hold'] ?? 0) - env.nowMs)
    }
    expect(idleHolds).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => s * 1000))
    const lived = { ...sessionIn('established'), failures: 9, establishedAtMs: env.nowMs - 30_000 }
    expect(stepSession(lived, SAMPLES['tcp-fails'], env).state.failures).toBe(1)
  })

  it('attempts to connect come after 1, 2, 4… seconds, at most connectRetrySeconds', () => {
    const waits: number[] = []
    let session = stepSession(newSession(1), SAMPLES['manual-start'], env).state
    for (let i = 0; i < 7; i++) {
      session = stepSession(session, SAMPLES['tcp-fails'], { ...env, random: 1 }).state
      waits.push((session.timers['connect-retry'] ?? 0) - env.nowMs)
      session = stepSession(session, SAMPLES['connect-retry-expires'], env).state
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30].map((s) => s * 1000))
  })

  it('a peer that takes nothing is left after 8 minutes, unless it takes something again', () => {
    const blocked = stepSession(sessionIn('established'), SAMPLES.sending, env).state
    expect(blocked.timers['send-hold']).toBe(1_480_000)
    // Blocked again is not blocked anew.
    const still = stepSession(blocked, SAMPLES.sending, { ...env, nowMs: 1_100_000 }).state
    expect(still.timers['send-hold']).toBe(1_480_000)
    const freed = stepSession(still, { kind: 'sending', blocked: false }, env).state
    expect(freed.timers['send-hold']).toBeUndefined()
  })
})
