import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../config/diagnostic.ts'
import { Source, type Span } from '../../config/source/source.ts'
import { renderDiagnosticsGithub } from './github.ts'
import { renderDiagnosticsJson } from './json.ts'
import { renderDiagnosticsJunit } from './junit.ts'
import { summarize, summaryText } from './place.ts'
import { renderDiagnosticsSarif } from './sarif.ts'

const TEXT = 'kind: X\nspec:\n  a: 1\n'
const spanIn = (name: string, part: string): Span => {
  const start = TEXT.indexOf(part)
  return { source: new Source(name, TEXT), start, end: start + part.length }
}
const wrong: Diagnostic = {
  code: 'V201',
  severity: 'error',
  message: '50% of "<a>" & more',
  at: spanIn('my dir/a,b:c.yaml', 'a: 1'),
  subject: { kind: 'IPAddressPool', name: 'lan', field: 'spec.a' },
  related: [{ message: 'first here', at: spanIn('other.yaml', 'spec') }],
  hint: 'Do this.',
}
const odd: Diagnostic = { code: 'V100', severity: 'warning', message: 'Odd\u0001.' }

describe('renderDiagnosticsJson', () => {
  it('has every key, whether known or not', () => {
    const parsed = JSON.parse(renderDiagnosticsJson([wrong, odd]))
    expect(parsed.summary).toEqual({ errors: 1, warnings: 1, infos: 0 })
    expect(parsed.diagnostics[0]).toEqual({
      code: 'V201',
      severity: 'error',
      message: '50% of "<a>" & more',
      at: { file: 'my dir/a,b:c.yaml', line: 3, column: 3, endLine: 3, endColumn: 7 },
      subject: { kind: 'IPAddressPool', namespace: null, name: 'lan', field: 'spec.a' },
      related: [
        { message: 'first here', at: { file: 'other.yaml', line: 2, column: 1, endLine: 2, endColumn: 5 } },
      ],
      hint: 'Do this.',
      docs: 'docs/rules/V201.md',
    })
    expect(Object.keys(parsed.diagnostics[1])).toEqual(Object.keys(parsed.diagnostics[0]))
    expect(parsed.diagnostics[1]).toMatchObject({ at: null, subject: null, related: [], hint: null })
  })
})

describe('renderDiagnosticsGithub', () => {
  it('escapes data and properties each in their way', () => {
    expect(renderDiagnosticsGithub([wrong, odd]).split('\n')).toEqual([
      '::error file=my dir/a%2Cb%3Ac.yaml,line=3,endLine=3,col=3,endColumn=7,title=lbctl V201::50%25 of "<a>" & more%0ADo this.',
      '::warning title=lbctl V100::Odd\u0001.',
      '',
    ])
  })
})

describe('renderDiagnosticsJunit', () => {
  const report = (strict: boolean): string =>
    renderDiagnosticsJunit([wrong, odd], { files: ['clean.yaml', 'my dir/a,b:c.yaml'], strict })

  it('counts a clean file as passed and an error as failed', () => {
    const xml = report(false)
    expect(xml).toContain('<testsuites name="lbctl" tests="3" failures="1">')
    expect(xml).toContain('<testcase classname="clean.yaml" name="no problems"/>')
    expect(xml).toContain('message="50% of &quot;&lt;a&gt;&quot; &amp; more"')
    expect(xml).toContain('<system-out>warning: Odd\ufffd.</system-out>')
  })

  it('fails warnings when strict', () => {
    expect(report(true)).toContain('tests="3" failures="2"')
  })
})

describe('renderDiagnosticsSarif', () => {
  const log = JSON.parse(
    renderDiagnosticsSarif([wrong, odd, { ...wrong, at: spanIn('<stdin>', 'kind') }], {
      version: '1.2.3',
      help: (code) => (code === 'V201' ? { code, title: 'A title', markdown: '# V201' } : undefined),
    }),
  )
  const [run] = log.runs

  it('lists each rule once, with its page, and refers to it', () => {
    expect(log.version).toBe('2.1.0')
    expect(run.tool.driver.rules.map((rule: { id: string }) => rule.id)).toEqual(['V100', 'V201'])
    expect(run.tool.driver.rules[1]).toMatchObject({
      shortDescription: { text: 'A title' },
      help: { markdown: '# V201' },
    })
    expect(run.results.map((r: { ruleIndex: number; level: string }) => [r.ruleIndex, r.level])).toEqual([
      [1, 'error'],
      [0, 'warning'],
      [1, 'error'],
    ])
  })

  it('writes places as URIs and regions', () => {
    const { physicalLocation } = run.results[0].locations[0]
    expect(physicalLocation).toEqual({
      artifactLocation: { uri: 'my%20dir/a%2Cb%3Ac.yaml' },
      region: { startLine: 3, startColumn: 3, endLine: 3, endColumn: 7 },
    })
    expect(run.results[0].relatedLocations[0]).toMatchObject({ id: 1, message: { text: 'first here' } })
    expect(run.results[1].locations).toEqual([])
    expect(run.results[2].locations[0].physicalLocation.artifactLocation.uri).toBe('stdin')
  })
})

describe('summaryText', () => {
  it.each([
    [[], 'no problems'],
    [[wrong, odd, odd], '1 error, 2 warnings'],
  ])('counts', (diagnostics, text) => {
    expect(summaryText(summarize(diagnostics))).toBe(text)
  })
})
