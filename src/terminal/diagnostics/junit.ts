// Diagnostics as a JUnit report: one suite per file, one test case per diagnostic, one that passes for a clean file.
import type { Diagnostic } from '../../config/diagnostic.ts'
import { formatPosition } from '../../config/source/source.ts'
import { xml } from '../xml.ts'
import { placeOf } from './place.ts'

export interface JunitOptions {
  /** every file that was looked at, also those without a diagnostic */
  readonly files: readonly string[]
  /** warnings are failures too */
  readonly strict: boolean
}

export function renderDiagnosticsJunit(diagnostics: readonly Diagnostic[], options: JunitOptions): string {
  const byFile = new Map<string, Diagnostic[]>(options.files.map((file) => [file, []]))
  for (const diagnostic of diagnostics) {
    const file = diagnostic.at === undefined ? '' : placeOf(diagnostic.at).start.file
    byFile.set(file, [...(byFile.get(file) ?? []), diagnostic])
  }
  const suites = [...byFile].map(([file, members]) => suite(file, members, options.strict))
  const failures = diagnostics.filter((d) => isFailure(d, options.strict)).length
  const tests = suites.reduce((sum, { tests }) => sum + tests, 0)
  const body = suites.map(({ xml }) => xml).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="lbctl" tests="${tests}" failures="${failures}">\n${body}</testsuites>\n`
}

const isFailure = ({ severity }: Diagnostic, strict: boolean): boolean =>
  severity === 'error' || (strict && severity === 'warning')

function suite(
  file: string,
  members: readonly Diagnostic[],
  strict: boolean,
): { xml: string; tests: number } {
  const name = file === '' ? 'all files' : file
  const failures = members.filter((d) => isFailure(d, strict)).length
  const cases =
    members.length === 0
      ? [`    <testcase classname="${xml(name)}" name="no problems"/>\n`]
      : members.map((diagnostic) => testCase(name, diagnostic, strict))
  const head = `  <testsuite name="${xml(name)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="0">\n`
  return { xml: `${head}${cases.join('')}  </testsuite>\n`, tests: cases.length }
}

function testCase(suiteName: string, diagnostic: Diagnostic, strict: boolean): string {
  const { code, severity, message, at, hint } = diagnostic
  const where = at === undefined ? '' : formatPosition(placeOf(at).start)
  const name = where === '' ? code : `${code} ${where}`
  const text = [where === '' ? message : `${where}: ${message}`, hint ?? '']
    .filter((line) => line !== '')
    .join('\n')
  const inner = isFailure(diagnostic, strict)
    ? `<failure message="${xml(message)}" type="${xml(`${severity} ${code}`)}">${xml(text)}</failure>`
    : `<system-out>${xml(`${severity}: ${text}`)}</system-out>`
  return `    <testcase classname="${xml(suiteName)}" name="${xml(name)}">${inner}</testcase>\n`
}
