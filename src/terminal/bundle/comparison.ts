// What changed between two bundles, for a person: findings, owners, objects, each change with its path and both values.
import type { BundleComparison, FoundBefore } from '../../diagnose/bundle/compare.ts'
import type { FieldChange } from '../../diagnose/bundle/field-changes.ts'
import type { ObjectChange } from '../../diagnose/bundle/object-change.ts'
import { type ReportStyle, ReportView } from '../diagnose/report-view.ts'
import { arrow, ellipsis } from '../signs.ts'

/** More of one object are counted only, unless all were asked for. */
const SHOWN_FIELDS = 8
const LONGEST_VALUE = 200

const BACKWARDS =
  'The first bundle is the later one, so what follows reads backwards: what is called new is what went away. Give the earlier one first.'

const isExplaining = ({ explains }: ObjectChange): boolean => explains.length > 0

export function renderComparison(comparison: BundleComparison, style: ReportStyle): string {
  const view = new ReportView(style)
  const { from, to, backwards, appeared, gone, owners, objects, notCompared } = comparison
  const isSame = appeared.length + gone.length + owners.length + objects.length === 0
  const lines = [
    ...(backwards ? view.paragraph('', BACKWARDS, '') : []),
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
        view.paragraph('', `${service}: ${before ?? 'nobody'} ${arrow(style)} ${after ?? 'nobody'}`, '  '),
      ),
      view,
    ),
    ...section(
      'Changes that the new findings speak of',
      objects.filter(isExplaining).flatMap((each) => objectLines(each, view, style)),
      view,
    ),
    ...section(
      objects.some(isExplaining) ? 'Other changes, most telling first' : 'Changes, most telling first',
      objects.filter((each) => !isExplaining(each)).flatMap((each) => objectLines(each, view, style)),
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
  { change, kind, object, to, explains, fields }: ObjectChange,
  view: ReportView,
  style: ReportStyle,
): string[] {
  const shown = style.verbose ? fields : fields.slice(0, SHOWN_FIELDS)
  const more = fields.length - shown.length
  return [
    ...view.paragraph(
      `${change} `,
      `${kind} ${object}${to === undefined ? '' : ` ${arrow(style)} ${to}`}${explains.length === 0 ? '' : ` (${explains.join(', ')})`}`,
      '  ',
    ),
    ...shown.flatMap((field) => view.paragraph('', fieldText(field, style), '    ')),
    ...(more === 0 ? [] : [`    and ${more} more; --verbose shows them`]),
  ]
}

const fieldText = ({ path, before, after }: FieldChange, style: ReportStyle): string =>
  `${path}: ${valueText(before, style)} ${arrow(style)} ${valueText(after, style)}`

function valueText(value: unknown, style: ReportStyle): string {
  if (value === undefined) return 'none'
  const text = inline(value)
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}${ellipsis(style)}` : text
}

/** With spaces, so that it can be broken into lines: `{nodeName: node-a, addresses: [10.1.0.7]}`. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, each]) => `${key}: ${inline(each)}`)
      .join(', ')}}`
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
}
