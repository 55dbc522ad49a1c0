// A JSON value as a node, for objects that come from an API server: they are read by the same code as a text, and no text has to be
// written and read again. Their parts have no place of their own: each points at the object as a whole.
import type { Json } from '../kube-object.ts'
import type { Node, ScalarNode } from './node.ts'
import { Source } from './source.ts'

/** @param name what stands for the place: `<cluster: Service shop/web>` */
export function nodeFromJson(value: Json, name: string): Node {
  const source = new Source(name, '')
  const convert = (json: Json): Node => {
    if (json === null) return { ...scalar(source, 'null'), style: 'plain' }
    if (typeof json !== 'object')
      return { ...scalar(source, String(json)), style: typeof json === 'string' ? 'double' : 'plain' }
    if (Array.isArray(json))
      return { kind: 'list', items: (json as readonly Json[]).map(convert), source, start: 0, end: 0 }
    const entries = Object.entries(json).flatMap(([key, member]) =>
      member === undefined ? [] : [{ key: scalar(source, key), value: convert(member) }],
    )
    return { kind: 'map', entries, source, start: 0, end: 0 }
  }
  return convert(value)
}

const scalar = (source: Source, text: string): ScalarNode => ({
  kind: 'scalar',
  text,
  style: 'double',
  source,
  start: 0,
  end: 0,
})
