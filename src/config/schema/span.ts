// The span of a value, with the bracket that closes it: the parser's events tell where a flow collection begins, not where
// it ends.
import type { Node } from '../source/node.ts'
import type { Span } from '../source/source.ts'

const CLOSERS: Readonly<Record<string, string>> = { '[': ']', '{': '}' }

export const spanOf = (node: Node): Span => ({ source: node.source, start: node.start, end: endOf(node) })

function endOf(node: Node): number {
  if (node.kind === 'scalar') return node.end
  const { text } = node.source
  const closer = CLOSERS[text[node.start] ?? '']
  const last = node.kind === 'list' ? node.items.at(-1) : node.entries.at(-1)?.value
  // A merge key or an alias may bring in values from elsewhere: these say nothing about the end.
  const inside =
    last !== undefined && last.source === node.source && last.start >= node.start && last.end <= node.end
  const after = inside ? endOf(last) : node.end
  if (closer === undefined) return Math.max(node.end, after)
  const close = text.indexOf(closer, Math.max(after, node.start + 1))
  return close < 0 ? node.end : close + 1
}
