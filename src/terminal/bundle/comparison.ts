// What changed between two bundles, for a person: findings, owners, objects, each change with its path and both values.
import type { BundleComparison, FoundBefore, ObjectChange } from '../../diagnose/bundle/compare.ts'
import type { FieldChange } from '../../diagnose/bundle/field-changes.ts'
import { type ReportStyle, ReportView } from '../diagnose/report-view.ts'

/** More of one object are counted only, unless all were asked for. */
const SHOWN_FIELDS = 8
const LONGEST_VALUE = 200

export function renderComparison(comparison: BundleComparison, style: ReportStyle): string {
  const view = new ReportView(style)
  const { from, to, appeared, gone, owners, objects, notCompared } = comparison
  const isSame = appeared.length + gone.length + owners.length + objects.length === 0
  const lines = [
    `${isSame ? 'Nothing changed' : 'What changed'} between ${from} and ${to}${isSame ? '.' : ':'}`,
    ...section(
      'New findings',
      appeared.flatMap((each) => findingLines(each, view)),
      view,
    ),
    ...section(
      'Findings that are gone',
      gone.flatMap((each) => findingLines(each, view)),
      view,
    ),
    ...section(
      'Owners by layer 2',
      owners.flatMap(({ service, before, after }) =>
        view.paragraph('', `${service}: ${before ?? 'nobody'} → ${after ?? 'nobody'}`, '  '),
      ),
      view,
    ),
    ...section(
      'Objects, most telling first',
      objects.flatMap((each) => objectLines(each, view, style)),
      view,
    ),
  ]
  if (notCompared.length > 0) lines.push('', view.theme.faint('not compared:'))
  for (const each of notCompared) lines.push(...view.paragraph('- ', each, ''))
  return `${lines.join('\n')}\n`
}

const section = (title: string, lines: readonly string[], view: ReportView): string[] =>
  lines.length === 0 ? [] : ['', view.theme.strong(title), ...lines]

const findingLines = ({ code, title, severity }: FoundBefore, view: ReportView): string[] =>
  view.marked(severity, `${code}: ${title}`)

function objectLines(
  { change, kind, object, fields }: ObjectChange,
  view: ReportView,
  style: ReportStyle,
): string[] {
  const shown = style.verbose ? fields : fields.slice(0, SHOWN_FIELDS)
  const more = fields.length - shown.length
  return [
    ...view.paragraph(`${change} `, `${kind} ${object}`, '  '),
    ...shown.flatMap((field) => view.paragraph('', fieldText(field), '    ')),
    ...(more === 0 ? [] : [`    and ${more} more; --verbose shows them`]),
  ]
}

const fieldText = ({ path, before, after }: FieldChange): string =>
  `${path}: ${valueText(before)} → ${valueText(after)}`

function valueText(value: unknown): string {
  if (value === undefined) return 'none'
  const text = typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text
}
