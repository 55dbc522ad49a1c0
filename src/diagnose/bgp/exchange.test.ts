import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { PLAIN_CONTEXT } from '../../wire/bgp/context.ts'
import { type BgpMessage, decodeBgpMessage, encodeBgpMessage } from '../../wire/bgp/message.ts'
import { endOfRibUpdate } from '../../wire/bgp/route-changes.ts'
import { describeBgpStream } from '../../wire/describe/describe-bgp.ts'
import { type ExchangeEvent, type ExchangePlan, exchange, nextTickMs, START } from './exchange.ts'
import { openOf } from './own-open.ts'

const OURS = { asn: 64512, holdTimeSeconds: 90, routerId: parseIp('192.0.2.1')!, families: [4] } as const
const THEIRS = { asn: 64513, holdTimeSeconds: 90, routerId: parseIp('192.0.2.2')!, families: [4] } as const
const LISTEN: ExchangePlan = {
  open: undefined,
  expected: { myAsn: 64512, peerAsn: 64513 },
  patienceMs: 1000,
  timeoutMs: 3000,
  stayFor: undefined,
}
const HANDSHAKE: ExchangePlan = { ...LISTEN, open: OURS }

const encoded = (message: BgpMessage): Uint8Array => encodeBgpMessage(message, PLAIN_CONTEXT)
const NOTIFICATION = encoded({ kind: 'notification', code: 6, subcode: 5, data: new Uint8Array(0) })
const KEEPALIVE = encoded({ kind: 'keepalive' })
const OPEN = openOf(THEIRS)

/** What is sent for events, each 1 ms after the other unless it says when. */
function talk(plan: ExchangePlan, events: readonly (ExchangeEvent | { readonly atMs: number })[]) {
  let state = START
  let nowMs = 0
  const sent: string[] = []
  for (const event of events) {
    nowMs = 'atMs' in event ? event.atMs : nowMs + 1
    const step = exchange(state, 'atMs' in event ? { kind: 'tick' } : event, nowMs, plan)
    state = step.state
    sent.push(...step.send.map((bytes) => describeBgpStream(bytes)))
  }
  return { state, sent, words: sent.map((text) => text.split(' ')[0]) }
}
const message = (bytes: Uint8Array): ExchangeEvent => ({ kind: 'message', bytes })

describe('listening', () => {
  it.each([
    ['OPEN', OPEN],
    ['KEEPALIVE', KEEPALIVE],
    ['NOTIFICATION', NOTIFICATION],
  ])('is over with the first message, %s, and sends nothing', (_, bytes) => {
    expect(talk(LISTEN, [message(bytes)])).toMatchObject({ sent: [], state: { over: true } })
  })
  it('waits as long as it may', () => {
    expect(nextTickMs(START, LISTEN)).toBe(3000)
    expect(talk(LISTEN, [{ atMs: 2999 }]).state.over).toBe(false)
    expect(talk(LISTEN, [{ atMs: 3000 }])).toMatchObject({ sent: [], state: { over: true } })
  })
})

describe('the handshake', () => {
  it('answers an OPEN with OPEN and KEEPALIVE, is up with the KEEPALIVE of the peer, and leaves', () => {
    const { words, state, sent } = talk(HANDSHAKE, [message(OPEN), message(KEEPALIVE)])
    expect(words).toEqual(['OPEN', 'KEEPALIVE', 'NOTIFICATION'])
    expect(sent.at(-1)).toMatch(/^NOTIFICATION Cease, Administrative Shutdown \(6\/2\)/)
    expect(state).toMatchObject({ established: true, over: true })
  })
  it('begins itself with a peer that waits', () => {
    expect(nextTickMs(START, HANDSHAKE)).toBe(1000)
    expect(talk(HANDSHAKE, [{ atMs: 999 }]).words).toEqual([])
    expect(talk(HANDSHAKE, [{ atMs: 1000 }, message(OPEN)]).words).toEqual(['OPEN', 'KEEPALIVE'])
  })
  it('does not confirm a peer of another AS, and hears what it says', () => {
    const other = openOf({ ...THEIRS, asn: 64999 })
    expect(talk(HANDSHAKE, [message(other)]).words).toEqual(['OPEN'])
    expect(talk(HANDSHAKE, [message(other), message(NOTIFICATION)])).toMatchObject({
      words: ['OPEN'],
      state: { over: true },
    })
    expect(talk(HANDSHAKE, [message(other), message(KEEPALIVE)])).toMatchObject({
      words: ['OPEN', 'NOTIFICATION'],
      state: { established: false },
    })
  })
  it('does not confirm an OPEN that nobody may accept', () => {
    expect(talk(HANDSHAKE, [message(openOf({ ...THEIRS, holdTimeSeconds: 2 }))]).words).toEqual([
      'OPEN',
      'NOTIFICATION',
    ])
  })
  it('stays for routes until all of them were there, or nothing more comes', () => {
    const stay: ExchangePlan = { ...HANDSHAKE, timeoutMs: 60_000, stayFor: [4] }
    const up = [message(OPEN), message(KEEPALIVE)]
    expect(talk(stay, up).state).toMatchObject({ established: true, over: false })
    expect(talk(stay, [...up, { kind: 'end-of-rib', family: 4 }]).state.over).toBe(true)
    const update = message(encoded(endOfRibUpdate(6)))
    expect(nextTickMs(talk(stay, [...up, update]).state, stay)).toBe(2003)
    expect(talk(stay, [...up, update, { atMs: 2002 }]).state.over).toBe(false)
    expect(talk(stay, [...up, update, { atMs: 2003 }]).words.at(-1)).toBe('NOTIFICATION')
    // A third of the hold time has passed.
    expect(talk(stay, [...up, { atMs: 30_001 }]).words).toEqual(['OPEN', 'KEEPALIVE', 'KEEPALIVE'])
  })
  it('stays for one hold time where that is short, and keeps the session alive meanwhile', () => {
    const short: ExchangePlan = { ...HANDSHAKE, open: { ...OURS, holdTimeSeconds: 3 } }
    const up = [message(OPEN), message(KEEPALIVE)]
    const first = talk(short, up)
    expect(first.state).toMatchObject({ established: true, over: false, watchedUntilMs: 3502 })
    expect(talk(short, [...up, message(KEEPALIVE), { atMs: 1500 }, { atMs: 3400 }])).toMatchObject({
      words: ['OPEN', 'KEEPALIVE', 'KEEPALIVE', 'KEEPALIVE'],
      state: { over: false },
    })
    expect(talk(short, [...up, { atMs: 3502 }])).toMatchObject({ state: { over: true } })
  })
})

describe('whatever the peer does', () => {
  const anything = fc.oneof(
    fc.constantFrom<ExchangeEvent>(
      { kind: 'tick' },
      { kind: 'malformed' },
      { kind: 'end-of-rib', family: 4 },
      message(OPEN),
      message(openOf({ ...THEIRS, asn: 64999 })),
      message(openOf({ ...THEIRS, holdTimeSeconds: 1 })),
      message(KEEPALIVE),
      message(NOTIFICATION),
      message(encoded(endOfRibUpdate(4))),
    ),
    fc.uint8Array({ maxLength: 60 }).map(message),
  )
  const run = fc.array(fc.tuple(anything, fc.integer({ min: 0, max: 2000 })), { maxLength: 30 })
  const open = fc.constantFrom(
    undefined,
    OURS,
    { ...OURS, holdTimeSeconds: 3 },
    { ...OURS, holdTimeSeconds: 0 },
  )
  const stayFor = fc.constantFrom(undefined, [], [4] as const)

  it('nothing but one OPEN without graceful restart, KEEPALIVEs, and one Cease at the end is sent; nothing when listening', () => {
    fc.assert(
      fc.property(run, open, stayFor, (events, own, stay) => {
        const plan: ExchangePlan = { ...LISTEN, open: own, stayFor: stay, timeoutMs: 20_000 }
        let state = START
        let nowMs = 0
        const sent: BgpMessage[] = []
        for (const [event, pauseMs] of events) {
          nowMs += pauseMs
          const step = exchange(state, event, nowMs, plan)
          if (state.over) expect(step.send).toEqual([])
          state = step.state
          for (const bytes of step.send) {
            const decoded = decodeBgpMessage(bytes, PLAIN_CONTEXT)
            if (!decoded.ok) throw new Error('we sent what cannot be read')
            sent.push(decoded.value)
          }
        }
        if (own === undefined) {
          expect(sent).toEqual([])
          return
        }
        const kinds = sent.map(({ kind }) => kind)
        expect(kinds.filter((kind) => kind === 'open').length).toBeLessThanOrEqual(1)
        expect(kinds.every((kind) => ['open', 'keepalive', 'notification'].includes(kind))).toBe(true)
        if (sent.length > 0) expect(kinds[0]).toBe('open')
        const ceases = kinds.flatMap((kind, index) => (kind === 'notification' ? [index] : []))
        expect(ceases.every((index) => index === kinds.length - 1)).toBe(true)
        for (const one of sent) {
          if (one.kind === 'open')
            expect(one.capabilities.map(({ kind }) => kind)).toEqual(['multiprotocol', 'four-octet-as'])
          if (one.kind === 'notification') expect([one.code, one.subcode]).toEqual([6, 2])
        }
      }),
      { numRuns: 500 },
    )
  })
})
