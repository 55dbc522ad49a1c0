// Verdicts for an issue or a chat: the answer, a section for each cause, and a table of what was looked at.
import type { ClusterFinding } from '../../diagnose/cluster/cluster-check.ts'
import type { ClusterReport } from '../../diagnose/cluster/cluster-report.ts'
import { safeText } from '../safe-text.ts'

export function renderClusterMarkdown({ subject, verdict, chain }: ClusterReport): string {
  const { summary, findings, checks, vantage, notTested } = verdict
  const lines = [`## lbctl diagnose: ${cell(subject)}`, '', cell(summary), '']
  if (chain !== undefined)
    lines.push(
      '| link | state | |',
      '|---|---|---|',
      ...chain.map(({ link, state, text }) => `| ${link} | ${state} | ${cell(text)} |`),
      '',
    )
  for (const finding of findings) lines.push(...section(finding))
  lines.push('| check | result | |', '|---|---|---|')
  for (const { id, result, text, code } of checks.filter((check) => check.result !== 'skip'))
    lines.push(`| ${id} | ${result === 'fail' ? (code ?? 'fail') : result} | ${cell(text)} |`)
  lines.push('', `Seen from ${cell(vantage)}.`)
  if (notTested.length > 0) lines.push('', 'Not tested:', '', ...notTested.map((each) => `- ${cell(each)}`))
  return `${lines.join('\n')}\n`
}

function section({
  code,
  title,
  severity,
  confidence,
  evidence,
  cause,
  fix,
  consequences,
}: ClusterFinding): string[] {
  return [
    `### ${code}: ${cell(title)}`,
    '',
    `${severity}, ${confidence}. ${cell(cause)}`,
    '',
    ...evidence.map((line) => `- ${cell(line)}`),
    '',
    ...fix.slice(0, 1).flatMap(({ text, command, configuration = [] }) => {
      const pasted = command === undefined ? configuration : [command, ...configuration]
      return [`**Fix:** ${cell(text)}`, '', ...(pasted.length === 0 ? [] : fenced(pasted))]
    }),
    ...consequences.flatMap((each) => [`Hence ${each.code}: ${cell(each.title)}`, '']),
  ]
}

/** Text that is somebody else's stays text: no line breaks, no markup, no entities, no table cells of its own. */
const cell = (text: string): string =>
  safeText(text.replaceAll(/[\r\n]+/g, ' ')).replaceAll(/[\\|<>`*_~[\]&]/g, (char) => `\\${char}`)

/** A block to copy, inside of a fence that nothing in it closes (CommonMark §4.5). */
function fenced(lines: readonly string[]): string[] {
  const safe = lines.map(safeText)
  const longest = Math.max(
    2,
    ...safe.flatMap((each) => (each.match(/`+/g) ?? []).map(({ length }) => length)),
  )
  const fence = '`'.repeat(longest + 1)
  return [fence, ...safe, fence, '']
}
