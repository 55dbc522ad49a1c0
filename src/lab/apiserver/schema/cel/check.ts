// What can be known of a rule before it runs: names, functions and fields that are not there. The API server refuses a
// CRD for the same reasons; a rule that could never be evaluated must not wait for its first object.
import type { Structural } from '../structural-schema.ts'
import { escapeProperty } from './from-json.ts'
import { isFunction } from './functions.ts'
import { type CelNode, CelSyntaxError } from './syntax.ts'

/** A schema, or undefined where the type is not known. */
type Static = Structural | undefined
type Names = ReadonlyMap<string, Static>

const TYPE_NAMES = [
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
] as const
const TYPES: ReadonlySet<string> = new Set(TYPE_NAMES)

export interface CheckedRule {
  readonly usesOldSelf: boolean
}

/** @throws CelSyntaxError with the column of what cannot be. */
export function checkCel(node: CelNode, self: Structural, optionalOldSelf = false): CheckedRule {
  const used = new Set<string>()
  const names: Names = new Map([
    ['self', self],
    ['oldSelf', optionalOldSelf ? undefined : self],
  ])
  check(node, names, used)
  return { usesOldSelf: used.has('oldSelf') }
}

function check(node: CelNode, names: Names, used: Set<string>): Static {
  const below = (child: CelNode): Static => check(child, names, used)
  switch (node.type) {
    case 'literal':
    case 'uint':
      return undefined
    case 'name':
      return checkName(node, names, used)
    case 'select':
    case 'has':
      return field(below(node.operand), node)
    case 'index': {
      below(node.index)
      return element(below(node.operand))
    }
    case 'call':
      checkCall(node, names, used)
      return undefined
    case 'unary':
      below(node.operand)
      return undefined
    case 'binary':
      below(node.left)
      below(node.right)
      return undefined
    case 'if': {
      below(node.test)
      below(node.then)
      below(node.otherwise)
      return undefined
    }
    case 'list':
      node.items.forEach(below)
      return undefined
    case 'map':
      for (const [key, value] of node.entries) [key, value].forEach(below)
      return undefined
    case 'macro':
      return checkMacro(node, names, used)
  }
}

function checkName(node: CelNode & { type: 'name' }, names: Names, used: Set<string>): Static {
  used.add(node.name)
  if (names.has(node.name)) return names.get(node.name)
  if (!TYPES.has(node.name)) throw new CelSyntaxError(node.at, `undeclared reference to '${node.name}'`)
  throw new CelSyntaxError(node.at, `type names as values ('${node.name}') are not supported`)
}

function checkCall(node: CelNode & { type: 'call' }, names: Names, used: Set<string>): void {
  for (const argument of node.args) check(argument, names, used)
  const { target, name } = node
  if (target?.type === 'name' && target.name === 'ip' && !names.has('ip')) {
    if (name !== 'isCanonical') throw new CelSyntaxError(node.at, `undeclared reference to 'ip.${name}'`)
    return
  }
  if (target !== undefined) check(target, names, used)
  if (!isFunction(target === undefined ? 'global' : 'method', name))
    throw new CelSyntaxError(
      node.at,
      `undeclared reference to '${name}': this function is not known or not supported`,
    )
}

function checkMacro(node: CelNode & { type: 'macro' }, names: Names, used: Set<string>): Static {
  const range = check(node.range, names, used)
  // The range of a map is its keys, of an unknown value unknown.
  const inner = new Map([...names, [node.variable, range?.items] as const])
  if (node.filter !== undefined) check(node.filter, inner, used)
  check(node.body, inner, used)
  return node.macro === 'filter' ? range : undefined
}

function field(operand: Static, node: CelNode & { type: 'select' | 'has' }): Static {
  if (operand === undefined || operand.type === '' || operand.preserveUnknownFields) return undefined
  if (operand.additionalProperties !== undefined) {
    return operand.additionalProperties === true ? undefined : operand.additionalProperties
  }
  for (const [name, schema] of operand.properties) if (escapeProperty(name) === node.field) return schema
  if (operand.properties.size === 0 && operand.type === 'object') return undefined
  throw new CelSyntaxError(node.at, `undefined field '${node.field}'`)
}

function element(operand: Static): Static {
  if (operand?.items !== undefined) return operand.items
  return operand?.additionalProperties === true ? undefined : operand?.additionalProperties
}
