// Equality, order and arithmetic of CEL: no silent conversion, overflow is an error.
import { sameIp } from '../../../../net/ip.ts'
import {
  asInt,
  asUint,
  CelAssociativeList,
  CelCidr,
  CelDuration,
  CelError,
  CelIp,
  type CelMap,
  CelOptional,
  CelTimestamp,
  CelType,
  CelUint,
  type CelValue,
  isList,
  isMap,
  itemsOf,
  noOverload,
} from './values.ts'

/** A number for comparison; undefined for what is none. bigint and number compare exactly in JavaScript. */
const numeric = (value: CelValue): bigint | number | undefined =>
  typeof value === 'bigint' || typeof value === 'number'
    ? value
    : value instanceof CelUint
      ? value.value
      : undefined

export function equal(a: CelValue, b: CelValue): boolean {
  const left = numeric(a)
  const right = numeric(b)
  // biome-ignore lint/suspicious/noDoubleEquals: 1n == 1 is what CEL means by equal numbers
  if (left !== undefined && right !== undefined) return left == right
  if (a === b) return true
  if (isList(a) && isList(b)) return listsEqual(a, b)
  if (isMap(a) && isMap(b)) return mapsEqual(a, b)
  if (a instanceof Uint8Array && b instanceof Uint8Array)
    return a.length === b.length && a.every((byte, index) => byte === b[index])
  if (a instanceof CelDuration && b instanceof CelDuration) return a.nanoseconds === b.nanoseconds
  if (a instanceof CelTimestamp && b instanceof CelTimestamp) return a.nanoseconds === b.nanoseconds
  if (a instanceof CelIp && b instanceof CelIp) return sameIp(a.address, b.address)
  if (a instanceof CelCidr && b instanceof CelCidr)
    return a.prefix.length === b.prefix.length && sameIp(a.address, b.address)
  if (a instanceof CelType && b instanceof CelType) return a.name === b.name
  if (a instanceof CelOptional && b instanceof CelOptional)
    return a.value === undefined || b.value === undefined ? a.value === b.value : equal(a.value, b.value)
  return false
}

function listsEqual(a: readonly CelValue[] | CelAssociativeList, b: typeof a): boolean {
  const left = itemsOf(a)
  const right = itemsOf(b)
  if (left.length !== right.length) return false
  if (a instanceof CelAssociativeList && b instanceof CelAssociativeList)
    return left.every((item) => right.some((other) => equal(item, other)))
  return left.every((item, index) => equal(item, right[index] ?? null))
}

function mapsEqual(a: CelMap, b: CelMap): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.has(key) && equal(value, b.get(key) ?? null))
}

/** Negative, zero or positive. @throws CelError where there is no order. */
export function compare(a: CelValue, b: CelValue): number {
  const left = ordered(a, b)
  const right = ordered(b, a)
  if (left === undefined || right === undefined) throw noOverload()
  return left < right ? -1 : left > right ? 1 : 0
}

function ordered(value: CelValue, other: CelValue): bigint | number | string | undefined {
  const number = numeric(value)
  if (number !== undefined) return numeric(other) === undefined ? undefined : number
  if (typeof value === 'string' && typeof other === 'string') return value
  if (typeof value === 'boolean' && typeof other === 'boolean') return Number(value)
  if (value instanceof CelDuration && other instanceof CelDuration) return value.nanoseconds
  if (value instanceof CelTimestamp && other instanceof CelTimestamp) return value.nanoseconds
  return undefined
}

/** `value in container`: a list's item or a map's key. */
export function contained(value: CelValue, container: CelValue): boolean {
  if (isList(container)) return itemsOf(container).some((item) => equal(item, value))
  if (!isMap(container)) throw noOverload()
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean')
    return container.has(value)
  return false
}

export type Arithmetic = '+' | '-' | '*' | '/' | '%'

export function arithmetic(operator: Arithmetic, a: CelValue, b: CelValue): CelValue {
  if (typeof a === 'bigint' && typeof b === 'bigint') return asInt(integers(operator, a, b))
  if (a instanceof CelUint && b instanceof CelUint) return asUint(integers(operator, a.value, b.value))
  if (typeof a === 'number' && typeof b === 'number') return doubles(operator, a, b)
  if (operator === '+') return sum(a, b)
  if (operator === '-') return difference(a, b)
  throw noOverload()
}

function integers(operator: Arithmetic, a: bigint, b: bigint): bigint {
  if (operator === '+') return a + b
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  if (b === 0n) throw new CelError(operator === '/' ? 'division by zero' : 'modulus by zero')
  return operator === '/' ? a / b : a % b
}

function doubles(operator: Arithmetic, a: number, b: number): number {
  if (operator === '+') return a + b
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  if (operator === '/') return a / b
  throw noOverload()
}

function sum(a: CelValue, b: CelValue): CelValue {
  if (typeof a === 'string' && typeof b === 'string') return a + b
  if (isList(a) && isList(b)) {
    if (!(a instanceof CelAssociativeList)) return [...itemsOf(a), ...itemsOf(b)]
    // A set takes what it has not got: https://kubernetes.io/docs/reference/using-api/cel/
    const added = itemsOf(b).filter((item) => !itemsOf(a).some((other) => equal(item, other)))
    return new CelAssociativeList([...itemsOf(a), ...added])
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Uint8Array.from([...a, ...b])
  if (a instanceof CelDuration && b instanceof CelDuration)
    return new CelDuration(a.nanoseconds + b.nanoseconds)
  if (a instanceof CelTimestamp && b instanceof CelDuration)
    return new CelTimestamp(a.nanoseconds + b.nanoseconds)
  if (a instanceof CelDuration && b instanceof CelTimestamp)
    return new CelTimestamp(a.nanoseconds + b.nanoseconds)
  throw noOverload()
}

function difference(a: CelValue, b: CelValue): CelValue {
  if (a instanceof CelDuration && b instanceof CelDuration)
    return new CelDuration(a.nanoseconds - b.nanoseconds)
  if (a instanceof CelTimestamp && b instanceof CelDuration)
    return new CelTimestamp(a.nanoseconds - b.nanoseconds)
  if (a instanceof CelTimestamp && b instanceof CelTimestamp)
    return new CelDuration(a.nanoseconds - b.nanoseconds)
  throw noOverload()
}

export function negate(value: CelValue): CelValue {
  if (typeof value === 'bigint') return asInt(-value)
  if (typeof value === 'number') return -value
  throw noOverload()
}
