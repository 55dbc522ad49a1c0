// What will work here: the choice, each mode with its reason, what was seen, what to change first.

import type { EnvironmentFacts } from '../../diagnose/environment/environment-facts.ts'
import type { EnvironmentItem } from '../../diagnose/environment/environment-item.ts'
import type { EnvironmentVerdict } from '../../diagnose/environment/judge-environment.ts'
import { printedJson } from '../printed-json.ts'
import { type Mark, type ReportStyle, ReportView } from './report-view.ts'

const MARKS = { works: 'ok', change: 'warning', fails: 'error' } as const
const WORDS = { works: 'works', change: 'works after a change', fails: 'will not work' } as const
const HEAD = { healthy: 'ok', findings: 'warning', undetermined: 'unknown' } as const

export function renderEnvironment(verdict: EnvironmentVerdict, style: ReportStyle): string {
  const view = new ReportView(style)
  const { theme } = view
  const { status, summary, choose, modes, items, vantage, notKnown } = verdict
  const mark: Mark = status === 'findings' && choose === undefined ? 'error' : HEAD[status]
  const lines = view.strong(view.mark(mark), view.sign(mark).length, summary)
  if (modes.length > 0) lines.push('', theme.strong('What will work here'))
  for (const { mode, effect, reasons } of modes)
    lines.push(...view.marked(MARKS[effect], `${mode} ${WORDS[effect]}: ${reasons.join(' ')}`))
  if (items.length > 0) lines.push('', theme.strong('What is here'))
  for (const item of items) lines.push(...itemLines(item, view))
  const changes = items.filter(
    ({ change, layer2, bgp }) => change !== undefined && (layer2 !== 'works' || bgp !== 'works'),
  )
  if (changes.length > 0) lines.push('', theme.strong('What to change first'))
  for (const [index, { change, title, code }] of changes.entries())
    if (change !== undefined)
      lines.push(
        ...view.fixLines(
          { ...change, text: `${title}. ${change.text}${code === undefined ? '' : ` (${code})`}` },
          `${index + 1}. `,
          '  ',
        ),
      )
  lines.push('', ...view.paragraph('seen from: ', vantage, ''), theme.faint('not known:'))
  for (const each of notKnown) lines.push(...view.paragraph('- ', each, '  '))
  return `${lines.join('\n')}\n`
}

function itemLines({ title, layer2, bgp, reason, change }: EnvironmentItem, view: ReportView): string[] {
  const harmless = layer2 === 'works' && bgp === 'works'
  const hint = harmless && change !== undefined ? ` ${change.text}` : ''
  const about = reason === '' ? title : `${title}. ${reason}${hint}`
  if (harmless) return view.marked('info', about)
  return view.marked(layer2 === 'fails' || bgp === 'fails' ? 'error' : 'warning', about)
}

/** Every key is always there, null where nothing is known. */
export const renderEnvironmentJson = (
  verdict: EnvironmentVerdict,
  facts: EnvironmentFacts,
  exitCode: number,
): string => `${printedJson({ ...verdict, facts, exitCode }, 2, true)}\n`
