// Two speakers and weather: late, in pieces, cut, unanswered. In the end there is one session, or none with a reason.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FINE, MemoryNetwork, type NetworkWeather } from './testing/memory-network.ts'
import { seeded } from './testing/random.ts'
import { advertisement, LEFT, mirrored, peerOptions, RIGHT, testSpeaker } from './testing/speakers.ts'
import { VirtualClock } from './testing/virtual-clock.ts'

const bad = fc.record({
  delayMs: fc.constantFrom(0, 1, 50, 900),
  pieceBytes: fc.constantFrom(1, 7, 40, 4096),
  windowBytes: fc.constantFrom(100, 5_000, 100_000),
  lostConnects: fc.constantFrom(0, 0.3, 0.9),
  resets: fc.constantFrom(0, 0.02, 0.2),
})

const change = fc.record({
  passiveRight: fc.boolean(),
  leftIsHigher: fc.boolean(),
  gracefulRestart: fc.constantFrom(undefined, { restartSeconds: 30 }),
  holdTimeSeconds: fc.constantFrom(3, 90),
})

interface Setting {
  readonly weather: Omit<NetworkWeather, 'random'>
  readonly seed: number
  readonly stormMs: number
  readonly change: Parameters<typeof peerOptions>[0] & {
    readonly passiveRight?: boolean
    readonly leftIsHigher?: boolean
  }
  readonly expectedAsn?: number
}

async function play({
  weather,
  seed,
  stormMs,
  change: { passiveRight, leftIsHigher, ...both },
  expectedAsn,
}: Setting) {
  const random = seeded(seed)
  const clock = new VirtualClock()
  const network = new MemoryNetwork(clock, { ...weather, random })
  const left = testSpeaker(clock, network, LEFT, { random })
  const right = testSpeaker(clock, network, RIGHT, { random })
  await left.speaker.listen({ address: LEFT, port: 179 })
  await right.speaker.listen({ address: RIGHT, port: 179 })
  const ids = leftIsHigher === true ? [RIGHT, LEFT] : [LEFT, RIGHT]
  left.speaker.setPeers([peerOptions({ ...both, routerId: ids[0]!, peerAsn: expectedAsn ?? 65_002 })])
  right.speaker.setPeers([mirrored({ ...both, routerId: ids[1]!, passive: passiveRight === true })])
  const prefixes = Array.from({ length: 200 }, (_, i) => `10.0.${i}.0/24`)
  left.speaker.routes('right')!.setDesired(prefixes.map(advertisement))
  clock.advance(stormMs)
  network.weather = { ...FINE, random }
  const states = () => [left, right].map(({ speaker }) => speaker.status()[0]!.state)
  return { clock, network, left, right, states }
}

describe('two speakers', () => {
  it('come together when the storm is over, on one connection, with all routes', async () => {
    let collisions = 0
    let resets = 0
    await fc.assert(
      fc.asyncProperty(bad, change, fc.integer(), async (weather, options, seed) => {
        const world = await play({ weather, change: options, seed, stormMs: 120_000 })
        const { clock, network, left, right, states } = world
        const both = () => states().every((state) => state === 'established')
        expect(clock.until(both, 400_000)).toBe(true)
        // What is left of a collision ends within the time that an OPEN is waited for.
        clock.advance(300_000)
        expect(states()).toEqual(['established', 'established'])
        expect(network.connections).toBe(1)
        expect(right.inbound.get('left')!.routes.size).toBe(200)
        const ended = [...left.reports, ...right.reports].flatMap((report) =>
          report.kind === 'ended' ? [report.words] : [],
        )
        if (ended.some((words) => words.includes('Collision'))) collisions++
        resets += left.speaker.status()[0]!.resets
      }),
      { numRuns: 60 },
    )
    // The weather was bad enough.
    expect(collisions).toBeGreaterThan(0)
    expect(resets).toBeGreaterThan(5)
  }, 60_000)

  it('that do not agree never get there, and say why each time', async () => {
    await fc.assert(
      fc.asyncProperty(bad, change, fc.integer(), async (weather, options, seed) => {
        const { clock, left, right } = await play({
          ...{ weather, change: options, seed, stormMs: 60_000, expectedAsn: 65_099 },
        })
        clock.advance(200_000)
        const all = [...left.reports, ...right.reports]
        expect(all.some(({ kind }) => kind === 'established')).toBe(false)
        const words = all.flatMap((report) => (report.kind === 'ended' ? [report.words] : []))
        expect(words.some((word) => word.includes('Bad Peer AS (2/2)'))).toBe(true)
        for (const word of words)
          expect(word).toMatch(/Bad Peer AS|Collision|could not connect|connection|Hold Timer Expired/)
      }),
      { numRuns: 20 },
    )
  }, 60_000)

  it('stop, and nothing is left', async () => {
    await fc.assert(
      fc.asyncProperty(bad, change, fc.integer(), fc.boolean(), async (weather, options, seed, graceful) => {
        const { clock, network, left, right } = await play({
          ...{ weather, change: options, seed, stormMs: 5_000 },
        })
        const stopped = Promise.all([left, right].map(({ speaker }) => speaker.stop({ graceful })))
        clock.advance(30_000)
        await stopped
        expect(network.connections).toBe(0)
        clock.advance(600_000)
        expect(clock.waiting).toBe(0)
      }),
      { numRuns: 30 },
    )
  }, 60_000)
})
