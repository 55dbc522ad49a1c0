// What JUnit and SARIF tell a pipeline agrees with the exit code, and is of the form that their readers want.
import { describe, expect, it } from 'vitest'
import { CLUSTER_CHECKS } from '../../diagnose/cluster/check-list.ts'
import type { ClusterFacts } from '../../diagnose/cluster/cluster-facts.ts'
import { ClusterView } from '../../diagnose/cluster/cluster-view.ts'
import { judgeCluster } from '../../diagnose/cluster/judge-cluster.ts'
import { drop, factsOf, healthyWorld, object } from '../../diagnose/cluster/testing/world.ts'
import { exitCodeOf } from '../../diagnose/judge.ts'
import { renderCluster } from './cluster.ts'

const broken = healthyWorld()
drop(broken, 'configuration', ({ kind }) => kind === 'L2Advertisement')
const warned = healthyWorld()
object(warned, 'services', 'shop/web').spec.externalTrafficPolicy = 'Local'
object(warned, 'endpointSlices', 'shop/web-x1').endpoints.pop()
const blind: ClusterFacts = {
  ...factsOf(healthyWorld()),
  nodes: { status: 'not-read', wanted: true, reason: 'the user may not list nodes' },
}

const CASES = [
  ['healthy', factsOf(healthyWorld()), 'error', 0],
  ['broken', factsOf(broken), 'error', 1],
  ['warned', factsOf(warned), 'error', 0],
  ['warned and strict', factsOf(warned), 'warning', 1],
  ['blind', blind, 'error', 3],
] as const

function rendered(format: 'junit' | 'sarif', facts: ClusterFacts, failOn: 'error' | 'warning') {
  const verdict = judgeCluster(new ClusterView(facts), { checks: CLUSTER_CHECKS, failOn })
  const exitCode = exitCodeOf([verdict])
  const help = (code: string) => ({ code, title: 'Title', markdown: '# Title' })
  const text = renderCluster([{ subject: 'cluster "a" & <b>', verdict }], {
    ...{ format, colorLevel: 0, width: 80, verbose: false, exitCode, failOn, help },
    ...{ version: '1.2.3', takenAt: '2026-03-01T12:00:00Z', isOneOfMany: false },
  })
  return { text, exitCode, verdict }
}

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length
const attribute = (tag: string, name: string): string | undefined =>
  new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1]

describe.each(CASES)('%s', (_, facts, failOn, expected) => {
  it('in JUnit fails or errs exactly where the exit code is not 0', () => {
    const { text, exitCode } = rendered('junit', facts, failOn)
    expect(exitCode).toBe(expected)
    const [whole = '', suite = ''] = [/<testsuites [^>]*>/, /<testsuite [^>]*>/].map(
      (tag) => tag.exec(text)?.[0],
    )
    for (const tag of [whole, suite]) {
      expect(attribute(tag, 'tests')).toBe(`${count(text, /<testcase /g)}`)
      expect(attribute(tag, 'failures')).toBe(`${count(text, /<failure /g)}`)
      expect(attribute(tag, 'errors')).toBe(`${count(text, /<error /g)}`)
    }
    expect(attribute(suite, 'skipped')).toBe(`${count(text, /<skipped /g)}`)
    expect(attribute(suite, 'name')).toBe('cluster &quot;a&quot; &amp; &lt;b&gt;')
    expect(count(text, /<failure /g) > 0).toBe(expected === 1)
    expect(count(text, /<(failure|error) /g) > 0).toBe(expected !== 0)
    for (const [tag] of text.matchAll(/<testcase [^>]*>/g))
      expect([attribute(tag, 'classname'), attribute(tag, 'name')]).not.toContain(undefined)
  })

  it('in SARIF 2.1.0 has what is required, and does not look like health where nobody could look', () => {
    const { text, exitCode, verdict } = rendered('sarif', facts, failOn)
    const { version, runs } = JSON.parse(text)
    expect([version, runs.length]).toEqual(['2.1.0', 1])
    const [{ tool, results, invocations }] = runs
    expect(tool.driver.name).toBe('lbctl')
    const ids = tool.driver.rules.map(({ id }: { id: string }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(results.length).toBe(verdict.findings.flatMap((each) => [each, ...each.consequences]).length)
    for (const { ruleId, ruleIndex, level, message, locations } of results) {
      expect(ids[ruleIndex]).toBe(ruleId)
      expect(['error', 'warning', 'note']).toContain(level)
      expect(message.text).toMatch(/\S/)
      expect(locations[0].logicalLocations[0].fullyQualifiedName).toMatch(/\S/)
    }
    expect(invocations).toEqual([
      {
        executionSuccessful: expected !== 3,
        exitCode,
        toolExecutionNotifications: expect.arrayContaining([
          { level: expect.any(String), message: { text: expect.stringMatching(/\S/) } },
        ]),
      },
    ])
  })
})
