// When a watch gets bookmarks, in virtual time, beside what a kube-apiserver 1.33 did in 75 s and in 10 s of real time.
import { expect, it } from 'vitest'
import { builtinRules } from '../builtins/kind-rules.ts'
import { watchOptions } from '../list/list-options.ts'
import { KindRegistry } from '../registry/kind-registry.ts'
import { ObjectStore } from '../storage/object-store.ts'
import { Presenter } from '../storage/presenter.ts'
import { WatchSession } from './watch-session.ts'

interface Told {
  readonly ms: number
  readonly type: string
  readonly version: string
}

class Timers {
  nowMs = 0
  readonly #waiting: { readonly atMs: number; readonly action: () => void }[] = []

  after(ms: number, action: () => void): () => void {
    const one = { atMs: this.nowMs + ms, action }
    this.#waiting.push(one)
    return () => {
      const index = this.#waiting.indexOf(one)
      if (index >= 0) this.#waiting.splice(index, 1)
    }
  }

  advance(toMs: number): void {
    for (;;) {
      const next = this.#waiting.filter(({ atMs }) => atMs <= toMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined) break
      this.#waiting.splice(this.#waiting.indexOf(next), 1)
      this.nowMs = next.atMs
      next.action()
    }
    this.nowMs = toMs
  }
}

/** What a watch of Services tells while `deeds` happen: `change` of a Service, `other` of another kind, `list` of Services. */
function watched(query: string, deeds: readonly (readonly [ms: number, 'change' | 'other' | 'list'])[]) {
  const store = new ObjectStore({})
  const timers = new Timers()
  const served = new KindRegistry(builtinRules).find('', 'v1', 'services')
  if (served === undefined) throw new Error('Services are served')
  const put = (resource: string): void => {
    store.put(resource, 'default/x', { metadata: { name: 'x', namespace: 'default' } })
  }
  put('services')
  const from = store.revision
  const told: Told[] = []
  let endedAtMs: number | undefined
  const session = new WatchSession(
    store,
    new Presenter(() => Promise.reject(new Error('nothing is converted here'))),
    {
      ...{ served, namespace: '', write: JSON.stringify, bookmarkIntervalMs: 60_000 },
      options: watchOptions(new URLSearchParams(`resourceVersion=${from}&${query}`), served, false),
    },
    {
      line: (text) => {
        const { type, object } = JSON.parse(text) as {
          type: string
          object: { metadata: { resourceVersion: string } }
        }
        told.push({ ms: timers.nowMs, type, version: object.metadata.resourceVersion })
      },
      end: () => {
        endedAtMs = timers.nowMs
      },
    },
  )
  session.start(timers)
  for (const [ms, deed] of deeds) {
    timers.advance(ms)
    if (deed === 'list') store.list(served.storage, '')
    else put(deed === 'change' ? 'services' : 'configmaps')
  }
  timers.advance(100_000)
  return { told, endedAtMs, from }
}

const types = ({ told }: { told: readonly Told[] }): string[] => told.map(({ type }) => type)

it('75 s with an event, a write elsewhere and a list: one after a minute, and one shortly before the end, both with the version of the list', () => {
  const { told, endedAtMs, from } = watched('allowWatchBookmarks=true&timeoutSeconds=75', [
    [5_000, 'change'],
    [20_000, 'other'],
    [30_000, 'list'],
  ])
  expect(endedAtMs).toBe(75_000)
  expect(types({ told })).toEqual(['MODIFIED', 'BOOKMARK', 'BOOKMARK'])
  const [event, minute, last] = told as [Told, Told, Told]
  expect(event.version).toBe(String(from + 1))
  // The write of another kind moved the version, and the list told the cache of this kind.
  expect([minute.version, last.version]).toEqual([String(from + 2), String(from + 2)])
  expect(minute.ms).toBeGreaterThan(55_000)
  expect(minute.ms).toBeLessThanOrEqual(60_000)
  expect(last.ms).toBeGreaterThanOrEqual(72_000)
  expect(last.ms).toBeLessThan(75_000)
})

it('a kind that nothing moves gets none at all, though others are written', () => {
  const quiet = watched('allowWatchBookmarks=true&timeoutSeconds=75', [[20_000, 'other']])
  expect([quiet.told, quiet.endedAtMs]).toEqual([[], 75_000])
})

it('who does not ask gets none', () => {
  expect(
    types(
      watched('timeoutSeconds=75', [
        [5_000, 'change'],
        [30_000, 'list'],
      ]),
    ),
  ).toEqual(['MODIFIED'])
})

it('10 s with an event: the last one tells its version; 1 s is too short for any', () => {
  const { told, from } = watched('allowWatchBookmarks=true&timeoutSeconds=10', [[5_000, 'change']])
  expect(types({ told })).toEqual(['MODIFIED', 'BOOKMARK'])
  expect(told.at(-1)).toMatchObject({ version: String(from + 1) })
  expect(types(watched('allowWatchBookmarks=true&timeoutSeconds=1', [[500, 'change']]))).toEqual(['MODIFIED'])
})
