// A verdict for a person: the answer first, then how it was found, then what to do.
import type { Finding, Fix } from '../../diagnose/finding.ts'
import type { CheckReport, Verdict, VerdictStatus } from '../../diagnose/judge.ts'
import { safeText } from '../safe-text.ts'
import { createTheme, type Theme } from '../theme.ts'
import { columnsOf, wrap } from '../wrap.ts'

export interface ReportStyle {
  readonly colorLevel: 0 | 1 | 2 | 3
  readonly width: number
  /** show checks that did not apply, too */
  readonly verbose: boolean
}

type Mark = 'ok' | 'info' | 'warning' | 'error' | 'skipped' | 'unknown'

/** With colours a sign, without them a word: the meaning never hangs on the colour. */
const SIGNS: Readonly<Record<Mark, string>> = {
  ok: '√',
  info: 'i',
  warning: '‼',
  error: '×',
  skipped: '-',
  unknown: '?',
}
const MARK_WIDTH = 8

export function renderVerdictText(verdict: Verdict, style: ReportStyle): string {
  const theme = createTheme(style.colorLevel)
  const view = new View(theme, style)
  const { findings, checks, notTested } = verdict
  const lines = headline(verdict, view)
  const shown = checks.filter(({ result }) => style.verbose || result !== 'skip')
  lines.push('', ...shown.flatMap((check) => view.check(check, findings)))
  for (const finding of findings) lines.push('', ...view.finding(finding))
  lines.push('', ...view.paragraph('seen from: ', verdict.vantage, ''))
  if (notTested.length > 0) {
    lines.push(theme.faint('not tested:'))
    for (const each of notTested) lines.push(...view.paragraph('- ', each, '  '))
  }
  return `${lines.join('\n')}\n`
}

const MARK_OF_STATUS = {
  healthy: 'ok',
  findings: 'error',
  undetermined: 'unknown',
} as const satisfies Record<VerdictStatus, Mark>

function headline({ status, summary, findings }: Verdict, view: View): string[] {
  const [worst] = findings
  const mark = status === 'findings' && worst !== undefined ? worst.severity : MARK_OF_STATUS[status]
  const code = status === 'findings' && worst !== undefined ? `${worst.code}: ` : ''
  return view.strong(view.mark(mark), columnsOf(view.sign(mark)), `${code}${summary}`)
}

class View {
  readonly theme: Theme
  readonly #style: ReportStyle

  constructor(theme: Theme, style: ReportStyle) {
    this.theme = theme
    this.#style = style
  }

  sign(mark: Mark): string {
    return this.#style.colorLevel === 0 ? `${mark}:` : SIGNS[mark]
  }

  mark(mark: Mark): string {
    const text = this.sign(mark)
    const { severity, good, faint } = this.theme
    switch (mark) {
      case 'ok':
        return good(text)
      case 'skipped':
        return faint(text)
      case 'unknown':
        return severity.warning(text)
      default:
        return severity[mark](text)
    }
  }

  check({ id, title, result, text, code }: CheckReport, findings: readonly Finding[]): string[] {
    const severity = findings.find((finding) => finding.code === code && finding.title === text)?.severity
    const mark: Mark = { pass: 'ok', fail: severity ?? 'error', skip: 'skipped', unknown: 'unknown' }[
      result
    ] as Mark
    const wide = this.#style.colorLevel === 0 ? MARK_WIDTH + 2 : 2
    const head = `  ${this.mark(mark)}${' '.repeat(Math.max(1, wide - this.sign(mark).length))}`
    const label =
      result === 'pass' ? `${title}: ${text}` : `${id}: ${code === undefined ? '' : `${code}, `}${text}`
    const [first = '', ...more] = wrap(safeText(label), this.#style.width - wide - 2)
    return [head + first, ...more.map((line) => ' '.repeat(wide + 2) + line)]
  }

  finding(finding: Finding): string[] {
    const { theme } = this
    const sure = finding.severity === 'info' ? 'for information' : finding.confidence
    const code = theme.severity[finding.severity](finding.code)
    return [
      ...this.strong(code, finding.code.length, finding.title, `(${sure})`),
      ...finding.evidence.flatMap((line) => this.paragraph('- ', line, '  ')),
      ...this.paragraph('Why: ', finding.cause, '  '),
      ...finding.fix.flatMap((fix, index) => this.#fix(fix, index + 1)),
      ...(finding.candidates.length === 0
        ? []
        : this.paragraph('It could also be ', `${finding.candidates.join(', ')}.`, '  ')),
      `  More: ${theme.command(`lbctl explain ${finding.code}`)}`,
    ]
  }

  #fix({ text, command, configuration = [] }: Fix, number: number): string[] {
    const lines = this.paragraph(`${number}. `, text, '  ')
    const pasted = command === undefined ? configuration : [command, ...configuration]
    return [...lines, ...pasted.map((line) => `       ${this.theme.command(safeText(line))}`)]
  }

  /** A strong sentence behind what stands out already (`shown`, so many columns wide), and a faint word or two after it. */
  strong(shown: string, columns: number, text: string, after = ''): string[] {
    const words = safeText(text)
    const lines = wrap(after === '' ? words : `${words} ${after}`, this.#style.width - columns - 1)
    const { strong, faint } = this.theme
    // Breaks only take the place of blanks, so the last line is where `after` is, or a part of it.
    let left = words.length
    return lines.map((line, index) => {
      const own = line.slice(0, Math.max(0, left))
      left -= line.length + 1
      const rest = line.slice(own.length)
      const painted = `${own === '' ? '' : strong(own)}${rest === '' ? '' : faint(rest)}`
      return `${index === 0 ? shown : ' '.repeat(columns)} ${painted}`
    })
  }

  /** A text behind a marker, hanging under itself. Commands are not wrapped, so that they can be copied. */
  paragraph(marker: string, text: string, indent: string): string[] {
    const hang = indent + ' '.repeat(marker.length)
    const [first = '', ...more] = wrap(safeText(text), this.#style.width - hang.length)
    return [`${indent}${this.theme.faint(marker)}${first}`, ...more.map((line) => hang + line)]
  }
}
