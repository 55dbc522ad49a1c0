// Comments of the source, found by looking at the text around a node: the parser does not keep them.
import type { Node, ScalarNode } from './node.ts'

/**
 * The comment lines directly above the line on which `node` begins, without `#` and one blank, top first. A line that is indented
 * deeper than that line closes what stands before it and ends them.
 */
export function commentsAbove(node: Node, start = node.start): string[] {
  const { text } = node.source
  const comments: string[] = []
  let lineStart = node.source.lineStart(start)
  const indent = indentAt(text, lineStart)
  while (lineStart > 0) {
    const above = node.source.lineStart(lineStart - 1)
    const match = /^\s*#(.*)$/.exec(text.slice(above, lineStart).replace(/\r?\n$/, ''))
    if (match === null || indentAt(text, above) > indent) break
    comments.unshift(withoutBlank(match[1] ?? ''))
    lineStart = above
  }
  return comments
}

const indentAt = (text: string, lineStart: number): number => {
  let at = lineStart
  while (text[at] === ' ') at++
  return at - lineStart
}

/** The comment behind a key whose value stands on the lines below. */
export function commentBesideKey(key: ScalarNode): string | undefined {
  const { text } = key.source
  const lineEnd = text.indexOf('\n', key.end)
  const match = /^["']?\s*:\s+#(.*)$/.exec(text.slice(key.end, lineEnd < 0 ? undefined : lineEnd).trimEnd())
  return match === null ? undefined : withoutBlank(match[1] ?? '')
}

/** The comment behind a value on its own line, or undefined. */
export function commentBeside(node: Node): string | undefined {
  if (node.kind === 'scalar' && (node.style === 'literal' || node.style === 'folded')) return undefined
  const { text } = node.source
  const lineEnd = text.indexOf('\n', node.end)
  const rest = text.slice(node.end, lineEnd < 0 ? undefined : lineEnd)
  const match = /^["'\]},\s]*\s#(.*)$/.exec(rest)
  return match === null ? undefined : withoutBlank(match[1] ?? '')
}

const withoutBlank = (comment: string): string => comment.replace(/^ /, '').trimEnd()
