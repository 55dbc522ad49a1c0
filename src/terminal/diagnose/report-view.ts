// How verdicts look: marks, hanging paragraphs, commands that can be copied.
import type { ClusterFinding } from '../../diagnose/cluster/cluster-check.ts'
import type { Fix } from '../../diagnose/finding.ts'
import type { Verdict, VerdictStatus } from '../../diagnose/judge.ts'
import { safeText } from '../safe-text.ts'
import { createTheme, type Theme } from '../theme.ts'
import { columnsOf, wrap } from '../wrap.ts'

export interface ReportStyle {
  readonly colorLevel: 0 | 1 | 2 | 3
  readonly width: number
  /** signs that are not of ASCII can be read, which is so unless it is said */
  readonly utf8?: boolean
  /** show checks that did not apply, too */
  readonly verbose: boolean
}

/** A verdict on an installation is beside `lbctl fix`, which can do something about some findings. */
export interface FixHints {
  readonly isFixable?: (finding: ClusterFinding) => boolean
  /** the Service that the verdict is on: a fix looks at it as the diagnosis did, on the wire as well */
  readonly service?: string | undefined
}

export type Mark = 'ok' | 'info' | 'warning' | 'error' | 'skipped' | 'unknown'

/** With colours a sign, without them or without UTF-8 a word: the meaning never hangs on the colour. */
const SIGNS: Readonly<Record<Mark, string>> = {
  ok: '√',
  info: 'i',
  warning: '‼',
  error: '×',
  skipped: '-',
  unknown: '?',
}
/** Without colours: the longest word and its colon. */
const MARK_WIDTH = 8

const MARK_OF_STATUS = {
  healthy: 'ok',
  findings: 'error',
  undetermined: 'unknown',
} as const satisfies Record<VerdictStatus, Mark>

export function headline(
  { status, summary, findings }: Pick<Verdict, 'status' | 'summary' | 'findings'>,
  view: ReportView,
): string[] {
  const [worst] = findings
  const mark = status === 'findings' && worst !== undefined ? worst.severity : MARK_OF_STATUS[status]
  const code = status === 'findings' && worst !== undefined ? `${worst.code}: ` : ''
  return view.strong(view.mark(mark), columnsOf(view.sign(mark)), `${code}${summary}`)
}

export class ReportView {
  readonly theme: Theme
  readonly #style: ReportStyle

  constructor(style: ReportStyle) {
    this.theme = createTheme(style.colorLevel)
    this.#style = style
  }

  get #hasWords(): boolean {
    return this.#style.colorLevel === 0 || this.#style.utf8 === false
  }

  sign(mark: Mark): string {
    return this.#hasWords ? `${mark}:` : SIGNS[mark]
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

  get #headWidth(): number {
    return this.#hasWords ? MARK_WIDTH + 2 : 2
  }

  /** The mark, and blanks up to where the texts of all marks begin. */
  head(mark: Mark): string {
    return `${this.mark(mark)}${' '.repeat(Math.max(1, this.#headWidth - this.sign(mark).length))}`
  }

  /** A line with its mark; what does not fit hangs under the text. */
  marked(mark: Mark, text: string): string[] {
    const wide = this.#headWidth
    const head = `  ${this.head(mark)}`
    const [first = '', ...more] = wrap(safeText(text), this.#style.width - wide - 2)
    return [head + first, ...more.map((line) => ' '.repeat(wide + 2) + line)]
  }

  fixLines({ text, command, configuration = [] }: Fix, marker: string, indent: string): string[] {
    const lines = this.paragraph(marker, text, indent)
    const pasted = command === undefined ? configuration : [command, ...configuration]
    const deep = `${indent}${' '.repeat(marker.length)}  `
    return [...lines, ...pasted.map((line) => `${deep}${this.theme.command(safeText(line))}`)]
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
