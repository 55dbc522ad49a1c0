// A text inside a text: the value of `config: |`, of `values: |`, or of a JSON string with escapes in it.
import type { ScalarNode } from './node.ts'
import { Source } from './source.ts'

/** The text of a scalar as a source of its own; its positions are those of the file around it. */
export function embedded(node: ScalarNode, name = node.source.name): Source {
  const raw = node.source.text.slice(node.start, node.end)
  return new Source(name, node.text, {
    source: node.source,
    start: node.start,
    map: (inner) =>
      node.style === 'double' ? alignEscaped(raw, inner, node.start) : align(raw, inner, node.start),
  })
}

/**
 * Block, plain and single-quoted scalars differ from their raw text in white space and doubled quotes only: walk both,
 * and let the raw side skip what the inner side does not have.
 */
function align(raw: string, inner: string, base: number): Int32Array {
  const map = new Int32Array(inner.length + 1)
  let at = 0
  for (let i = 0; i < inner.length; i++) {
    const c = inner[i]
    if (c === '\n' || c === ' ') {
      // A folded line break reads as one space; otherwise it is the same character.
      while (at < raw.length && raw[at] !== c && /\s/.test(raw[at] ?? '') && !(c === ' ' && raw[at] === '\n'))
        at++
    } else while (at < raw.length && raw[at] !== c) at++
    map[i] = base + Math.min(at, raw.length)
    at++
  }
  map[inner.length] = base + Math.min(at, raw.length)
  return map
}

/** Double-quoted text (YAML or JSON): an escape is one inner character, or two for an astral one. */
function alignEscaped(raw: string, inner: string, base: number): Int32Array {
  const map = new Int32Array(inner.length + 1)
  let at = 0
  for (let i = 0; i < inner.length; i++) {
    at = skipFold(raw, at, inner[i] ?? '')
    map[i] = base + Math.min(at, raw.length)
    const length = escapeLength(raw, at)
    if (raw[at] === '\\' && raw[at + 1] === 'U' && (inner.codePointAt(i) ?? 0) > 0xffff) {
      i++
      map[i] = base + at
    }
    at += length
  }
  map[inner.length] = base + Math.min(at, raw.length)
  return map
}

function escapeLength(raw: string, at: number): number {
  if (raw[at] !== '\\') return 1
  switch (raw[at + 1]) {
    case 'x':
      return 4
    case 'u':
      return 6
    case 'U':
      return 10
    default:
      return 2
  }
}

/** Raw line breaks inside the quotes are folded: go to the character that stands for `wanted`. */
function skipFold(raw: string, at: number, wanted: string): number {
  if (wanted === ' ' || wanted === '\n' || !/[\s\\]/.test(raw[at] ?? '')) return at
  let next = at
  while (next < raw.length && (/\s/.test(raw[next] ?? '') || (raw[next] === '\\' && raw[next + 1] === '\n')))
    next++
  return next
}
