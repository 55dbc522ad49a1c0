// Checks a parsed text against a field of the schema and gives the value as plain data. Reports everything that is wrong,
// at its place; a value that is wrong in any part is left out of the result, so that no rule trips over it again.
import { asBoolean, isNull, type MapNode, type Node, type ScalarNode, spanOf } from '../source/node.ts'
import type { Span } from '../source/source.ts'
import { CEL_RULES } from './cel.ts'
import { decodeDuration, decodeInteger, decodeString, isType } from './decode-scalar.ts'
import type { Field, ListField, ObjectField } from './field.ts'
import { nearest } from './nearest.ts'
import type { Sink } from './problem.ts'
import { SELECTOR_FIELDS, STRICT_SELECTOR_FIELDS } from './selector-fields.ts'

/** The value of `node` as `field` describes it, or undefined when it is absent (null) or wrong. */
export function decode(node: Node, field: Field, path: string, sink: Sink): unknown {
  if (sink.notable !== undefined && (field.since !== undefined || field.deprecated !== undefined))
    sink.notable({ field, path, at: spanOf(node), isDefault: holdsDefault(node, field) })
  const value = decodeType(node, field, path, sink)
  if (value === undefined || field.rules === undefined) return value
  let broken = false
  for (const id of field.rules) {
    const rule = CEL_RULES[id]
    if (rule.code === undefined || rule.holds(value)) continue
    broken = true
    sink.problem({ code: rule.code, message: `${rule.message}.`, at: spanOf(node), path })
  }
  // A rule of a whole object leaves its fields usable.
  return broken && field.type !== 'object' ? undefined : value
}

/** The API server writes defaults into what it stores: nobody has asked for those. */
const holdsDefault = (node: Node, field: Field): boolean =>
  'default' in field &&
  field.default !== undefined &&
  node.kind === 'scalar' &&
  node.text === String(field.default)

function decodeType(node: Node, field: Field, path: string, sink: Sink): unknown {
  switch (field.type) {
    case 'string':
      return decodeString(node, field, path, sink)
    case 'integer':
      return decodeInteger(node, field, path, sink)
    case 'boolean':
      return isType(node, 'boolean', field, path, sink) ? asBoolean(node) : undefined
    case 'duration':
      return decodeDuration(node, field, path, sink)
    case 'selector':
      return decode(node, field.strict === true ? STRICT_SELECTOR_FIELDS : SELECTOR_FIELDS, path, sink)
    case 'list':
      return decodeList(node, field, path, sink)
    case 'map': {
      if (!isType(node, 'object', field, path, sink) || node.kind !== 'map') return undefined
      return decodeMap(node, field.values, path, sink)
    }
    case 'object': {
      if (!isType(node, 'object', field, path, sink) || node.kind !== 'map') return undefined
      const { value, failed } = decodeFields(node, field, path, sink)
      return failed.size === 0 ? value : undefined
    }
  }
}

export interface DecodedFields {
  readonly value: Readonly<Record<string, unknown>>
  /** fields that were given or had to be, and are not in `value` because they are wrong */
  readonly failed: ReadonlySet<string>
}

/** The fields of a map. Unknown ones are reported, missing ones too. */
export function decodeFields(node: MapNode, field: ObjectField, path: string, sink: Sink): DecodedFields {
  const value: Record<string, unknown> = {}
  const failed = new Set<string>()
  const seen = new Set<string>()
  for (const entry of node.entries) {
    const name = entry.key.text
    const known = Object.hasOwn(field.fields, name) ? field.fields[name] : undefined
    if (known === undefined) {
      const meant = unknownField(entry.key, field, path, sink)
      if (meant !== undefined) failed.add(meant)
      continue
    }
    // The API server drops nulls before it looks at the schema.
    if (isNull(entry.value)) continue
    seen.add(name)
    const decoded = decode(entry.value, known, join(path, name), sink)
    if (decoded === undefined) failed.add(name)
    else value[name] = decoded
  }
  for (const [name, known] of Object.entries(field.fields)) {
    if (known.required !== true || seen.has(name) || failed.has(name)) continue
    failed.add(name)
    sink.problem({
      code: 'V012',
      message: `The field "${join(path, name)}" is missing.`,
      at: missingAt(node, name),
      path: join(path, name),
      hint: `Add "${name}": ${known.description}.`,
    })
  }
  return { value, failed }
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** Where to point for what is not there: its null, or else the first key beside it. */
function missingAt(node: MapNode, name: string): Span {
  const given = node.entries.find((entry) => entry.key.text === name) ?? node.entries[0]
  return spanOf(given?.key ?? node)
}

function unknownField(key: ScalarNode, field: ObjectField, path: string, sink: Sink): string | undefined {
  const names = Object.keys(field.fields)
  const advice = sink.adviseUnknown?.(path, key.text)
  const meant = advice === undefined ? nearest(key.text, names) : undefined
  const known = names.length === 0 ? '' : `Known here: ${names.join(', ')}.`
  sink.problem({
    code: 'V016',
    message: `The field "${join(path, key.text)}" is not known.`,
    at: spanOf(key),
    path: join(path, key.text),
    hint: advice ?? (meant === undefined ? known : `Did you mean "${meant}"?`),
  })
  return meant
}

function decodeList(node: Node, field: ListField, path: string, sink: Sink): unknown[] | undefined {
  if (!isType(node, 'array', field, path, sink) || node.kind !== 'list') return undefined
  const values: unknown[] = []
  let wrong = false
  for (const [index, item] of node.items.entries()) {
    const value = decode(item, field.items, `${path}[${index}]`, sink)
    if (value === undefined) wrong = true
    else values.push(value)
  }
  if (node.items.length < (field.minItems ?? 0)) {
    wrong = true
    sink.problem({
      code: 'V014',
      message: `The list "${path}" needs at least one item.`,
      at: spanOf(node),
      path,
    })
  }
  if (!wrong && field.keys !== undefined) wrong = !distinctKeys(node.items, values, field.keys, path, sink)
  return wrong ? undefined : values
}

function distinctKeys(
  items: readonly Node[],
  values: readonly unknown[],
  keys: readonly string[],
  path: string,
  sink: Sink,
): boolean {
  const seen = new Map<string, Node>()
  let distinct = true
  for (const [index, item] of items.entries()) {
    const value = values[index] as Readonly<Record<string, unknown>>
    const id = JSON.stringify(keys.map((key) => value[key]))
    const first = seen.get(id)
    if (first === undefined) {
      seen.set(id, item)
      continue
    }
    distinct = false
    sink.problem({
      code: 'V019',
      message: `Two items of "${path}" have the same ${keys.join(', ')}.`,
      at: spanOf(item),
      path: `${path}[${index}]`,
      related: [{ message: 'the other one', at: spanOf(first) }],
    })
  }
  return distinct
}

function decodeMap(node: MapNode, values: Field, path: string, sink: Sink): unknown {
  const value: Record<string, unknown> = {}
  let wrong = false
  for (const entry of node.entries) {
    const decoded = decode(entry.value, values, `${path}.${entry.key.text}`, sink)
    if (decoded === undefined) wrong = true
    else
      Object.defineProperty(value, entry.key.text, { value: decoded, enumerable: true, configurable: true })
  }
  return wrong ? undefined : value
}
