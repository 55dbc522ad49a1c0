// The responder is told differences only. Whatever is wanted, in whatever portions it is told, whichever interfaces come and go, however
// slow the responder is, and also when it dies: it ends with what the whole of it means, and every address has been announced there.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatIp, type Ip, parseIp } from '../net/ip.ts'
import type { Announcement, AnnouncementChange } from './announcement.ts'
import { Layer2Announcer } from './announcer.ts'
import type { Layer2Report } from './events.ts'
import type { LinkInterface } from './ports.ts'
import { FakeClock, FakeInterfaces, FakeResponder, link, settle } from './testing/fakes.ts'

const ADDRESSES = ['192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2'].map((text) => parseIp(text)!)
const NAMES = ['eth0', 'eth1', 'eth2']

const address = fc.constantFrom(...ADDRESSES)
const interfaces = fc.oneof(fc.constant('all' as const), fc.uniqueArray(fc.constantFrom(...NAMES)))
const announcement: fc.Arbitrary<Announcement> = fc.record({ address, interfaces })
const change: fc.Arbitrary<AnnouncementChange> = fc.record({
  address,
  interfaces: fc.option(interfaces, { nil: undefined }),
})
const oneLink: fc.Arbitrary<LinkInterface> = fc
  .record({
    name: fc.constantFrom(...NAMES),
    index: fc.constantFrom(1, 2),
    up: fc.boolean(),
    broadcast: fc.boolean(),
    linkLocal: fc.constantFrom(undefined, parseIp('fe80::1')!),
  })
  .map(({ name, ...more }) => link(name, more))
const links = fc.uniqueArray(oneLink, { selector: ({ name }) => name })

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ changes: fc.array(change, { maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ set: fc.array(announcement, { maxLength: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ links }) },
  fc.record({ slow: fc.boolean() }),
  fc.record({ release: fc.constant(true) }),
  fc.record({ dies: fc.constant(true) }),
  fc.record({ forwardMs: fc.constantFrom(100, 1_500, 6_000) }),
)
type Step = Partial<{
  changes: AnnouncementChange[]
  set: Announcement[]
  links: LinkInterface[]
  slow: boolean
  release: boolean
  dies: boolean
  forwardMs: number
}>

/** What is wanted, said once more without any of the code that is tested. */
class Wanted {
  readonly #by = new Map<string, { readonly address: Ip; readonly on: 'all' | readonly string[] }>()

  take({ changes = [], set }: Step): void {
    if (set !== undefined) this.#by.clear()
    for (const { address, interfaces } of set ?? []) {
      const before = this.#by.get(formatIp(address))?.on ?? []
      const on = before === 'all' || interfaces === 'all' ? 'all' : [...before, ...interfaces]
      this.#by.set(formatIp(address), { address, on })
    }
    for (const { address, interfaces } of changes)
      if (interfaces === undefined) this.#by.delete(formatIp(address))
      else this.#by.set(formatIp(address), { address, on: interfaces })
  }

  on(list: readonly LinkInterface[]): string[] {
    const pairs = list.flatMap(({ name, up, broadcast, linkLocal }) =>
      [...this.#by]
        .filter(([, { address }]) => up && (address.family === 4 ? broadcast : linkLocal !== undefined))
        .filter(([, { on }]) => on === 'all' || on.includes(name))
        .map(([text]) => `${name} ${text}`),
    )
    return pairs.sort()
  }
}

/** What the reports say is answered for. */
function reported(reports: readonly Layer2Report[]): string[] {
  const answering = new Set<string>()
  for (const report of reports) {
    if (report.kind === 'answering') answering.add(`${report.interfaceName} ${formatIp(report.address)}`)
    if (report.kind === 'silent') answering.delete(`${report.interfaceName} ${formatIp(report.address)}`)
  }
  return [...answering].sort()
}

const ownedBy = (responder: FakeResponder) =>
  [...responder.owned].flatMap(([name, own]) => [...own.keys()].map((text) => `${name} ${text}`)).sort()

async function run(steps: readonly Step[]): Promise<void> {
  const [clock, responder, reports] = [new FakeClock(), new FakeResponder(), [] as Layer2Report[]]
  const watched = new FakeInterfaces([link('eth0')])
  const announcer = await Layer2Announcer.start({
    ...{ responder, interfaces: watched, clock, excludes: () => false, repeatMs: undefined },
    onReport: (report) => reports.push(report),
  })
  const wanted = new Wanted()
  let list: readonly LinkInterface[] = [link('eth0')]
  for (const each of steps) {
    wanted.take(each)
    if (each.changes !== undefined) void announcer.change(each.changes)
    if (each.set !== undefined) void announcer.set(each.set)
    if (each.links !== undefined) {
      list = each.links
      await watched.become(list)
    }
    if (each.slow !== undefined) responder.slow = each.slow
    if (each.release === true) responder.release()
    if (each.dies === true) await responder.die()
    if (each.forwardMs !== undefined) await clock.forward(each.forwardMs)
    await settle()
  }
  responder.slow = false
  responder.release()
  // A responder that died is started again by then.
  await clock.forward(60_000)
  expect(ownedBy(responder)).toEqual(wanted.on(list))
  expect(reported(reports)).toEqual(wanted.on(list))
  await announcer.stop()
}

it('differences add up to the whole', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 20 }), run), { numRuns: 500 })
}, 60_000)
