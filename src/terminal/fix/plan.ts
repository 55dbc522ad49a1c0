// What a fix would change, for a person and for programs.
import { printDocuments, printYaml } from '../../config/print.ts'
import { HIDDEN } from '../../config/secrets/hidden.ts'
import type { ClusterFacts } from '../../diagnose/cluster/cluster-facts.ts'
import type { FixOutcome } from '../../fix/apply/outcome.ts'
import { keeperOf } from '../../fix/kept-by.ts'
import { changeText } from '../../fix/merged-changes.ts'
import { mergePatch } from '../../fix/object-edit.ts'
import {
  type Change,
  type FindingWithRemedy,
  isRemedy,
  type Prediction,
  type Remedy,
} from '../../fix/remedy.ts'
import { type ReportStyle, ReportView } from '../diagnose/report-view.ts'
import { printedJson } from '../printed-json.ts'
import { safeText } from '../safe-text.ts'
import { changeDiff, inOrder, objectAfter, objectBefore } from './change-diff.ts'

export interface PlanStyle extends ReportStyle {
  /** undefined: of a machine alone */
  readonly facts: ClusterFacts | undefined
  /** lines of the page of a code that say what a person does */
  readonly manual: (code: string) => readonly string[]
}

const INDENT = '  '

export function renderPlan(planned: readonly FindingWithRemedy[], style: PlanStyle): string {
  const view = new ReportView(style)
  return planned.map((each) => `${findingLines(each, view, style).join('\n')}\n`).join('\n')
}

function findingLines(finding: FindingWithRemedy, view: ReportView, style: PlanStyle): string[] {
  const { code, title, severity, remedy } = finding
  const head = view.strong(view.theme.severity[severity](code), code.length, title)
  return isRemedy(remedy)
    ? [...head, ...remedyLines(remedy, view, style)]
    : [...head, ...byHandLines(code, remedy.reason, view, style)]
}

function remedyLines(remedy: Remedy, view: ReportView, { facts }: PlanStyle): string[] {
  const { code, summary, why, risk, next = [], changes, prediction } = remedy
  const told = predictionText(code, prediction)
  return [
    ...view.paragraph('Fix: ', summary, INDENT),
    ...view.paragraph('Why: ', why, INDENT),
    ...view.paragraph('Risk: ', risk, INDENT),
    ...view.paragraph('Undo: ', undoText(changes), INDENT),
    ...keptLines(changes, view, facts),
    ...view.paragraph('Then: ', told, INDENT),
    ...next.flatMap((each) => view.fixLines(each, 'Left to you: ', INDENT)),
    '',
    ...changes.flatMap((change) => paintedDiff(changeDiff(change, facts), view)),
  ]
}

export function byHandLines(code: string, reason: string, view: ReportView, { manual }: PlanStyle): string[] {
  const { theme } = view
  return [
    ...view.paragraph('No fix: ', reason, INDENT),
    ...manual(code).map((line) => `${INDENT}${line}`),
    `${INDENT}More: ${theme.command(`lbctl explain ${code}`)}`,
  ]
}

/** Who would take the change back, each once. */
function keptLines(changes: readonly Change[], view: ReportView, facts: ClusterFacts | undefined): string[] {
  const told = changes.flatMap((change) => {
    const before = objectBefore(change, facts)
    const keeper = before === undefined ? undefined : keeperOf(before)
    return keeper === undefined ? [] : [`${changeText(change)} by ${keeper.name}. ${keeper.instead}`]
  })
  return [...new Set(told)].flatMap((text) => view.paragraph('Kept: ', text, INDENT))
}

function undoText(changes: readonly Change[]): string {
  const named = (kind: Change['kind']): string =>
    changes
      .filter((each) => each.kind === kind)
      .map(changeText)
      .join(', ')
  const [made, changed, set] = [named('create'), named('edit'), named('sysctl')]
  return [
    ...(made === '' ? [] : [`${made} is deleted again.`]),
    ...(changed === '' ? [] : [`What is changed in ${changed} goes back to what it is now.`]),
    ...(set === '' ? [] : [`The ${set} go back to what they are now.`]),
  ].join(' ')
}

function predictionText(code: string, { gone, fresh }: Prediction): string {
  if (gone === undefined)
    return `${code} was seen from outside or in events; only a new look can tell whether it is gone.`
  const also =
    fresh.length === 0 ? 'nothing new is found' : `this is found next: ${fresh.join(' ').replace(/\.$/, '')}`
  return `computed from the same facts, ${code} is gone, and ${also}.`
}

function paintedDiff(diff: string, { theme }: ReportView): string[] {
  return diff
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      const text = safeText(line)
      if (/^(---|\+\+\+|@@)/.test(line)) return theme.faint(text)
      if (line.startsWith('+')) return theme.good(text)
      return line.startsWith('-') ? theme.severity.error(text) : text
    })
}

/** All findings, one line each: those that lbctl can do something about first. */
export function renderList(planned: readonly FindingWithRemedy[], style: ReportStyle): string {
  const view = new ReportView(style)
  const lines = (
    title: string,
    some: readonly FindingWithRemedy[],
    text: (each: FindingWithRemedy) => string,
  ) =>
    some.length === 0
      ? []
      : [
          view.theme.strong(title),
          ...some.flatMap((each) => [...titleLines(each, view), ...view.paragraph('', text(each), '      ')]),
          '',
        ]
  const withRemedy = planned.filter(({ remedy }) => isRemedy(remedy))
  const others = planned.filter(({ remedy }) => !isRemedy(remedy))
  return `${[
    ...lines('With a fix', withRemedy, ({ remedy }) => (isRemedy(remedy) ? remedy.summary : '')),
    ...lines('Without one', others, ({ remedy }) => (isRemedy(remedy) ? '' : remedy.reason)),
  ]
    .join('\n')
    .trimEnd()}\n`
}

const titleLines = ({ code, title }: FindingWithRemedy, view: ReportView): string[] =>
  view.paragraph(`${code} `, title, '  ')

/** The objects as they would be, to be committed or applied; settings as comments. */
export function renderObjects(changes: readonly Change[], facts: ClusterFacts | undefined): string {
  return printDocuments(
    changes.map((change) => {
      const after = objectAfter(change, facts)
      if (after === undefined || change.kind === 'sysctl')
        return change.kind === 'sysctl'
          ? change.settings.map(({ key, after: value }) => `# sysctl -w ${key}=${value}\n`).join('')
          : ''
      const text = printYaml(inOrder(after))
      // Facts hold this in the place of passwords; an object with it must not be applied as a whole.
      return change.kind === 'edit' && text.includes(HIDDEN) ? patchDocument(change) : text
    }),
  )
}

function patchDocument({ ref, edits }: Extract<Change, { kind: 'edit' }>): string {
  const { metadata, ...rest } = mergePatch(edits, 'after')
  const { apiVersion, kind, name, namespace } = ref
  const own = { name, ...(namespace === undefined ? {} : { namespace }), ...(metadata as object | undefined) }
  return `# Only what changes, for kubectl patch --type merge: the object holds values that lbctl hides.\n${printYaml({ apiVersion, kind, metadata: own, ...rest })}`
}

export interface FixReport {
  readonly planned: readonly FindingWithRemedy[]
  /** undefined: nothing was tried */
  readonly outcome: FixOutcome | undefined
  /** id of the way back */
  readonly record: string | undefined
  /** titles of findings that are still there after it; undefined: nobody looked */
  readonly remaining: readonly string[] | undefined
  readonly exitCode: number
}

export const renderFixJson = (report: FixReport, facts: ClusterFacts | undefined): string =>
  `${printedJson(
    {
      findings: report.planned.map(({ remedy, ...finding }) => ({
        ...finding,
        reason: isRemedy(remedy) ? null : remedy.reason,
        remedy: isRemedy(remedy) ? remedyToJson(remedy, facts) : null,
      })),
      outcome: report.outcome ?? null,
      record: report.record ?? null,
      remaining: report.remaining ?? null,
      exitCode: report.exitCode,
    },
    2,
  )}\n`

const remedyToJson = (
  { summary, why, risk, next = [], changes, prediction }: Remedy,
  facts: ClusterFacts | undefined,
) => ({
  summary,
  why,
  risk,
  next,
  changes: changes.map((change) => ({ ...change, diff: changeDiff(change, facts) })),
  prediction: { gone: prediction.gone ?? null, fresh: prediction.fresh },
})
