// Comments of the source, found by looking at the text around a node: the parser does not keep them.
import type { Node } from './node.ts'

/** The comment lines directly above the line on which `node` begins, without `#` and one blank, top first. */
export function commentsAbove(node: Node, start = node.start): string[] {
  const { text } = node.source
  const comments: string[] = []
  let lineStart = node.source.lineStart(start)
  while (lineStart > 0) {
    const above = node.source.lineStart(lineStart - 1)
    const match = /^\s*#(.*)$/.exec(text.slice(above, lineStart).replace(/\r?\n$/, ''))
    if (match === null) break
    comments.unshift(withoutBlank(match[1] ?? ''))
    lineStart = above
  }
  return comments
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
