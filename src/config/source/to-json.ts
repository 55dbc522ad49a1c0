// A node as the JSON value that kubectl would send for it.
import type { Json } from '../kube-object.ts'
import { asBoolean, asInteger, isNull, type Node, type ScalarNode } from './node.ts'

/** Scalars by YAML 1.1 rules: an unquoted `yes` is true, `1_000` is 1000, everything quoted is a string. */
export function nodeToJson(node: Node): Json {
  switch (node.kind) {
    case 'list':
      return node.items.map(nodeToJson)
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key.text, nodeToJson(value)]))
    case 'scalar':
      return scalarToJson(node)
  }
}

function scalarToJson(node: ScalarNode): Json {
  if (isNull(node)) return null
  const boolean = asBoolean(node)
  if (boolean !== undefined) return boolean
  const integer = asInteger(node)
  if (integer !== undefined) return Number(integer)
  if (
    node.style === 'plain' &&
    node.tag !== '!!str' &&
    /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(node.text)
  )
    return Number(node.text)
  return node.text
}
