// The speaker's decisions against a second implementation, over random worlds and every release whose rules differ.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Prefix } from '../../net/prefix.ts'
import { compileConfiguration } from '../configuration/compile.ts'
import { type World, worlds } from '../testing/arbitrary-world.ts'
import { type NaiveOutcome, naive } from '../testing/naive-speaker.ts'
import { Decider } from './decider.ts'
import { summarize } from './endpoints.ts'
import type { Verdict } from './reasons.ts'
import { releaseRules } from './release-rules.ts'

const said = (verdict: Verdict | undefined): string =>
  verdict === undefined ? 'missing' : verdict.announces ? '' : verdict.reason

const bitsOf = ({ family, base, length }: Prefix): string =>
  `${base.toString(2).padStart(family === 4 ? 32 : 128, '0')}/${length}`

function ours(world: World): NaiveOutcome {
  const compiled = compileConfiguration(world.resources)
  if (!compiled.ok) throw new Error(`refused: ${JSON.stringify(compiled.error)}`)
  const rules = releaseRules(world.release)
  const nodes = new Map(world.nodes.map((node) => [node.name, node]))
  const { ignoreExcludeLabel, members, service } = world
  const decider = new Decider(
    { configuration: compiled.value, nodes, members },
    { rules, ignoreExcludeLabel },
  )
  const endpoints = summarize(world.slices, rules.canServe)
  const matrix = decider.matrix(service, endpoints)
  const out: NaiveOutcome = { owner: '', layer2: {}, bgp: {}, routes: {}, interfaces: {} }
  for (const { name } of world.nodes) {
    const decision = decider.decide(service, endpoints, name)
    out.layer2[name] = said(decision.layer2.verdict)
    out.bgp[name] = said(decision.bgp.verdict)
    // One call for every node says what each node says of itself.
    expect(matrix.nodes.get(name)).toEqual({ layer2: decision.layer2.verdict, bgp: decision.bgp.verdict })
    expect(decision.layer2.owner).toBe(matrix.succession[0]?.node)
    if (decision.layer2.verdict.announces) {
      out.owner = name
      out.interfaces[name] = decision.layer2.interfaces?.join(',') ?? 'all'
    }
    const lines = decision.bgp.routes.map(({ route, peers }) => {
      const large = route.largeCommunities.map(
        ({ global, local1, local2 }) => `${global}:${local1}:${local2}`,
      )
      return `${bitsOf(route.prefix)} pref=${route.localPreference} communities=${route.communities} large=${large} peers=${peers}`
    })
    out.routes[name] = [...new Set(lines)].sort()
  }
  return out
}

it('agrees with a second implementation on owner, reasons, prefixes and attributes', () => {
  const seen = new Map<string, number>()
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1)
  fc.assert(
    fc.property(worlds, (world) => {
      const expected = naive(world)
      expect(ours(world)).toEqual(expected)
      for (const reason of [...Object.values(expected.layer2), ...Object.values(expected.bgp)]) count(reason)
      count(`release ${world.release}`)
    }),
    { numRuns: 10_000 },
  )
  // The worlds are worth something only while every outcome happens often.
  for (const outcome of [
    '',
    'notLoadBalancer',
    'noIPAllocated',
    'invalidIP',
    'ipNotAllowed',
    'notOwner',
    'noMatchingAdvertisement',
    'sharedIPWithServiceSelector',
    'conflictingAdvertisements',
    'nodeNetworkUnavailable',
    'nodeLabeledExcludeBalancers',
    'noLocalEndpoints',
    'noEndpoints',
  ])
    expect(seen.get(outcome) ?? 0, `worlds with "${outcome}"`).toBeGreaterThan(50)
}, 120_000)
