// Whatever changes in whatever order: the state is the one that the facts give when they are all told at once, and whoever follows
// the effects knows the same.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { FactChange } from '../facts/facts.ts'
import { factChange, startingFacts } from '../testing/arbitrary-changes.ts'
import { NODES, RELEASES } from '../testing/arbitrary-world.ts'
import { Mirror, viewOf } from '../testing/mirror.ts'
import { type SpeakerOptions, SpeakerState } from './speaker-state.ts'

const OPTIONS: SpeakerOptions = {
  nodeName: NODES[0],
  loadBalancerClass: undefined,
  ignoreExcludeLabel: false,
  compatVersion: '0.16.1',
  outsideCluster: false,
}

/** The last word on each thing, in one list. An invalid configuration is no word. */
class Facts {
  readonly #last = new Map<string, FactChange>()

  take(change: FactChange): void {
    const key = keyOf(change)
    if (change.kind === 'configuration' && !change.configuration.ok) return
    if (change.kind.endsWith('-deleted')) this.#last.delete(key)
    else this.#last.set(key, change)
  }

  all(): FactChange[] {
    return [...this.#last.values()].reverse()
  }

  get services(): number {
    return [...this.#last.values()].filter(({ kind }) => kind === 'service').length
  }
}

function keyOf(change: FactChange): string {
  switch (change.kind) {
    case 'service':
      return `service ${change.service.name}`
    case 'slice':
      return `slice ${change.slice.name}`
    case 'node':
      return `node ${change.node.name}`
    case 'service-deleted':
    case 'slice-deleted':
    case 'node-deleted':
      return `${change.kind.replace('-deleted', '')} ${change.name}`
    case 'configuration':
    case 'members':
    case 'interfaces':
    case 'routers':
      return change.kind
  }
}

it('is the same state whether facts come one by one or all at once, and follows from its effects', () => {
  const options = fc.record({
    compatVersion: fc.constantFrom(...RELEASES),
    outsideCluster: fc.boolean(),
    ignoreExcludeLabel: fc.boolean(),
  })
  let effectsSeen = 0
  fc.assert(
    fc.property(
      options,
      startingFacts,
      fc.array(fc.array(factChange, { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 25 }),
      (some, first, later) => {
        const given = { ...OPTIONS, ...some }
        const state = new SpeakerState(given)
        const mirror = new Mirror()
        const facts = new Facts()
        for (const changes of [first, ...later]) {
          const before = state.decisionCount
          const effects = state.apply(changes)
          for (const change of changes) facts.take(change)
          effectsSeen += effects.length
          mirror.perform(effects)
          expect(mirror.view()).toEqual(viewOf(state))
          // However much changed at once, no Service is decided twice.
          expect(state.decisionCount - before).toBeLessThanOrEqual(facts.services)
          expect(state.apply([])).toEqual([])
          const told = changes.at(-1)
          if (told !== undefined) expect(state.apply([told]), 'the same once more').toEqual([])
        }
        const fresh = new SpeakerState(given)
        fresh.apply(facts.all())
        expect(viewOf(state)).toEqual(viewOf(fresh))
      },
    ),
    { numRuns: 1_000 },
  )
  expect(effectsSeen).toBeGreaterThan(10_000)
}, 120_000)

it('decides one Service when one changed or its endpoints did', () => {
  const isAboutOne = (change: FactChange) => change.kind === 'service' || change.kind === 'slice'
  fc.assert(
    fc.property(startingFacts, factChange.filter(isAboutOne), (setUp, change) => {
      const state = new SpeakerState(OPTIONS)
      state.apply(setUp)
      const before = state.decisionCount
      state.apply([change])
      // A slice may go from one Service to another.
      expect(state.decisionCount - before).toBeLessThanOrEqual(change.kind === 'slice' ? 2 : 1)
    }),
    { numRuns: 500 },
  )
})
