// Our own pages (docs/**) as text for a terminal: the part of Markdown that they use, nothing more.
import { createTheme, type Theme } from './theme.ts'
import { wrap } from './wrap.ts'

export interface MarkdownStyle {
  readonly colorLevel: 0 | 1 | 2 | 3
  readonly width: number
}

/** Paragraphs are wrapped to the width (80 at most), code blocks and tables are left as they are. */
export function renderMarkdown(markdown: string, style: MarkdownStyle): string {
  const theme = createTheme(style.colorLevel)
  const width = Math.min(style.width, 80)
  const blocks = splitBlocks(markdown).map((group) =>
    group.flatMap((block) => renderBlock(block, theme, width)),
  )
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

type Block =
  | { readonly kind: 'code' | 'table'; readonly lines: readonly string[] }
  | { readonly kind: 'heading' | 'paragraph'; readonly text: string }
  | { readonly kind: 'item'; readonly marker: string; readonly indent: number; readonly text: string }

const FENCE = /^\s*(```|~~~)/
const ITEM = /^( *)([-*]|\d+\.) +(.*)$/

function splitBlocks(markdown: string): Block[][] {
  const groups: Block[][] = []
  const lines = markdown.split(/\r?\n/)
  let open: Block[] = []
  const close = (): void => {
    if (open.length > 0) groups.push(open)
    open = []
  }
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ''
    if (FENCE.test(line)) {
      const end = lines.findIndex((other, j) => j > i && FENCE.test(other))
      close()
      groups.push([{ kind: 'code', lines: lines.slice(i + 1, end < 0 ? undefined : end) }])
      i = end < 0 ? lines.length : end
    } else if (line.trim() === '') close()
    else if (/^#+ /.test(line)) {
      close()
      groups.push([{ kind: 'heading', text: line.replace(/^#+ +/, '') }])
    } else open = addLine(open, line)
  }
  close()
  return groups
}

/** A line continues what the line before it began, unless it begins something itself. */
function addLine(open: Block[], line: string): Block[] {
  const item = ITEM.exec(line)
  if (item !== null) {
    const [, indent = '', marker = '-', text = ''] = item
    return [...open, { kind: 'item', marker: marker === '*' ? '-' : marker, indent: indent.length, text }]
  }
  const last = open.at(-1)
  if (/^\s*\|/.test(line))
    return last?.kind === 'table'
      ? [...open.slice(0, -1), { kind: 'table', lines: [...last.lines, line] }]
      : [...open, { kind: 'table', lines: [line] }]
  if (last?.kind === 'item' || last?.kind === 'paragraph')
    return [...open.slice(0, -1), { ...last, text: `${last.text} ${line.trim()}` }]
  return [...open, { kind: 'paragraph', text: line.trim() }]
}

function renderBlock(block: Block, theme: Theme, width: number): string[] {
  switch (block.kind) {
    case 'heading':
      return [theme.strong(plain(block.text))]
    case 'paragraph':
      return wrap(plain(block.text), width)
    case 'code':
      return block.lines.map((line) => (line === '' ? '' : `    ${theme.command(line)}`))
    case 'table':
      return tableRows(block.lines)
    case 'item': {
      const pad = ' '.repeat(block.indent + 2)
      const hang = pad + ' '.repeat(block.marker.length + 1)
      const [first = '', ...more] = wrap(plain(block.text), width - hang.length)
      return [`${pad}${block.marker} ${first}`, ...more.map((line) => hang + line)]
    }
  }
}

function tableRows(lines: readonly string[]): string[] {
  const rows = lines
    .filter((line) => !/^\s*\|[\s|:-]+\|?\s*$/.test(line))
    .map((line) =>
      line
        .trim()
        .replace(/^\||\|$/g, '')
        .split('|')
        .map((cell) => plain(cell.trim())),
    )
  const widths = rows.reduce<number[]>((all, row) => {
    row.forEach((cell, i) => {
      all[i] = Math.max(all[i] ?? 0, cell.length)
    })
    return all
  }, [])
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd())
}

/** Inline marks are dropped; a link keeps its text, and its address when that is elsewhere. */
function plain(text: string): string {
  return text
    .replaceAll(/\[([^\]]+)\]\((https?:[^)]+)\)/g, '$1 ($2)')
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll(/\*\*([^*]+)\*\*/g, '$1')
    .replaceAll(/`([^`]+)`/g, '$1')
}
