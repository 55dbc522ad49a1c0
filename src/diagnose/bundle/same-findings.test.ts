// Whoever gets the facts — in a file, in a bundle, under pseudonyms — is told what was told where they were taken: for each fault, of
// objects, of hosts, on the wire, from several nodes and in logs.
import { describe, expect, it } from 'vitest'
import { nodeMatrix } from '../agents/matrix.ts'
import { CLUSTER_CHECKS } from '../cluster/check-list.ts'
import type { ClusterFinding } from '../cluster/cluster-check.ts'
import type { ClusterFacts } from '../cluster/cluster-facts.ts'
import { ClusterView } from '../cluster/cluster-view.ts'
import { judgeCluster } from '../cluster/judge-cluster.ts'
import { readClusterFacts } from '../cluster/read-cluster-facts.ts'
import { FAULT_CASES } from '../cluster/testing/all-cases.ts'
import { worldWith } from '../cluster/testing/cases.ts'
import { factsOf } from '../cluster/testing/world.ts'
import { makeBundle } from './make-bundle.ts'
import { type Pseudonymiser, pseudonymiser, withElections } from './pseudonymise.ts'
import { factsOfBundle } from './read-bundle.ts'
import { redact } from './redact.ts'

const KEYS = ['one key', 'another', 'a third'] as const

/** All that is said: the verdict and what several nodes see, as JSON has them. */
const said = (facts: ClusterFacts) => {
  const verdict = judgeCluster(new ClusterView(facts), { checks: CLUSTER_CHECKS, failOn: 'warning' })
  return JSON.parse(JSON.stringify({ verdict, matrix: nodeMatrix(facts) ?? null }))
}

/** What is said of whom, in its order; what follows under its cause. */
const outlineOf = ({ findings }: { readonly findings: readonly ClusterFinding[] }): readonly object[] =>
  findings.map(({ check, code, severity, confidence, breaks, subject, affects, consequences }) => ({
    ...{ check, code, severity, confidence, breaks, subject, affects },
    consequences: outlineOf({ findings: consequences }),
  }))

function bundled(facts: ClusterFacts, pseudonyms?: Pseudonymiser): ClusterFacts {
  const { facts: clean, hidden } = redact(facts)
  const given = pseudonyms === undefined ? clean : pseudonyms(withElections(clean))
  const known = { lbctl: '1.2.3', hidden, pseudonymised: [], missing: [] }
  const read = factsOfBundle(makeBundle(given, known, () => []).archive)
  if (!read.ok) throw new Error(read.error)
  return read.value
}

describe.each(FAULT_CASES)('$code $check: $name', ({ fault }) => {
  const facts = factsOf(worldWith(fault))
  const live = said(facts)

  it('is told alike of a file of facts and of a bundle', () => {
    expect(said(readClusterFacts(JSON.parse(JSON.stringify(facts))))).toEqual(live)
    expect(said(bundled(facts))).toEqual(live)
  })

  it('is told alike under pseudonyms, of the same subjects, in the same order', () => {
    for (const key of KEYS) {
      const pseudonyms = pseudonymiser(redact(facts).facts, key)
      expect(outlineOf(said(bundled(facts, pseudonyms)).verdict)).toEqual(pseudonyms(outlineOf(live.verdict)))
    }
  })
})

it('is so for facts of every kind', () => {
  const all = FAULT_CASES.map(({ fault }) => worldWith(fault))
  const probes = new Set(all.flatMap((world) => (world.probes ?? []).map(({ kind }) => kind)))
  expect([...probes].sort()).toEqual(['agent', 'bgp', 'link', 'path', 'reach', 'route'])
  expect(all.some(({ hosts }) => (hosts?.length ?? 0) > 1)).toBe(true)
  expect(all.some(({ logs }) => (logs?.length ?? 0) > 0)).toBe(true)
})
