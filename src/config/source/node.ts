// What a YAML or JSON text says, with the place of every part. Scalars keep their text: what a text means (number,
// boolean, string) depends on the field that it is for, as it does when Kubernetes decodes YAML.
import type { Source, Span } from './source.ts'

export type Node = ScalarNode | ListNode | MapNode

interface Placed {
  readonly source: Source
  /** offset of the first character of the value; of a block scalar: of its first content line */
  readonly start: number
  /** offset after the last character */
  readonly end: number
}

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded'

export interface ScalarNode extends Placed {
  readonly kind: 'scalar'
  readonly text: string
  readonly style: ScalarStyle
  /** explicit tag as written, such as `!!str` */
  readonly tag?: string
}

export interface ListNode extends Placed {
  readonly kind: 'list'
  readonly items: readonly Node[]
}

export interface MapEntry {
  readonly key: ScalarNode
  readonly value: Node
}

export interface MapNode extends Placed {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
}

export const spanOf = (node: Node): Span => ({ source: node.source, start: node.start, end: node.end })

/** The value of a key. Keys are unique: a repeated one is refused when the text is parsed. */
export const child = (node: Node | undefined, key: string): Node | undefined =>
  node?.kind === 'map' ? node.entries.find((entry) => entry.key.text === key)?.value : undefined

/** The text of a string, or of a scalar that is not quoted; undefined for null, lists and maps. */
export const scalarText = (node: Node | undefined): string | undefined =>
  node?.kind === 'scalar' && !isNull(node) ? node.text : undefined

/** Quotes, a block style and the tag `!!str` each make a scalar a string, whatever it looks like. */
const mayBeTyped = (node: ScalarNode): boolean => node.style === 'plain' && node.tag !== '!!str'

/** `null`, `~` or nothing at all. */
export const isNull = (node: Node | undefined): boolean =>
  node?.kind === 'scalar' && mayBeTyped(node) && /^(|~|null|Null|NULL)$/.test(node.text)

/** A boolean as YAML 1.1 and Go's decoder read it: also yes, no, on, off, y, n. */
export function asBoolean(node: Node): boolean | undefined {
  if (node.kind !== 'scalar' || !mayBeTyped(node)) return undefined
  if (/^(true|True|TRUE|yes|Yes|YES|on|On|ON|y|Y)$/.test(node.text)) return true
  if (/^(false|False|FALSE|no|No|NO|off|Off|OFF|n|N)$/.test(node.text)) return false
  return undefined
}

/** A whole number: decimal, 0x, 0o, 0b, octal with a leading zero, `_` between digits, or a float without a fraction. */
export function asInteger(node: Node): bigint | undefined {
  if (node.kind !== 'scalar' || !mayBeTyped(node)) return undefined
  const match = /^([-+]?)(0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|\d[\d_]*)$/.exec(node.text)
  if (match === null) return wholeFloat(node.text)
  const digits = (match[2] ?? '').replaceAll('_', '')
  const octal = /^0[0-7]+$/.test(digits)
  const magnitude = BigInt(octal ? `0o${digits.slice(1)}` : digits)
  return match[1] === '-' ? -magnitude : magnitude
}

function wholeFloat(text: string): bigint | undefined {
  if (!/^[-+]?\d+(\.\d*)?([eE][-+]?\d{1,2})?$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? BigInt(value) : undefined
}
