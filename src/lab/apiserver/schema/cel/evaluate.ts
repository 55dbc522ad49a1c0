// Evaluation of a checked CEL tree. Everything here is total but for CelError, which is a result of the language.
import { callFunction } from './functions.ts'
import { arithmetic, compare, contained, equal, negate } from './operators.ts'
import type { BinaryOperator, CelNode } from './syntax.ts'
import {
  CelError,
  type CelKey,
  type CelMap,
  CelUint,
  type CelValue,
  isList,
  isMap,
  itemsOf,
  noOverload,
} from './values.ts'

/** The names in sight, innermost first. */
export interface Scope {
  readonly name: string
  readonly value: CelValue
  readonly outer: Scope | undefined
}

/** @throws CelError when the expression has no value for these names. */
export function evaluate(node: CelNode, scope: Scope | undefined): CelValue {
  switch (node.type) {
    case 'literal':
      return node.value
    case 'uint':
      return new CelUint(node.value)
    case 'name':
      return lookUp(node.name, scope)
    case 'select':
      return member(evaluate(node.operand, scope), node.field)
    case 'has':
      return hasField(evaluate(node.operand, scope), node.field)
    case 'index':
      return element(evaluate(node.operand, scope), evaluate(node.index, scope))
    case 'call':
      return call(node, scope)
    case 'unary':
      return unary(node.operator, evaluate(node.operand, scope))
    case 'binary':
      return binary(node.operator, node.left, node.right, scope)
    case 'if':
      return evaluate(truth(evaluate(node.test, scope)) ? node.then : node.otherwise, scope)
    case 'list':
      return node.items.map((item) => evaluate(item, scope))
    case 'map':
      return mapLiteral(node.entries, scope)
    case 'macro':
      return comprehension(node, scope)
  }
}

function lookUp(name: string, scope: Scope | undefined): CelValue {
  for (let at = scope; at !== undefined; at = at.outer) if (at.name === name) return at.value
  throw new CelError(`no such attribute: ${name}`)
}

function truth(value: CelValue): boolean {
  if (typeof value !== 'boolean') throw noOverload()
  return value
}

function member(value: CelValue, field: string): CelValue {
  if (!isMap(value)) throw noOverload()
  const found = value.get(field)
  if (found === undefined) throw new CelError(`no such key: ${field}`)
  return found
}

function hasField(value: CelValue, field: string): boolean {
  if (!isMap(value)) throw noOverload()
  return value.has(field)
}

function element(value: CelValue, index: CelValue): CelValue {
  if (isList(value)) {
    const position = typeof index === 'number' && Number.isInteger(index) ? BigInt(index) : index
    if (typeof position !== 'bigint') throw noOverload()
    const found = position < 0n ? undefined : itemsOf(value)[Number(position)]
    if (found === undefined) throw new CelError(`index out of bounds: ${position}`)
    return found
  }
  if (!isMap(value)) throw noOverload()
  const key = asKey(index)
  const found = value.get(key)
  if (found === undefined) throw new CelError(`no such key: ${String(key)}`)
  return found
}

function asKey(value: CelValue): CelKey {
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean') return value
  throw new CelError('unsupported key type')
}

function call(node: CelNode & { type: 'call' }, scope: Scope | undefined): CelValue {
  const args = node.args.map((argument) => evaluate(argument, scope))
  if (node.target === undefined) return callFunction('global', node.name, args)
  if (node.target.type === 'name' && node.target.name === 'ip' && node.name === 'isCanonical')
    return callFunction('global', 'ip.isCanonical', args)
  return callFunction('method', node.name, [evaluate(node.target, scope), ...args])
}

function unary(operator: '!' | '-', value: CelValue): CelValue {
  return operator === '!' ? !truth(value) : negate(value)
}

function binary(operator: BinaryOperator, left: CelNode, right: CelNode, scope: Scope | undefined): CelValue {
  if (operator === '&&' || operator === '||') {
    const decisive = operator === '||'
    return decide(decisive, [() => evaluate(left, scope), () => evaluate(right, scope)])
  }
  const a = evaluate(left, scope)
  const b = evaluate(right, scope)
  switch (operator) {
    case '==':
      return equal(a, b)
    case '!=':
      return !equal(a, b)
    case '<':
      return compare(a, b) < 0
    case '<=':
      return compare(a, b) <= 0
    case '>':
      return compare(a, b) > 0
    case '>=':
      return compare(a, b) >= 0
    case 'in':
      return contained(a, b)
    default:
      return arithmetic(operator, a, b)
  }
}

/** `&&` and `||` are commutative: a decisive operand wins over an error in another, on either side. */
function decide(decisive: boolean, operands: Iterable<() => CelValue>): boolean {
  let failure: unknown
  for (const operand of operands) {
    try {
      if (truth(operand()) === decisive) return decisive
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      failure ??= error
    }
  }
  if (failure !== undefined) throw failure
  return !decisive
}

function mapLiteral(entries: readonly (readonly [CelNode, CelNode])[], scope: Scope | undefined): CelMap {
  const map = new Map<CelKey, CelValue>()
  for (const [keyNode, valueNode] of entries) {
    const key = asKey(evaluate(keyNode, scope))
    if (map.has(key)) throw new CelError(`Failed with repeated key: ${String(key)}`)
    map.set(key, evaluate(valueNode, scope))
  }
  return map
}

function comprehension(node: CelNode & { type: 'macro' }, scope: Scope | undefined): CelValue {
  const range = evaluate(node.range, scope)
  const items = isList(range) ? itemsOf(range) : isMap(range) ? [...range.keys()] : undefined
  if (items === undefined) throw noOverload()
  const within = (body: CelNode, value: CelValue): CelValue =>
    evaluate(body, { name: node.variable, value, outer: scope })
  const passes = (body: CelNode, value: CelValue): boolean => truth(within(body, value))
  switch (node.macro) {
    case 'all':
    case 'exists':
      return decide(
        node.macro === 'exists',
        items.map((item) => () => within(node.body, item)),
      )
    case 'exists_one':
      return items.filter((item) => passes(node.body, item)).length === 1
    case 'filter':
      return items.filter((item) => passes(node.body, item))
    case 'map': {
      const { filter } = node
      const kept = filter === undefined ? items : items.filter((item) => passes(filter, item))
      return kept.map((item) => within(node.body, item))
    }
  }
}
