// The JSON type that a node has once Kubernetes' decoder turned the YAML into JSON.
import { asBoolean, asInteger, isNull, type Node } from '../source/node.ts'

export type JsonType = 'object' | 'array' | 'string' | 'boolean' | 'integer' | 'number' | 'null'

const FRACTION = /^[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?$|^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/

export function jsonTypeOf(node: Node): JsonType {
  if (node.kind === 'map') return 'object'
  if (node.kind === 'list') return 'array'
  if (isNull(node)) return 'null'
  if (node.style !== 'plain' || node.tag === '!!str') return 'string'
  const { text } = node
  if (!/^[-+.\dyYnNtTfFoO]/.test(text)) return 'string'
  if (asBoolean(node) !== undefined) return 'boolean'
  if (asInteger(node) !== undefined) return 'integer'
  return FRACTION.test(text) ? 'number' : 'string'
}

const WORDS: Readonly<Record<JsonType, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number with a fraction',
  null: 'nothing (null)',
}
export const typeInWords = (type: JsonType): string => WORDS[type]
