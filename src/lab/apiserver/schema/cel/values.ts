// The values of the Common Expression Language (https://github.com/google/cel-spec/blob/master/doc/langdef.md#values).
// int is a bigint and double a number, because CEL never mixes them.
import type { Ip } from '../../../../net/ip.ts'
import type { Prefix } from '../../../../net/prefix.ts'

export class CelUint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

/** Nanoseconds. */
export class CelDuration {
  readonly nanoseconds: bigint
  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds
  }
}

/** Nanoseconds since 1970-01-01T00:00:00Z. */
export class CelTimestamp {
  readonly nanoseconds: bigint
  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds
  }
}

export class CelIp {
  readonly address: Ip
  constructor(address: Ip) {
    this.address = address
  }
}

export class CelCidr {
  readonly prefix: Prefix
  /** The address as written, host bits and all. */
  readonly address: Ip
  constructor(prefix: Prefix, address: Ip) {
    this.prefix = prefix
    this.address = address
  }
}

/** A list of type set or map: its order does not count in a comparison. */
export class CelAssociativeList {
  readonly items: readonly CelValue[]
  constructor(items: readonly CelValue[]) {
    this.items = items
  }
}

/** Bounds of an optional old value (`optionalOldSelf`). */
export class CelOptional {
  readonly value: CelValue | undefined
  constructor(value: CelValue | undefined) {
    this.value = value
  }
}

export class CelType {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

export type CelKey = string | bigint | boolean
export type CelMap = ReadonlyMap<CelKey, CelValue>

export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | readonly CelValue[]
  | CelMap
  | CelUint
  | CelDuration
  | CelTimestamp
  | CelIp
  | CelCidr
  | CelAssociativeList
  | CelOptional
  | CelType

/** An evaluation that failed; the text is cel-go's, because the API server passes it on. */
export class CelError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CelError'
  }
}

export const noOverload = (): CelError => new CelError('no such overload')

export const isList = (value: CelValue): value is readonly CelValue[] | CelAssociativeList =>
  Array.isArray(value) || value instanceof CelAssociativeList

export const itemsOf = (value: readonly CelValue[] | CelAssociativeList): readonly CelValue[] =>
  value instanceof CelAssociativeList ? value.items : value

export const isMap = (value: CelValue): value is CelMap => value instanceof Map

const CLASSES: readonly (readonly [abstract new (...parts: never[]) => unknown, string])[] = [
  [Uint8Array, 'bytes'],
  [CelUint, 'uint'],
  [CelDuration, 'google.protobuf.Duration'],
  [CelTimestamp, 'google.protobuf.Timestamp'],
  [CelIp, 'net.IP'],
  [CelCidr, 'net.CIDR'],
  [CelOptional, 'optional_type'],
  [CelType, 'type'],
]

const PRIMITIVES: Readonly<Record<string, string>> = {
  boolean: 'bool',
  bigint: 'int',
  number: 'double',
  string: 'string',
}

/** The name of a value's type, as type() and conversion errors give it. */
export function typeOf(value: CelValue): string {
  if (value === null) return 'null_type'
  const primitive = PRIMITIVES[typeof value]
  if (primitive !== undefined) return primitive
  if (isList(value)) return 'list'
  if (isMap(value)) return 'map'
  return CLASSES.find(([type]) => value instanceof type)?.[1] ?? 'dyn'
}

export const INT_MIN = -(1n << 63n)
export const INT_MAX = (1n << 63n) - 1n
const UINT_MAX = (1n << 64n) - 1n

export function asInt(value: bigint): bigint {
  if (value < INT_MIN || value > INT_MAX) throw new CelError('integer overflow')
  return value
}

export function asUint(value: bigint): CelUint {
  if (value < 0n || value > UINT_MAX) throw new CelError('unsigned integer overflow')
  return new CelUint(value)
}
