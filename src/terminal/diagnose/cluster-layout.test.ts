// How the screens of a diagnosis are laid out, whatever is found and however wide the terminal is; and the short form, as grep gets it.
import { describe, expect, it } from 'vitest'
import { CLUSTER_CHECKS } from '../../diagnose/cluster/check-list.ts'
import type { ClusterFinding } from '../../diagnose/cluster/cluster-check.ts'
import { judgeCluster } from '../../diagnose/cluster/judge-cluster.ts'
import { FAULT_CASES } from '../../diagnose/cluster/testing/all-cases.ts'
import { healthyWorld, viewOf } from '../../diagnose/cluster/testing/world.ts'
import { columnsOf } from '../wrap.ts'
import { type ClusterFormat, renderCluster } from './cluster.ts'

const CASES = FAULT_CASES.map(({ name, code, fault }) => {
  const world = healthyWorld()
  fault(world)
  return { name, code, verdict: judgeCluster(viewOf(world), { checks: CLUSTER_CHECKS, failOn: 'error' }) }
})
type Verdict = (typeof CASES)[number]['verdict']

const rendered = (verdict: Verdict, format: ClusterFormat['format'], width: number): string =>
  renderCluster([{ subject: 'cluster', verdict }], {
    ...{ format, colorLevel: 0, width, verbose: true, isOneOfMany: false, failOn: 'error', exitCode: 0 },
    ...{ version: '0.0.0', takenAt: '2026-03-01T12:00:00Z', help: () => undefined },
  })

/** Lines to be copied stay whole. */
const copied = (findings: readonly ClusterFinding[]): string[] =>
  findings.flatMap(({ fix, consequences }) => [
    ...fix.flatMap(({ command, configuration = [] }) =>
      command === undefined ? configuration : [command, ...configuration],
    ),
    ...copied(consequences),
  ])

describe.each([50, 80, 120])('%i columns', (width) => {
  it.each(CASES)('$name', ({ verdict }) => {
    const text = rendered(verdict, 'text', width)
    expect([text.at(0)?.trim(), text.at(-2)?.trim()]).not.toContain('')
    expect(text.endsWith('\n')).toBe(true)
    expect(text).not.toMatch(/\n\n\n| \n/)
    const whole = new Set(copied(verdict.findings).map((line) => line.trim()))
    const wide = text.split('\n').filter((line) => columnsOf(line) > width && !whole.has(line.trim()))
    // What is left is one word: a line of a log, a path.
    expect(wide.filter((line) => line.trim().split(' ').length > 2)).toEqual([])
  })
})

it('in short is one line for each finding, whatever the width', () => {
  for (const { verdict } of CASES)
    expect(rendered(verdict, 'short', 40)).toBe(rendered(verdict, 'short', 120))
  const silent = CASES.find(({ name }) => name === 'a pool that no advertisement selects')
  expect(silent && rendered(silent.verdict, 'short', 80)).toBe(
    'error:    F01 Nothing announces the pool "lan": no L2Advertisement and no BGPAdvertisement selects it.\n',
  )
})
