import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IpFamily } from '../net/ip.ts'
import { formatPrefix, type Prefix } from '../net/prefix.ts'
import { AdjRibOut } from './adj-rib-out.ts'
import type { ExportContext } from './outbound.ts'
import type { BgpAdvertisement } from './peer.ts'
import { advertisement, CONTEXTS, drain, external, prefix, shown } from './testing/export-cases.ts'
import { RouteReceiver } from './testing/route-receiver.ts'

type Step =
  | { readonly do: 'setDesired'; readonly advertisements: readonly BgpAdvertisement[] }
  | { readonly do: 'announce'; readonly advertisement: BgpAdvertisement }
  | { readonly do: 'withdraw'; readonly prefix: Prefix }
  | { readonly do: 'take'; readonly budgetBytes: number }
  | { readonly do: 'drain' }
  | { readonly do: 'sessionDown' }
  | { readonly do: 'sessionUp'; readonly context: ExportContext }
  | { readonly do: 'refresh'; readonly family: IpFamily; readonly enhanced: boolean }

const somePrefix = fc.constantFrom(
  ...['0.0.0.0/0', '128.0.0.0/1', '203.0.113.0/25', '203.0.113.0/24', '255.255.255.255/32', '10.0.0.0/8'],
  ...['::/0', '2001:db8::/32', '2001:db8::/33', '2001:db8::1/128', '2001:db8:0:1::/64', '8000::/1'],
)
const someAdvertisement = fc
  .tuple(
    somePrefix,
    fc.constantFrom(undefined, 0, 100, 0xffffffff),
    fc.constantFrom(
      [],
      [1],
      [1, 2],
      Array.from({ length: 1100 }, (_, i) => i),
    ),
    fc.constantFrom([], [{ global: 1, local1: 2, local2: 3 }]),
  )
  .map(([text, localPreference, communities, largeCommunities]) =>
    advertisement(text, { localPreference, communities, largeCommunities }),
  )
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .array(someAdvertisement, { maxLength: 9 })
      .map((advertisements): Step => ({ do: 'setDesired', advertisements })),
  },
  {
    weight: 8,
    arbitrary: someAdvertisement.map((advertisement): Step => ({ do: 'announce', advertisement })),
  },
  { weight: 4, arbitrary: somePrefix.map((text): Step => ({ do: 'withdraw', prefix: prefix(text) })) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(0, 60, 150).map((budgetBytes): Step => ({ do: 'take', budgetBytes })),
  },
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'drain' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'sessionDown' }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...Object.values(CONTEXTS))
      .map((context): Step => ({ do: 'sessionUp', context })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom<IpFamily>(4, 6), fc.boolean())
      .map(([family, enhanced]): Step => ({ do: 'refresh', family, enhanced })),
  },
)

/** The same promise kept the slow way: it compares everything with everything whenever it is asked. */
class SlowRibOut {
  readonly desired = new Map<string, BgpAdvertisement>()
  context: ExportContext | undefined
  receiver = new RouteReceiver()
  readonly refreshed = new Set<IpFamily>()
  endsOwed: IpFamily[] = []

  restart(context: ExportContext | undefined): void {
    this.context = context
    this.receiver = new RouteReceiver()
    this.refreshed.clear()
    this.endsOwed = [...(context?.families ?? [])]
  }

  wanted(): Map<string, string> {
    const wanted = new Map<string, string>()
    for (const [name, given] of this.desired) {
      const text = this.context === undefined ? undefined : shown(given, this.context)
      const tooLong = given.communities.length > 1000 && this.context?.wire.extendedMessage !== true
      if (text !== undefined && !tooLong) wanted.set(name, text)
    }
    return wanted
  }

  has = (): Map<string, string> =>
    new Map([...this.receiver.routes].map(([name, { attributes }]) => [name, attributes]))
}

const STEPS: {
  readonly [K in Step['do']]: (slow: SlowRibOut, rib: AdjRibOut, step: Extract<Step, { do: K }>) => void
} = {
  setDesired: (slow, rib, { advertisements }) => {
    slow.desired.clear()
    for (const given of advertisements) slow.desired.set(formatPrefix(given.prefix), given)
    rib.setDesired(advertisements)
  },
  announce: (slow, rib, { advertisement }) => {
    slow.desired.set(formatPrefix(advertisement.prefix), advertisement)
    rib.announce(advertisement)
  },
  withdraw: (slow, rib, { prefix }) => {
    slow.desired.delete(formatPrefix(prefix))
    rib.withdraw(prefix)
  },
  sessionUp: (slow, rib, { context }) => {
    slow.restart(context)
    rib.sessionUp(context)
  },
  sessionDown: (slow, rib) => {
    slow.restart(undefined)
    rib.sessionDown()
  },
  refresh: (slow, rib, { family, enhanced }) => {
    if (slow.context?.families.includes(family) === true) slow.refreshed.add(family)
    rib.refresh(family, enhanced)
  },
  take: (slow, rib, { budgetBytes }) => hear(slow, rib.take(budgetBytes)),
  drain: checkDrain,
}

const apply = <K extends Step['do']>(
  slow: SlowRibOut,
  rib: AdjRibOut,
  step: Extract<Step, { do: K }>,
): void => STEPS[step.do as K](slow, rib, step)

function hear(slow: SlowRibOut, messages: readonly Uint8Array[]): void {
  if (slow.context === undefined) {
    expect(messages).toEqual([])
    return
  }
  const longest = slow.context.wire.extendedMessage ? 65_535 : 4096
  for (const { length } of messages) expect(length).toBeLessThanOrEqual(longest)
  const { marks } = slow.receiver.hear(messages, slow.context.wire)
  for (const family of [4, 6] as const)
    if (marks.includes(`end of IPv${family}`)) {
      expect(slow.endsOwed).toContain(family)
      slow.endsOwed = slow.endsOwed.filter((owed) => owed !== family)
    }
}

function checkDrain(slow: SlowRibOut, rib: AdjRibOut): void {
  const [wanted, had] = [slow.wanted(), slow.has()]
  const messages = drain(rib)
  if (slow.context === undefined) {
    expect(messages).toEqual([])
    return
  }
  const { announced, withdrawn } = new RouteReceiver().hear(messages, slow.context.wire)
  if (slow.refreshed.size === 0) {
    // Exactly the differences, each once.
    expect(announced.toSorted()).toEqual(
      [...wanted].flatMap(([n, text]) => (had.get(n) === text ? [] : [n])).sort(),
    )
    expect(withdrawn.toSorted()).toEqual([...had.keys()].filter((n) => !wanted.has(n)).sort())
  }
  hear(slow, messages)
  expect(slow.has()).toEqual(wanted)
  expect(slow.endsOwed).toEqual([])
  expect(rib.counts).toEqual({ desired: slow.desired.size, announced: wanted.size, pending: 0 })
  slow.refreshed.clear()
}

describe('whatever happens in whatever order', () => {
  it('the peer ends up with what is desired, by the fewest announcements', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const [slow, rib] = [new SlowRibOut(), new AdjRibOut()]
        for (const next of steps) apply(slow, rib, next)
        checkDrain(slow, rib)
      }),
      { numRuns: 2000 },
    )
  })

  it('a refresh sends all that the peer shall have, after the request', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.boolean(),
        fc.array(step, { maxLength: 3 }),
        (steps, enhanced, more) => {
          const [slow, rib] = [new SlowRibOut(), new AdjRibOut()]
          apply(slow, rib, { do: 'sessionUp', context: external })
          for (const next of steps) if (!next.do.startsWith('session')) apply(slow, rib, next)
          rib.refresh(4, enhanced)
          for (const next of more)
            if (['announce', 'withdraw', 'setDesired'].includes(next.do)) apply(slow, rib, next)
          const receiver = new RouteReceiver()
          receiver.hear(drain(rib), external.wire)
          const names = [...slow.wanted().keys()].filter((name) => !name.includes(':'))
          expect([...receiver.routes.keys()]).toEqual(expect.arrayContaining(names))
        },
      ),
      { numRuns: 500 },
    )
  })
})
