// For each fault the right code comes first, and nothing of higher rank; its healthy twin is clean; no check is without a case.
import { describe, expect, it } from 'vitest'
import { CLUSTER_CHECKS } from './check-list.ts'
import { ClusterView } from './cluster-view.ts'
import { judgeCluster } from './judge-cluster.ts'
import { FAULT_CASES } from './testing/all-cases.ts'
import { healthyWorld, viewOf, type World } from './testing/world.ts'

const judged = (change: (world: World) => void) => {
  const world = healthyWorld()
  change(world)
  return judgeCluster(viewOf(world), { checks: CLUSTER_CHECKS, failOn: 'warning' })
}
const nothing = (): void => undefined

it('says nothing about the healthy world', () => {
  const verdict = judged(nothing)
  expect(verdict.findings).toEqual([])
  expect(verdict.status).toBe('healthy')
  expect(verdict.checks.filter(({ result }) => result === 'unknown')).toEqual([])
})

it('gives one reason once, however many planes it is the reason for', () => {
  const { facts } = viewOf(healthyWorld())
  const refused = { status: 'not-read', wanted: true, reason: 'the cluster refuses it' } as const
  const view = new ClusterView({ ...facts, pods: refused, leases: refused })
  const { notTested } = judgeCluster(view, { checks: CLUSTER_CHECKS, failOn: 'warning' })
  expect(notTested[0]).toBe('Pods, Leases: the cluster refuses it.')
})

describe.each(FAULT_CASES)(
  '$code $check: $name',
  ({ code, check, says, fault, twin = nothing, severity = 'error', beside = [] }) => {
    it('is the first thing that is said', () => {
      const { findings, checks } = judged(fault)
      const [first, ...others] = findings
      expect({ code: first?.code, check: first?.check, severity: first?.severity }).toEqual({
        code,
        check,
        severity,
      })
      expect(first?.title).toMatch(says)
      expect(others.map((finding) => finding.code)).toEqual(beside)
      expect(first?.evidence.length).toBeGreaterThan(0)
      expect(first?.fix.length).toBeGreaterThan(0)
      expect(checks.find(({ id }) => id === check)?.result).toBe('fail')
    })

    it('is not said about its healthy twin', () => {
      expect(judged(twin).findings).toEqual([])
    })
  },
)

it.each(CLUSTER_CHECKS.map(({ id }) => id))('there is a fault that only %s finds first', (id) => {
  expect(FAULT_CASES.some(({ check }) => check === id)).toBe(true)
})
