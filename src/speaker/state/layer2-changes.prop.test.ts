// Whoever is told only of differences announces what the whole state says, however seldom they are taken.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatIp } from '../../net/ip.ts'
import { factChange, startingFacts } from '../testing/arbitrary-changes.ts'
import { NODES } from '../testing/arbitrary-world.ts'
import type { Layer2Change } from './address-holders.ts'
import type { Interfaces } from './effects.ts'
import type { Layer2Announcement } from './layer2-board.ts'
import { SpeakerState } from './speaker-state.ts'

type Links = Map<string, string[] | 'all'>

function follow(links: Links, changes: readonly Layer2Change[]): void {
  for (const { address, interfaces } of changes) {
    if (interfaces === undefined) links.delete(formatIp(address))
    else links.set(formatIp(address), sorted(interfaces))
  }
}

function whole(announcements: readonly Layer2Announcement[]): Links {
  const links: Links = new Map()
  for (const { address, interfaces } of announcements) {
    const before = links.get(formatIp(address)) ?? []
    links.set(
      formatIp(address),
      before === 'all' || interfaces === 'all' ? 'all' : sorted([...before, ...interfaces]),
    )
  }
  return links
}

const sorted = (interfaces: Interfaces) =>
  interfaces === 'all' ? interfaces : [...new Set(interfaces)].sort()
const inOrder = (links: Links) => [...links].sort(([a], [b]) => (a < b ? -1 : 1))

it('differences add up to the whole, and there is none where nothing was decided otherwise', () => {
  let shared = 0
  fc.assert(
    fc.property(
      startingFacts,
      fc.array(fc.tuple(fc.array(factChange, { minLength: 1, maxLength: 4 }), fc.boolean()), {
        maxLength: 25,
      }),
      (first, later) => {
        const state = new SpeakerState({
          nodeName: NODES[0],
          loadBalancerClass: undefined,
          ignoreExcludeLabel: false,
          compatVersion: '0.16.1',
          outsideCluster: false,
        })
        const links: Links = new Map()
        for (const [changes, taken] of [[first, true] as const, ...later]) {
          state.apply(changes)
          if (!taken) continue
          follow(links, state.takeLayer2Changes())
          const announcements = state.layer2Announcements()
          expect(inOrder(links)).toEqual(inOrder(whole(announcements)))
          if (announcements.length > links.size) shared++
          expect(state.takeLayer2Changes()).toEqual([])
        }
      },
    ),
    { numRuns: 500 },
  )
  expect(shared, 'addresses that several Services share').toBeGreaterThan(0)
}, 120_000)
