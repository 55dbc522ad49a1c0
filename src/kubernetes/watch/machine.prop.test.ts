// Whatever the server does to its clients: in the end the view is the server's, and while it is away nothing is taken from it.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { failureOf, SimulatedServer } from './testing/simulated-server.ts'
import { WatchPlayer } from './testing/watch-player.ts'

type Deed =
  | { readonly do: 'write'; readonly key: string; readonly value: string | undefined }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'answer slowly'; readonly ms: number }
  | { readonly do: 'refuse'; readonly status: number; readonly times: number }
  | {
      readonly do:
        | 'cut'
        | 'kill'
        | 'revive'
        | 'compact'
        | 'bookmark'
        | 'move on'
        | 'restore'
        | 'forget watch lists'
        | 'spoil'
    }

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const key = fc.constantFrom(...KEYS)
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      key,
      value: fc.option(fc.constantFrom('1', '2', '3'), { nil: undefined }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 700_000 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('answer slowly' as const),
      ms: fc.constantFrom(0, 0, 5_000, 90_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('refuse' as const),
      status: fc.constantFrom(401, 403, 404, 410, 429, 500, 502, 503, 504),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'cut' as const,
        'kill' as const,
        'kill' as const,
        'revive' as const,
        'revive' as const,
        'compact' as const,
        'compact' as const,
        'bookmark' as const,
        'move on' as const,
        'restore' as const,
        'forget watch lists' as const,
        'spoil' as const,
      ),
    }),
  },
)

const KINDS = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'missing',
  410: 'gone',
  429: 'busy',
  500: 'refused',
  502: 'refused',
  503: 'busy',
  504: 'busy',
} as const

function perform(each: Deed, server: SimulatedServer, player: WatchPlayer): void {
  switch (each.do) {
    case 'write':
      // Also while it is away: from here only the way to it is broken.
      player.write(each.key, each.value)
      break
    case 'pass':
      player.advance(each.ms)
      break
    case 'answer slowly':
      player.answersAfterMs = each.ms
      break
    case 'refuse': {
      const failure = failureOf(
        KINDS[each.status as keyof typeof KINDS],
        each.status,
        each.status === 429 ? 3000 : undefined,
      )
      player.refusals.push({ failure, times: each.times })
      break
    }
    case 'cut':
      player.cut()
      break
    case 'kill':
      player.kill()
      break
    case 'revive':
      // What a server found when it came up is the oldest that it knows.
      if (server.down) server.compact()
      server.down = false
      break
    case 'compact':
      server.compact()
      break
    case 'bookmark':
      player.bookmark()
      break
    case 'move on':
      server.moveOn()
      break
    case 'restore':
      // For this, the server has to be stopped.
      if (server.down) server.restore(20)
      break
    case 'forget watch lists':
      server.watchList = false
      break
    case 'spoil':
      server.spoilNext = true
  }
}

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

it('the view is the server’s in the end, and nothing goes from it while the server is away', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.nat(),
      fc.subarray(KEYS),
      fc.array(deed, { maxLength: 40 }),
      (watchList, seed, first, deeds) => {
        const server = new SimulatedServer(watchList)
        for (const each of first) server.write(each, '0')
        const player = new WatchPlayer(server, generator(seed))
        player.handle({ kind: 'start' })
        const shadow = new Map<string, string>()
        for (const each of deeds) perform(each, server, player)
        expect(player.deletedWhileDown).toBe(0)
        server.down = false
        player.refusals = []
        player.answersAfterMs = 0
        // The longest pause, and a watch that told nothing to its end, have passed after that.
        player.advance(1_500_000)
        const wanted = Object.fromEntries([...server.objects].map(([name, { value }]) => [name, value]))
        for (const change of player.changes) {
          if (change.kind === 'deleted') {
            expect(shadow.delete(change.key)).toBe(true)
            continue
          }
          // Only what is different is told.
          expect(shadow.get(change.key)).not.toBe(change.value)
          shadow.set(change.key, change.value)
        }
        expect(Object.fromEntries(shadow)).toEqual(wanted)
        expect(player.view.size).toBe(server.objects.size)
        expect(player.state.trouble).toBeUndefined()
        // 1500 s of health cost no more than the watches of that time.
        const before = player.requests
        player.advance(3_000_000)
        expect(player.requests - before).toBeLessThan(30)
      },
    ),
    { numRuns: 300 },
  )
})
