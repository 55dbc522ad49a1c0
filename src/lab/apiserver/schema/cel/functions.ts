// Which functions there are, by name. An unknown one is refused when a rule is compiled.
import { CONVERSIONS } from './conversions.ts'
import type { CelFunction, FunctionTable } from './function-table.ts'
import { LIST_METHODS } from './list-functions.ts'
import { NETWORK_FUNCTIONS, NETWORK_METHODS } from './network-functions.ts'
import { STRING_METHODS } from './string-functions.ts'
import { TIME_METHODS } from './time-functions.ts'
import { CelOptional, type CelValue, isList, isMap, itemsOf, noOverload } from './values.ts'

function size([value]: readonly CelValue[]): CelValue {
  // CEL counts characters, not UTF-16 units.
  if (typeof value === 'string') return BigInt([...value].length)
  if (value instanceof Uint8Array) return BigInt(value.length)
  if (value !== undefined && isList(value)) return BigInt(itemsOf(value).length)
  if (value !== undefined && isMap(value)) return BigInt(value.size)
  throw noOverload()
}

const OPTIONAL_METHODS: FunctionTable = {
  hasValue: ([optional]) => asOptional(optional).value !== undefined,
  value: ([optional]) => {
    const { value } = asOptional(optional)
    if (value === undefined) throw noOverload()
    return value
  },
  orValue: ([optional, fallback]) => asOptional(optional).value ?? fallback ?? null,
}

function asOptional(value: CelValue | undefined): CelOptional {
  if (value instanceof CelOptional) return value
  throw noOverload()
}

const GLOBALS: FunctionTable = {
  ...CONVERSIONS,
  ...NETWORK_FUNCTIONS,
  size,
  matches: (args) => (STRING_METHODS['matches'] ?? noFunction)(args),
}

/** Tables whose names meet (`indexOf` of strings and lists, `contains`…) are asked one after the other. */
const METHOD_TABLES: readonly FunctionTable[] = [
  STRING_METHODS,
  LIST_METHODS,
  TIME_METHODS,
  NETWORK_METHODS,
  OPTIONAL_METHODS,
  { size },
]

const noFunction: CelFunction = () => {
  throw noOverload()
}

export type CallStyle = 'global' | 'method'

const tablesOf = (style: CallStyle): readonly FunctionTable[] =>
  style === 'global' ? [GLOBALS] : METHOD_TABLES

export function isFunction(style: CallStyle, name: string): boolean {
  return tablesOf(style).some((table) => Object.hasOwn(table, name))
}

/** @param args for a method, the target first. @throws CelError */
export function callFunction(style: CallStyle, name: string, args: readonly CelValue[]): CelValue {
  const candidates = tablesOf(style).filter((table) => Object.hasOwn(table, name))
  const fitting = candidates.length > 1 ? candidates.find((table) => takes(table, args[0])) : candidates[0]
  const implementation = fitting?.[name]
  if (implementation === undefined) throw noOverload()
  return implementation(args)
}

function takes(table: FunctionTable, target: CelValue | undefined): boolean {
  if (typeof target === 'string') return table === STRING_METHODS
  if (target !== undefined && isList(target)) return table === LIST_METHODS
  return table !== STRING_METHODS && table !== LIST_METHODS
}
