// What a person does where lbctl does nothing: the part "Fix" of the page of a code, as a terminal shows it.
import { renderMarkdown } from '../../terminal/markdown.ts'
import { findRuleHelp } from '../documentation.ts'
import type { StreamStyle } from '../streams.ts'

const INDENT_COLUMNS = 2

export function manualLines(code: string, root: URL, style: StreamStyle): readonly string[] {
  const { markdown = '' } = findRuleHelp(code, root) ?? {}
  const [, section = ''] = /^## Fix\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(markdown) ?? []
  if (section.trim() === '') return []
  const text = renderMarkdown(section.trim(), { ...style, width: style.width - INDENT_COLUMNS })
  return text.trimEnd().split('\n')
}
