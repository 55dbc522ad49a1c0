// Fields and types of built-in kinds, as far as this server looks into them: what it has no shape for it takes as it comes.
import { isObject, type JsonObject } from '../json-value.ts'

/** `text`, `int`, `bool`, `time` (cut to seconds), `micro` (six digits), `bytes` (base64), `port` (number or name), `any`. */
export type Scalar = 'text' | 'int' | 'bool' | 'time' | 'micro' | 'bytes' | 'port' | 'any'
export type FieldShape = Scalar | Shape | { readonly list: FieldShape } | { readonly map: FieldShape }
export interface Shape {
  /** The name of the Go struct: it stands in the message about a wrong type. */
  readonly struct: string
  readonly fields: Readonly<Record<string, FieldShape>>
}

export interface ShapeFindings {
  /** Paths of fields that do not exist; they are taken out. */
  readonly unknown: readonly string[]
  /** What Go's decoder says of the first value of a wrong type. */
  readonly wrongType: string | undefined
}

interface Walk {
  readonly unknown: string[]
  wrongType: string | undefined
}

/** Takes unknown fields out of `object` and normalises times, in place. */
export function fitShape(object: JsonObject, shape: Shape): ShapeFindings {
  const walk: Walk = { unknown: [], wrongType: undefined }
  fitStruct(object, shape, '', `${shape.struct}.`, walk)
  return walk
}

function fitStruct(object: JsonObject, shape: Shape, path: string, goPath: string, walk: Walk): void {
  for (const [name, value] of Object.entries(object)) {
    const field = shape.fields[name]
    const at = path === '' ? name : `${path}.${name}`
    if (field === undefined) {
      walk.unknown.push(at)
      delete object[name]
      continue
    }
    if (value === null) {
      // Go leaves a null as the zero value, and zero values are not written.
      delete object[name]
      continue
    }
    const fitted = fitValue(
      value,
      field,
      { path: at, go: goPath === '' ? name : `${goPath}${name}`, struct: shape.struct },
      walk,
    )
    object[name] = fitted
  }
}

interface Place {
  readonly path: string
  readonly go: string
  readonly struct: string
}

function fitValue(value: unknown, shape: FieldShape, place: Place, walk: Walk): unknown {
  if (typeof shape === 'string') return fitScalar(value, shape, place, walk)
  if ('list' in shape) {
    if (!Array.isArray(value)) return mismatch(value, place, `[]${goType(shape.list)}`, walk)
    return value.map((one, at) => fitValue(one, shape.list, { ...place, path: `${place.path}[${at}]` }, walk))
  }
  if (!isObject(value))
    return mismatch(value, place, 'map' in shape ? `map[string]${goType(shape.map)}` : goType(shape), walk)
  if ('map' in shape) {
    for (const [key, one] of Object.entries(value)) {
      value[key] =
        one === null ? '' : fitValue(one, shape.map, { ...place, path: `${place.path}.${key}` }, walk)
    }
    return value
  }
  const below = place.go.slice(place.go.indexOf('.') + 1)
  fitStruct(value, shape, place.path, `${shape.struct}.${below}.`, walk)
  return value
}

const GO: Readonly<Record<Scalar, string>> = {
  text: 'string',
  int: 'int32',
  bool: 'bool',
  time: 'v1.Time',
  micro: 'v1.MicroTime',
  bytes: '[]uint8',
  port: 'intstr.IntOrString',
  any: 'interface {}',
}
const goType = (shape: FieldShape): string =>
  typeof shape === 'string' ? GO[shape] : 'struct' in shape ? `v1.${shape.struct}` : 'interface {}'

function fitScalar(value: unknown, shape: Scalar, place: Place, walk: Walk): unknown {
  switch (shape) {
    case 'text':
      return typeof value === 'string' ? value : mismatch(value, place, 'string', walk)
    case 'int':
      return Number.isInteger(value) ? value : mismatch(value, place, 'int32', walk)
    case 'bool':
      return typeof value === 'boolean' ? value : mismatch(value, place, 'bool', walk)
    case 'port':
      return typeof value === 'number' || typeof value === 'string'
        ? value
        : mismatch(value, place, 'int32', walk)
    case 'bytes':
      return fitBytes(value, place, walk)
    case 'time':
      return fitTime(value, walk)
    case 'micro':
      return fitMicroTime(value, walk)
    case 'any':
      return value
  }
}

function mismatch(value: unknown, place: Place, wanted: string, walk: Walk): unknown {
  walk.wrongType ??= `json: cannot unmarshal ${unfit(value)} into Go struct field ${place.go} of type ${wanted}`
  return value
}

export const jsonWord = (value: unknown): string =>
  Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value

const BASE64 = /^[A-Za-z0-9+/]$/

function fitBytes(value: unknown, place: Place, walk: Walk): unknown {
  if (typeof value !== 'string') return mismatch(value, place, '[]uint8', walk)
  const text = value.replace(/[\r\n]/g, '')
  const body = text.replace(/=+$/, '')
  const odd = [...body].findIndex((letter) => !BASE64.test(letter))
  if (odd >= 0) walk.wrongType ??= `illegal base64 data at input byte ${odd}`
  else if (text.length % 4 !== 0)
    walk.wrongType ??= `illegal base64 data at input byte ${Math.floor(body.length / 4) * 4}`
  return value
}

const RFC3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** metav1.Time is written with whole seconds in UTC. */
function fitTime(value: unknown, walk: Walk): unknown {
  const text = typeof value === 'string' ? value : ''
  if (!RFC3339.test(text)) {
    walk.wrongType ??= `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`
    return value
  }
  return `${new Date(Math.floor(Date.parse(text) / 1000) * 1000).toISOString().slice(0, 19)}Z`
}

/** metav1.MicroTime wants exactly six digits: what `toISOString()` makes is refused. Written in UTC. */
function fitMicroTime(value: unknown, walk: Walk): unknown {
  const parts = typeof value === 'string' ? RFC3339.exec(value) : null
  const fraction = parts?.[2] ?? ''
  if (parts !== null && fraction.length === 7) {
    const seconds = new Date(`${parts[1]}${parts[3]}`).toISOString().slice(0, 19)
    return `${seconds}${fraction}Z`
  }
  const long = fraction.length > 7
  const rest = parts === null ? String(value) : `${long ? fraction.slice(7) : fraction}${parts[3]}`
  const wanted = long ? 'Z07:00' : '.000000'
  walk.wrongType ??= `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse ${JSON.stringify(rest)} as "${wanted}"`
  return value
}

/** Go quotes a number that does not fit its type. */
const unfit = (value: unknown): string =>
  typeof value === 'number' && !Number.isInteger(value) ? `number ${value}` : jsonWord(value)
