// Explicit conversions: https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions

import { parseDuration } from '../../../../net/duration.ts'
import { formatIp } from '../../../../net/ip.ts'
import type { FunctionTable } from './function-table.ts'
import { formatTimestamp, parseTimestamp } from './time-functions.ts'
import { utf8 } from './tokens.ts'
import {
  asInt,
  asUint,
  CelCidr,
  CelDuration,
  CelError,
  CelIp,
  CelTimestamp,
  CelType,
  CelUint,
  type CelValue,
  noOverload,
  typeOf,
} from './values.ts'

const failed = (value: CelValue, to: string): CelError =>
  new CelError(`type conversion error from '${typeOf(value)}' to '${to}'`)

function toInt(value: CelValue): bigint {
  if (typeof value === 'bigint') return value
  if (value instanceof CelUint) return asInt(value.value)
  if (value instanceof CelTimestamp) return value.nanoseconds / 1_000_000_000n
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) throw new CelError('integer overflow')
    return BigInt(Math.trunc(value))
  }
  if (typeof value !== 'string') throw noOverload()
  if (!/^[+-]?\d+$/.test(value)) throw failed(value, 'int')
  return asInt(BigInt(value.replace(/^\+/, '')))
}

function toUint(value: CelValue): CelUint {
  if (value instanceof CelUint) return value
  if (typeof value === 'string' && !/^\d+$/.test(value)) throw failed(value, 'uint')
  return asUint(typeof value === 'string' ? BigInt(value) : toInt(value))
}

function toDouble(value: CelValue): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof CelUint) return Number(value.value)
  if (typeof value !== 'string') throw noOverload()
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) throw failed(value, 'double')
  return Number(value)
}

function toText(value: CelValue): string {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return doubleText(value)
  if (value instanceof CelUint) return String(value.value)
  if (value instanceof CelDuration) return secondsText(value.nanoseconds)
  if (value instanceof CelTimestamp) return formatTimestamp(value.nanoseconds)
  if (value instanceof CelIp) return formatIp(value.address)
  if (value instanceof CelCidr) return `${formatIp(value.address)}/${value.prefix.length}`
  throw noOverload()
}

/** As Go's strconv.FormatFloat(v, 'g', -1, 64): an exponent from a million on. */
function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  const [digits = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (value === 0 || (exponent >= -4 && exponent < 6)) return String(value)
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** A protobuf duration in seconds: `90s`, `0.500s` is written `0.5s`. */
function secondsText(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : ''
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const fraction = (size % 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '')
  return `${sign}${size / 1_000_000_000n}${fraction === '' ? '' : `.${fraction}`}s`
}

function toDuration(value: CelValue): CelDuration {
  if (value instanceof CelDuration) return value
  if (typeof value === 'bigint') return new CelDuration(value)
  if (typeof value !== 'string') throw noOverload()
  const parsed = parseDuration(value)
  if (!parsed.ok) throw failed(value, 'google.protobuf.Duration')
  return new CelDuration(parsed.value)
}

function toTimestamp(value: CelValue): CelTimestamp {
  if (value instanceof CelTimestamp) return value
  if (typeof value === 'bigint') return new CelTimestamp(value * 1_000_000_000n)
  if (typeof value !== 'string') throw noOverload()
  const nanoseconds = parseTimestamp(value)
  if (nanoseconds === undefined) throw failed(value, 'google.protobuf.Timestamp')
  return new CelTimestamp(nanoseconds)
}

function toBool(value: CelValue): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') throw noOverload()
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return true
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return false
  throw failed(value, 'bool')
}

const one =
  (convert: (value: CelValue) => CelValue) =>
  ([value]: readonly CelValue[]): CelValue => {
    if (value === undefined) throw noOverload()
    return convert(value)
  }

export const CONVERSIONS: FunctionTable = {
  int: one(toInt),
  uint: one(toUint),
  double: one(toDouble),
  string: one(toText),
  bool: one(toBool),
  bytes: one((value) => (typeof value === 'string' ? utf8(value) : value)),
  duration: one(toDuration),
  timestamp: one(toTimestamp),
  dyn: one((value) => value),
  type: one((value) => new CelType(typeOf(value))),
}
