// Facts that somebody changed by hand, or that were written by another program: whatever one value is, they are refused with its place, or
// judged.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ShapeMismatch } from '../facts/shape.ts'
import { CLUSTER_CHECKS } from './check-list.ts'
import { ClusterView } from './cluster-view.ts'
import { judgeCluster } from './judge-cluster.ts'
import { readClusterFacts } from './read-cluster-facts.ts'
import { AGENT_CASES } from './testing/agent-cases.ts'
import { WIRE_CASES } from './testing/wire-cases.ts'
import { factsOf, healthyWorld, type World } from './testing/world.ts'
import { readHosts } from './testing/world-hosts.ts'

type Step = string | number
type Json = Record<Step, unknown>

const pathsIn = (value: unknown, at: readonly Step[] = []): (readonly Step[])[] =>
  typeof value !== 'object' || value === null
    ? [at]
    : [at, ...Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...at, key]))]

/** undefined: it is left out */
function replaced(value: unknown, path: readonly Step[], by: unknown): unknown {
  if (path.length === 0) return by
  const copy = structuredClone(value) as Json
  const holder = path.slice(0, -1).reduce<Json>((from, key) => from[key] as Json, copy)
  const last = path.at(-1) as Step
  if (by !== undefined) holder[last] = by
  else if (Array.isArray(holder)) holder.splice(Number(last), 1)
  else delete holder[last]
  return copy
}

const worldWith = (fault: (world: World) => void): unknown => {
  const world = healthyWorld()
  readHosts(world)
  fault(world)
  return JSON.parse(JSON.stringify(factsOf(world)))
}
const GOOD = [...AGENT_CASES, ...WIRE_CASES].map(({ fault }) => {
  const facts = worldWith(fault)
  return { facts, paths: pathsIn(facts) }
})

/** @returns the place that is refused; undefined: it was judged */
function placeRefused(facts: unknown): string | undefined {
  try {
    judgeCluster(new ClusterView(readClusterFacts(facts)), { checks: CLUSTER_CHECKS, failOn: 'error' })
    return undefined
  } catch (error) {
    if (error instanceof ShapeMismatch) return error.path
    throw error
  }
}

it('takes what it wrote itself', () => {
  expect(GOOD.map(({ facts }) => placeRefused(facts)).filter((place) => place !== undefined)).toEqual([])
})

it('names the place of what is no fact, or judges it: any single value replaced', () => {
  const change = fc
    .constantFrom(...GOOD)
    .chain(({ facts, paths }) =>
      fc.tuple(
        fc.constant(facts),
        fc.constantFrom(...paths),
        fc.constantFrom<unknown>(null, 7, 'x', [], {}, true, undefined),
      ),
    )
  fc.assert(
    fc.property(change, ([facts, path, by]) => {
      const place = placeRefused(replaced(facts, path, by))
      if (place === undefined || path.length === 0) return
      const steps = place.split(/[.[\]]+/)
      expect(path.map(String).slice(0, 1)).toEqual(steps.slice(0, 1))
    }),
    { numRuns: 300 },
  )
})

it('says where the name of a host in its paths is no text', () => {
  const facts = worldWith((world) => {
    const path = { format: 'lbctl/path-facts/1', target: { address: '192.0.2.100' }, ports: [], host: null }
    readHosts(world, (host) => ({ ...host, paths: [path as never] }))
  })
  expect(placeRefused(facts)).toBe('hosts.items[0].paths[0].target.asked')
})
