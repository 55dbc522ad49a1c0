// One member, spoken to by hand: what it answers and what it believes.
import { describe, expect, it } from 'vitest'
import { parseIp } from '../net/ip.ts'
import type { AliveMessage, GossipMessage } from '../wire/gossip/message.ts'
import type { NodeState } from '../wire/gossip/push-pull.ts'
import { OUR_VERSIONS } from '../wire/gossip/versions.ts'
import type { GossipEffect, GossipEvent } from './effects.ts'
import { formatEndpoint, type GossipEndpoint, parseEndpoint } from './endpoint.ts'
import { GossipMachine } from './machine.ts'
import { GOSSIP_PROFILES, type GossipSettings } from './settings.ts'
import { seededRandom } from './testing/simulation.ts'

const at = (text: string): GossipEndpoint => parseEndpoint(text, 7946)!
const NOTHING = new Uint8Array(0)
const HOME = at('10.0.0.1')

const alive = (node: string, address: string, change: Partial<AliveMessage> = {}): AliveMessage => ({
  ...{ kind: 'alive', node, incarnation: 1, meta: NOTHING, versions: OUR_VERSIONS },
  ...at(address),
  ...change,
})
const state = (node: string, address: string, change: Partial<NodeState> = {}): NodeState => {
  const { kind: _, node: name, ...rest } = alive(node, address)
  return { ...rest, name, state: 'alive', ...change }
}
const accuse = (kind: 'suspect' | 'dead', node: string, from: string, incarnation = 1): GossipMessage => ({
  ...{ kind, node, from, incarnation },
})

class Subject {
  readonly machine: GossipMachine
  nowMs = 0
  effects: GossipEffect[] = []

  constructor(settings: Partial<GossipSettings> = {}) {
    const self = { name: 'me', advertise: HOME, meta: NOTHING, versions: OUR_VERSIONS }
    this.machine = new GossipMachine(self, { ...GOSSIP_PROFILES.lan, ...settings }, seededRandom(1), false)
    this.handle({ kind: 'start' })
  }

  handle(event: GossipEvent): readonly GossipEffect[] {
    const effects = this.machine.handle(event, this.nowMs)
    this.effects.push(...effects)
    return effects
  }

  hear(...messages: readonly GossipMessage[]): readonly GossipEffect[] {
    return this.handle({ kind: 'packet', from: at('10.0.0.9'), messages })
  }

  /** Lets time go by; gives what happened. */
  wait(ms: number): GossipEffect[] {
    const end = this.nowMs + ms
    const happened: GossipEffect[] = []
    while (this.machine.nextDeadlineMs <= end) {
      this.nowMs = Math.max(this.nowMs, this.machine.nextDeadlineMs)
      happened.push(...this.handle({ kind: 'tick' }))
    }
    this.nowMs = end
    return happened
  }

  stateOf(name: string): string | undefined {
    return this.machine.member(name)?.state
  }

  get reports(): string[] {
    return this.effects.flatMap((e) => (e.kind === 'member' ? `${e.change} ${e.member.name}` : []))
  }

  get codes(): string[] {
    return this.effects.flatMap((e) => (e.kind === 'notice' ? e.notice.code : []))
  }
}

const sent = (effects: readonly GossipEffect[]) =>
  effects.flatMap((effect) =>
    effect.kind === 'send'
      ? effect.parts.map(({ message }) => ({ to: formatEndpoint(effect.to), message }))
      : [],
  )
const messages = (effects: readonly GossipEffect[], kind: GossipMessage['kind']) =>
  sent(effects).filter(({ message }) => message.kind === kind)

describe('what is heard of others', () => {
  it('a member comes, changes and is told on', () => {
    const subject = new Subject()
    subject.hear(alive('b', '10.0.0.2'))
    subject.hear(alive('b', '10.0.0.2', { incarnation: 2, meta: Uint8Array.of(1) }))
    subject.hear(alive('b', '10.0.0.2', { incarnation: 2, meta: Uint8Array.of(2) }))
    expect(subject.reports).toEqual(['join b', 'update b'])
    expect(subject.machine.member('b')).toMatchObject({ incarnation: 2, meta: Uint8Array.of(1), port: 7946 })
    const told = messages(subject.wait(200), 'alive').map(({ message }) => message)
    expect(told).toContainEqual(alive('b', '10.0.0.2', { incarnation: 2, meta: Uint8Array.of(1) }))
  })

  it('an old port of 0 is ours', () => {
    const subject = new Subject()
    subject.hear(alive('b', '10.0.0.2', { port: 0 }))
    expect(subject.machine.member('b')?.port).toBe(7946)
  })

  it('versions that cannot be are not believed', () => {
    const subject = new Subject()
    subject.hear(alive('b', '10.0.0.2', { versions: { ...OUR_VERSIONS, protocolMin: 0 } }))
    subject.hear(alive('c', '10.0.0.3', { versions: { ...OUR_VERSIONS, protocolMin: 6 } }))
    expect(subject.machine.members().map(({ name }) => name)).toEqual(['me'])
  })

  it('no more are taken in than a cluster can have', () => {
    const subject = new Subject({ probeIntervalMs: 0, gossipNodes: 0 })
    for (let i = 0; i < 10_000; i++) subject.hear(alive(`n${i}`, '10.0.0.2', { port: 1 + i }))
    expect(subject.machine.members()).toHaveLength(10_000)
    expect(subject.codes).toEqual(['too-many-members'])
    subject.hear(alive('n5', '10.0.0.2', { port: 6, incarnation: 2 }))
    expect(subject.machine.member('n5')?.incarnation).toBe(2)
  })

  it('one name cannot have two addresses, until it said goodbye', () => {
    const subject = new Subject()
    subject.hear(alive('b', '10.0.0.2'))
    subject.hear(alive('b', '10.0.0.3', { incarnation: 9 }))
    expect(subject.codes).toEqual(['address-conflict'])
    subject.hear(accuse('dead', 'b', 'c'), alive('b', '10.0.0.3', { incarnation: 9 }))
    expect(subject.stateOf('b')).toBe('dead')
    subject.hear(alive('b', '10.0.0.2', { incarnation: 2 }), accuse('dead', 'b', 'b', 2))
    expect(subject.stateOf('b')).toBe('left')
    subject.hear(alive('b', '10.0.0.3', { incarnation: 1 }))
    expect(subject.machine.member('b')).toMatchObject({ state: 'alive', address: parseIp('10.0.0.3') })
    expect(subject.reports).toEqual(['join b', 'leave b', 'join b', 'leave b', 'join b'])
  })

  it('an accusation needs the incarnation of now, and a name that is known', () => {
    const subject = new Subject()
    subject.hear(alive('b', '10.0.0.2', { incarnation: 5 }))
    subject.hear(accuse('suspect', 'b', 'c', 4), accuse('dead', 'b', 'c', 4), accuse('dead', 'x', 'c'))
    expect(subject.stateOf('b')).toBe('alive')
    subject.hear(accuse('suspect', 'b', 'c', 5))
    expect(subject.stateOf('b')).toBe('suspect')
    subject.hear(alive('b', '10.0.0.2', { incarnation: 5 }))
    expect(subject.stateOf('b')).toBe('suspect')
    subject.hear(alive('b', '10.0.0.2', { incarnation: 6 }))
    expect(subject.stateOf('b')).toBe('alive')
    expect(subject.reports).toEqual(['join b'])
  })

  it('a suspect is dead when its time is over, sooner when others confirm, and is asked over TCP before', () => {
    // No probes, which would interfere.
    const quiet = { probeIntervalMs: 1_000, probeTimeoutMs: 500, pushPullIntervalMs: 0 }
    const dies = (...accusers: readonly string[]) => {
      const subject = new Subject(quiet)
      subject.hear(...['b', 'c', 'd', 'e'].map((name, i) => alive(name, `10.0.0.${i + 2}`)))
      subject.hear(...accusers.map((from) => accuse('suspect', 'b', from)))
      let asked = 0
      for (let ms = 0; ms < 60_000; ms += 50) {
        for (const effect of subject.wait(50)) {
          if (effect.kind === 'push-pull') asked++
          for (const { to, message } of sent([effect]))
            if (message.kind === 'ping')
              subject.handle({
                ...{ kind: 'packet', from: at(to) },
                messages:
                  to === '10.0.0.2:7946'
                    ? []
                    : [{ kind: 'ack', sequence: message.sequence, payload: NOTHING }],
              })
        }
        if (subject.stateOf('b') === 'dead') return [subject.nowMs, asked]
      }
      return []
    }
    // We probe it ourselves meanwhile and confirm, so that two accusers suffice for the shortest time.
    expect(dies('c', 'd', 'e')).toEqual([4_000, 1])
    const [alone, asked] = dies('c')
    expect(alone).toBeGreaterThan(4_000)
    expect(asked).toBe(1)
  })

  it('states of others: the dead are only suspected, those who left are gone', () => {
    const subject = new Subject()
    subject.hear(alive('b', '10.0.0.2'), alive('c', '10.0.0.3'), alive('d', '10.0.0.4'))
    subject.handle({
      kind: 'push-pull-received',
      nodes: [
        state('b', '10.0.0.2', { state: 'dead' }),
        state('c', '10.0.0.3', { state: 'left' }),
        state('d', '10.0.0.4', { state: 'suspect' }),
        state('e', '10.0.0.5'),
        state('f', '10.0.0.6', { state: 'dead' }),
      ],
    })
    expect(['b', 'c', 'd', 'e', 'f'].map((name) => subject.stateOf(name))).toEqual([
      ...['suspect', 'left', 'suspect', 'alive', undefined],
    ])
  })

  it('states are refused whole when somebody in them speaks what we do not', () => {
    const subject = new Subject()
    const versions = { ...OUR_VERSIONS, delegateMin: 2, delegateMax: 5, delegate: 5 }
    subject.handle({
      kind: 'push-pull-received',
      nodes: [state('b', '10.0.0.2'), state('c', '10.0.0.3', { versions })],
    })
    expect(subject.machine.members().map(({ name }) => name)).toEqual(['me'])
    expect(subject.codes).toEqual(['version-conflict'])
  })
})

describe('what is said of us', () => {
  const refutation = (subject: Subject) =>
    subject.machine.states().find(({ name }) => name === 'me')?.incarnation

  it.each([
    ['suspect', accuse('suspect', 'me', 'b', 7), 8],
    ['dead', accuse('dead', 'me', 'b', 1), 2],
    ['left', accuse('dead', 'me', 'me', 3), 4],
    ['alive with other data', alive('me', '10.0.0.1', { incarnation: 4, meta: Uint8Array.of(1) }), 5],
    ['alive with other data, and our incarnation', alive('me', '10.0.0.1', { meta: Uint8Array.of(1) }), 2],
    ['alive, from a life before', alive('me', '10.0.0.1', { incarnation: 12 }), 13],
  ] as const)('%s: we object with a higher incarnation', (_, message, incarnation) => {
    const subject = new Subject()
    subject.hear(alive('b', '10.0.0.2'))
    subject.wait(5_000)
    const before = subject.machine.healthScore
    subject.hear(message as GossipMessage)
    expect(refutation(subject)).toBe(incarnation)
    expect(subject.stateOf('me')).toBe('alive')
    expect(subject.codes).toContain('refuting')
    // Whoever is accused has reason to doubt itself.
    expect(subject.machine.healthScore).toBe(before + 1)
    expect(messages(subject.wait(200), 'alive').map(({ message }) => message)).toContainEqual(
      alive('me', '10.0.0.1', { incarnation }),
    )
  })

  it('our own words come back and mean nothing', () => {
    const subject = new Subject()
    subject.hear(alive('me', '10.0.0.1'))
    expect([refutation(subject), subject.codes]).toEqual([1, []])
  })

  it('another node under our name is a conflict and changes nothing', () => {
    const subject = new Subject()
    subject.hear(alive('me', '10.0.0.66', { incarnation: 99 }))
    expect([refutation(subject), subject.codes]).toEqual([1, ['address-conflict']])
  })

  it('an accusation that we refuted is answered again, with the answer to the ping that brings it', () => {
    const subject = new Subject({ gossipNodes: 0 })
    subject.hear(accuse('suspect', 'me', 'b', 1))
    for (let i = 0; i < 20; i++) subject.hear({ kind: 'ping', sequence: i, node: 'me', source: undefined })
    expect(subject.machine.queuedBroadcasts).toBe(0)
    const answer = subject.hear(accuse('suspect', 'me', 'b', 1), {
      ...{ kind: 'ping', sequence: 99, node: 'me', source: undefined },
    })
    expect(sent(answer).map(({ message }) => message.kind)).toEqual(['ack', 'alive'])
    expect(refutation(subject)).toBe(2)
  })
})

describe('pings', () => {
  it('are answered to where they ask, or to where they came from', () => {
    const subject = new Subject()
    const source = { ...at('10.0.0.7:7000'), node: 'g' }
    const [asked] = messages(subject.hear({ kind: 'ping', sequence: 5, node: 'me', source }), 'ack')
    expect(asked).toMatchObject({ to: '10.0.0.7:7000', message: { sequence: 5 } })
    const [came] = messages(subject.hear({ kind: 'ping', sequence: 6, node: '', source: undefined }), 'ack')
    expect(came).toMatchObject({ to: '10.0.0.9:7946', message: { sequence: 6 } })
  })

  it('for somebody else are not', () => {
    const subject = new Subject()
    expect(sent(subject.hear({ kind: 'ping', sequence: 5, node: 'other', source: undefined }))).toEqual([])
    expect(subject.codes).toEqual(['ping-for-another'])
  })

  const relay = (nack: boolean): GossipMessage => ({
    ...{ kind: 'indirect-ping', sequence: 44, target: parseIp('10.0.0.5')!, port: 7946, node: 'e', nack },
    source: { ...at('10.0.0.2'), node: 'b' },
  })

  it('on behalf of others are passed on, and so is the answer', () => {
    const subject = new Subject()
    const [ping] = messages(subject.hear(relay(true)), 'ping')
    expect(ping).toMatchObject({ to: '10.0.0.5:7946', message: { node: 'e', source: { node: 'me' } } })
    const { sequence } = ping!.message as { readonly sequence: number }
    const answer = subject.hear({ kind: 'ack', sequence, payload: NOTHING })
    expect(messages(answer, 'ack')).toMatchObject([{ to: '10.0.0.2:7946', message: { sequence: 44 } }])
    expect(messages(subject.wait(2_000), 'nack')).toEqual([])
  })

  it('on behalf of others that get no answer are reported, when that is wanted', () => {
    const subject = new Subject()
    subject.hear(relay(true), { ...relay(false), sequence: 45 } as GossipMessage)
    expect(messages(subject.wait(2_000), 'nack')).toMatchObject([
      { to: '10.0.0.2:7946', message: { sequence: 44 } },
    ])
  })

  it('on behalf of others are limited', () => {
    const subject = new Subject()
    const effects = subject.hear(...Array<GossipMessage>(2_000).fill(relay(true)))
    expect(messages(effects, 'ping')).toHaveLength(1024)
  })
})

describe('a probe', () => {
  const three = (settings: Partial<GossipSettings> = {}) => {
    const subject = new Subject({ pushPullIntervalMs: 0, gossipNodes: 0, ...settings })
    subject.hear(alive('b', '10.0.0.2'), alive('c', '10.0.0.3'))
    return subject
  }
  /** Up to the moment of the first ping. */
  const begun = (subject: Subject) => {
    for (;;) {
      const [ping] = messages(subject.wait(1), 'ping')
      if (ping !== undefined) return ping.message as Extract<GossipMessage, { kind: 'ping' }>
    }
  }

  it('that is answered costs nothing', () => {
    const subject = three()
    const { sequence } = begun(subject)
    subject.hear({ kind: 'ack', sequence, payload: NOTHING })
    expect(messages(subject.wait(900), 'indirect-ping')).toEqual([])
  })

  it('that is not answered asks the others and TCP, and then accuses', () => {
    const subject = three()
    const { node } = begun(subject)
    const asked = subject.wait(500)
    expect(messages(asked, 'indirect-ping')).toMatchObject([{ message: { node, nack: true } }])
    expect(asked.find(({ kind }) => kind === 'stream-ping')).toMatchObject({ node, timeoutMs: 500 })
    expect(subject.stateOf(node)).toBe('alive')
    subject.wait(500)
    expect(subject.stateOf(node)).toBe('suspect')
    expect(subject.codes).toEqual(['suspecting'])
    // The helper said nothing at all: that may be our own fault.
    expect(subject.machine.healthScore).toBe(1)
  })

  it('that a helper could not bring through either is no fault of ours', () => {
    const subject = three()
    const { sequence, node } = begun(subject)
    subject.wait(500)
    subject.hear({ kind: 'nack', sequence })
    subject.wait(500)
    expect([subject.stateOf(node), subject.machine.healthScore]).toEqual(['suspect', 0])
  })

  it('that takes longer, because we doubt ourselves, delays the next one, and each answer restores some trust', () => {
    const subject = three({ disableTcpPings: true })
    subject.hear(...[1, 2].map((incarnation) => accuse('suspect', 'me', 'b', incarnation)))
    expect(subject.machine.healthScore).toBe(2)
    const first = begun(subject)
    const beganMs = subject.nowMs
    expect(messages(subject.wait(2_900), 'ping')).toEqual([])
    const [second] = messages(
      subject.hear({ kind: 'ack', sequence: first.sequence, payload: NOTHING }),
      'ping',
    )
    expect(subject.machine.healthScore).toBe(1)
    expect(second?.message).toMatchObject({ kind: 'ping' })
    expect(subject.nowMs - beganMs).toBe(2_900)
  })

  it('that a helper brought through, or TCP, accuses nobody', () => {
    for (const way of ['ack', 'tcp']) {
      const subject = three()
      const { sequence, node } = begun(subject)
      subject.wait(500)
      if (way === 'ack') subject.hear({ kind: 'ack', sequence, payload: NOTHING })
      else subject.handle({ kind: 'stream-ping-answered', sequence })
      subject.wait(500)
      expect(subject.stateOf(node)).toBe('alive')
      expect(subject.codes).toEqual(way === 'ack' ? [] : ['udp-blocked'])
    }
  })

  it('of a suspect tells it so', () => {
    const subject = three()
    subject.hear(accuse('suspect', 'b', 'x'), accuse('suspect', 'c', 'x'))
    const { node } = begun(subject)
    const sends = subject.effects.flatMap((e) => (e.kind === 'send' ? [e] : []))
    expect(sends.at(-1)?.parts.map(({ message }) => message)).toMatchObject([
      { kind: 'suspect', node, from: 'me' },
      { kind: 'ping', node },
    ])
    expect(sends.at(-1)?.checksum).toBe(true)
  })

  it('does not go over TCP where that is switched off', () => {
    const subject = three({ disableTcpPings: true })
    begun(subject)
    expect(subject.wait(1_000).filter(({ kind }) => kind === 'stream-ping')).toEqual([])
  })
})

it('news goes to the dead too, for a while, and not to those who left', () => {
  const receivers = (goneMs: number) => {
    const subject = new Subject({ probeIntervalMs: 0, pushPullIntervalMs: 0 })
    subject.hear(alive('b', '10.0.0.2'), alive('c', '10.0.0.3'), alive('d', '10.0.0.4'))
    subject.hear(accuse('dead', 'b', 'x'), accuse('dead', 'c', 'c'))
    subject.wait(goneMs)
    subject.handle({ kind: 'set-meta', meta: Uint8Array.of(1) })
    return new Set(messages(subject.wait(2_000), 'alive').map(({ to }) => to))
  }
  expect(receivers(20_000)).toEqual(new Set(['10.0.0.2:7946', '10.0.0.4:7946']))
  expect(receivers(31_000)).toEqual(new Set(['10.0.0.4:7946']))
})

describe('packets', () => {
  it('never grow beyond the limit, whatever there is to tell', () => {
    const subject = new Subject({ udpBufferBytes: 600 })
    for (let i = 0; i < 60; i++)
      subject.hear(alive(`node-${'x'.repeat(i)}`, `10.0.1.${i}`, { meta: new Uint8Array(i * 4) }))
    const sends = subject.wait(20_000).flatMap((e) => (e.kind === 'send' ? [e] : []))
    const lengths = sends.map(({ parts, checksum }) =>
      parts.reduce((sum, { bytes }) => sum + 2 + bytes.length, checksum ? 7 : 2),
    )
    expect(Math.max(...lengths)).toBeLessThanOrEqual(600)
    expect(Math.max(...lengths)).toBeGreaterThan(500)
  })
})

describe('joining', () => {
  const exchanges = (effects: readonly GossipEffect[]) =>
    effects.flatMap((e) => (e.kind === 'push-pull' ? [e] : []))
  const results = (subject: Subject) =>
    subject.effects.flatMap((e) => (e.kind === 'join-result' ? [[formatEndpoint(e.seed), e.problem]] : []))

  it('tries every seed, and again with growing pauses until it is a member', () => {
    const subject = new Subject({ pushPullIntervalMs: 0 })
    let [exchange] = exchanges(subject.handle({ kind: 'join', seeds: [at('10.0.0.2')] }))
    const pausesMs: number[] = []
    for (let i = 0; i < 9; i++) {
      expect(exchange).toMatchObject({ to: at('10.0.0.2'), join: true })
      subject.handle({ kind: 'push-pull-failed', id: exchange!.id, reason: 'nobody listens there.' })
      const from = subject.nowMs
      for (exchange = undefined; exchange === undefined; ) exchange = exchanges(subject.wait(50))[0]
      pausesMs.push(subject.nowMs - from)
    }
    for (const [i, pauseMs] of pausesMs.entries()) {
      const base = Math.min(60_000, 1_000 * 2 ** i)
      expect(pauseMs).toBeGreaterThanOrEqual(base * 0.75)
      expect(pauseMs).toBeLessThanOrEqual(base * 1.25 + 50)
    }
    expect(results(subject)).toEqual([['10.0.0.2:7946', 'nobody listens there.']])
    subject.handle({ kind: 'push-pull-answered', id: exchange!.id, nodes: [state('b', '10.0.0.2')] })
    expect(subject.stateOf('b')).toBe('alive')
    expect(exchanges(subject.wait(3_000))).toEqual([])
  })

  it('asks at most eight at once, and neither itself nor members', () => {
    const subject = new Subject({ pushPullIntervalMs: 0 })
    subject.hear(alive('b', '10.0.0.2'))
    const seeds = [HOME, at('10.0.0.2'), ...Array.from({ length: 12 }, (_, i) => at(`10.0.1.${i}`))]
    const first = exchanges(subject.handle({ kind: 'join', seeds: [...seeds, ...seeds] }))
    expect(first).toHaveLength(8)
    expect(results(subject)).toEqual([
      ['10.0.0.1:7946', undefined],
      ['10.0.0.2:7946', undefined],
    ])
    const more = first.flatMap(({ id }) =>
      exchanges(subject.handle({ kind: 'push-pull-failed', id, reason: 'no.' })),
    )
    expect(new Set([...first, ...more].map(({ to }) => formatEndpoint(to))).size).toBe(12)
  })

  it('looks for a seed again that is lost', () => {
    const subject = new Subject({ pushPullIntervalMs: 0, probeIntervalMs: 0 })
    const [exchange] = exchanges(subject.handle({ kind: 'join', seeds: [at('10.0.0.2')] }))
    subject.handle({ kind: 'push-pull-answered', id: exchange!.id, nodes: [state('b', '10.0.0.2')] })
    subject.hear(accuse('dead', 'b', 'c'))
    expect(exchanges(subject.wait(61_000))).toHaveLength(1)
  })

  it('says why a seed is not fit', () => {
    const subject = new Subject()
    const [exchange] = exchanges(subject.handle({ kind: 'join', seeds: [at('10.0.0.2')] }))
    const versions = { ...OUR_VERSIONS, protocolMax: 1, protocol: 1 }
    subject.handle({
      ...{ kind: 'push-pull-answered', id: exchange!.id },
      nodes: [state('b', '10.0.0.2', { versions })],
    })
    expect(results(subject)[0]?.[1]).toBe("Node 'me' protocol version (2) is incompatible: [1, 1].")
  })
})

describe('leaving', () => {
  it('is over at once when nobody is there', () => {
    expect(new Subject().handle({ kind: 'leave' }).map(({ kind }) => kind)).toContain('left')
  })

  it('is told as often as any news, the first time at once, and nothing brings us back', () => {
    const subject = new Subject({ probeIntervalMs: 0 })
    subject.hear(alive('b', '10.0.0.2'))
    subject.wait(10_000)
    expect(subject.handle({ kind: 'leave' })).toEqual([])
    const goodbye = { kind: 'dead', node: 'me', from: 'me', incarnation: 1 }
    expect(messages(subject.wait(0), 'dead')).toMatchObject([{ message: goodbye }])
    subject.hear(alive('me', '10.0.0.1', { incarnation: 5 }), accuse('dead', 'me', 'b', 9))
    expect(subject.stateOf('me')).toBe('left')
    const rest = subject.wait(2_000)
    expect(messages(rest, 'dead')).toHaveLength(3)
    expect(rest.filter(({ kind }) => kind === 'left')).toHaveLength(1)
  })
})

it('metadata is told with a higher incarnation', () => {
  const subject = new Subject()
  subject.hear(alive('b', '10.0.0.2'))
  subject.handle({ kind: 'set-meta', meta: Uint8Array.of(7) })
  expect(messages(subject.wait(200), 'alive').map(({ message }) => message)).toContainEqual(
    alive('me', '10.0.0.1', { incarnation: 2, meta: Uint8Array.of(7) }),
  )
})
