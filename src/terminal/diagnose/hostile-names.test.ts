// Names, events and logs are somebody else's. Whatever they hold, no terminal obeys them, no format breaks, and each tells the same.
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { CLUSTER_CHECKS } from '../../diagnose/cluster/check-list.ts'
import type { ClusterFinding } from '../../diagnose/cluster/cluster-check.ts'
import type { ClusterFacts } from '../../diagnose/cluster/cluster-facts.ts'
import type { ClusterReport } from '../../diagnose/cluster/cluster-report.ts'
import { ClusterView } from '../../diagnose/cluster/cluster-view.ts'
import { judgeCluster } from '../../diagnose/cluster/judge-cluster.ts'
import { serviceChain } from '../../diagnose/cluster/service-chain.ts'
import { FAULT_CASES } from '../../diagnose/cluster/testing/all-cases.ts'
import { factsOf, healthyWorld } from '../../diagnose/cluster/testing/world.ts'
import { exitCodeOf } from '../../diagnose/judge.ts'
import { type ClusterFormat, renderCluster } from './cluster.ts'

/** Clears a screen, sets a title, both in seven and eight bits; turns the direction; ends XML, tables, fences, code and lines. */
const HOSTILE =
  '\u001b[2J\u001b]0;x\u0007\u009b2J\u202e\u2067\u061c\u2028]]>&lt;<b a=\'">|`````*_~\\\r\n## x\n| y | {0}\t\uffff\ud800'

/** These are words of ours, of closed lists. */
const OURS: ReadonlySet<string> = new Set([
  ...['code', 'id', 'link', 'check', 'severity', 'confidence', 'result', 'status', 'state', 'breaks'],
  ...['docs', 'followsFrom', 'candidates'],
])

const OBEYED = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is colours that are taken out
const COLOURS = /\u001b\[[\d;]*m/g
const FORMATS = ['text', 'short', 'json', 'yaml', 'junit', 'sarif', 'markdown'] as const

/** Every text of a report is somebody else's in part: behind its first word. */
function withHostile<T>(value: T): T {
  if (typeof value === 'string') return value.replace(/ |$/, `$&${HOSTILE}`) as T
  if (Array.isArray(value)) return value.map(withHostile) as T
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, OURS.has(key) ? each : withHostile(each as unknown)]),
  ) as T
}

const all = (findings: readonly ClusterFinding[]): ClusterFinding[] =>
  findings.flatMap((each) => [each, ...all(each.consequences)])

function reportsOf(facts: ClusterFacts): readonly ClusterReport[] {
  const view = new ClusterView(facts)
  const verdict = judgeCluster(view, { checks: CLUSTER_CHECKS, failOn: 'error' })
  const [service] = view.services
  const whole = { subject: 'cluster', verdict }
  return service === undefined
    ? [whole]
    : [whole, { subject: `Service ${service.name}`, verdict, chain: serviceChain(service, view, verdict) }]
}

function rendered(reports: readonly ClusterReport[], format: ClusterFormat['format'], colorLevel: 0 | 1 = 0) {
  const exitCode = exitCodeOf(reports.map(({ verdict }) => verdict))
  return renderCluster(reports, {
    ...{ format, colorLevel, width: 80, verbose: true, isOneOfMany: false, failOn: 'error', exitCode },
    ...{ version: '1.2.3', takenAt: '2026-03-01T12:00:00Z', help: () => undefined, isFixable: () => true },
  })
}

/** One for each code. */
const CASES = [...new Map(FAULT_CASES.map((each) => [each.code, each])).values()].map(({ name, fault }) => {
  const world = healthyWorld()
  fault(world)
  return { name, reports: withHostile(reportsOf(factsOf(world))) }
})

describe.each(CASES)('$name', ({ reports }) => {
  it.each(FORMATS)('has nothing in it that a terminal obeys, as %s', (format) => {
    for (const colorLevel of [0, 1] as const) {
      const text = rendered(reports, format, colorLevel).replaceAll(COLOURS, colorLevel === 0 ? '$&' : '')
      expect(OBEYED.exec(text)).toBeNull()
    }
  })

  it('is the same as JSON and as YAML', () => {
    expect(load(rendered(reports, 'yaml'))).toEqual(JSON.parse(rendered(reports, 'json')))
    expect(JSON.parse(rendered(reports, 'json')).reports[0].summary).toBe(reports[0]?.verdict.summary)
  })

  it('is well-formed XML as JUnit', () => {
    expect(elementsOf(rendered(reports, 'junit')).filter((name) => name === 'testcase')).toHaveLength(
      reports.flatMap(({ verdict }) => verdict.checks).length,
    )
  })

  it('has rows of three cells, and fences that end, as markdown', () => {
    const lines = rendered(reports, 'markdown').split('\n')
    let fence = ''
    for (const line of lines) {
      const [mark = ''] = /^`{3,}/.exec(line) ?? []
      if (fence !== '' && mark === fence) fence = ''
      else if (fence === '' && mark !== '') fence = mark
      else if (fence === '' && line.startsWith('|'))
        expect(line.replaceAll(/\\./g, '').match(/\|/g)).toHaveLength(4)
      if (fence === '' && mark === '') expect(line.replaceAll(/\\./g, '')).not.toMatch(/[<>&~[\]]|`(?!``)/)
    }
    expect(fence).toBe('')
  })

  it('is one line for each finding, in short', () => {
    const lines = rendered(reports, 'short').trimEnd().split('\n')
    const findings = reports.flatMap(({ verdict }) => all(verdict.findings))
    expect(lines.filter((line) => /^(error|warning|info): +F\d\d /.test(line))).toHaveLength(findings.length)
    for (const line of lines) expect(line).toMatch(/^(error|warning|info|unknown|ok): /)
  })
})

/** Names of the elements of a document that is well-formed (XML 1.0 §2.1). @throws Error for one that is not */
function elementsOf(document: string): string[] {
  const names: string[] = []
  const open: string[] = []
  const rest = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '')
  const tag = /<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g
  let end = 0
  for (const match of rest.matchAll(tag)) {
    const [whole, closes, name = '', attributes = '', isEmpty] = match
    refuseBare(`${rest.slice(end, match.index)}${attributes}`)
    end = match.index + whole.length
    if (closes === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`)
      continue
    }
    names.push(name)
    if (isEmpty === '') open.push(name)
  }
  if (open.length > 0 || rest.slice(end).trim() !== '') throw new Error('the document does not end')
  return names
}

/** Characters that XML 1.0 (§2.2, §2.4) does not allow in texts and values. */
function refuseBare(text: string): void {
  const found =
    /[<>]|&(?!(amp|lt|gt|quot|apos|#\d+);)|[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(
      text,
    )
  if (found !== null) throw new Error(`"${found[0]}" in "${text}"`)
}
