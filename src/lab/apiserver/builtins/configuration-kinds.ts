// ConfigMap and Secret.
import { encodeBase64 } from '../../../net/base64.ts'
import { isObject, objectAt, sameJson, textAt } from '../json-value.ts'
import type { KindRules } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import { type Cause, forbiddenValue, invalidValue, requiredValue } from '../status.ts'
import { CONFIG_MAP, SECRET } from './shapes.ts'

const MAX_BYTES = 1024 * 1024
const KEY = /^[-._a-zA-Z0-9]+$/
const KEY_WORDS =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

function keyCauses(field: string, data: Record<string, unknown>): readonly Cause[] {
  return Object.keys(data)
    .filter((key) => !KEY.test(key))
    .map((key) => invalidValue(`${field}[${key}]`, JSON.stringify(key), KEY_WORDS))
}

function sizeCauses(field: string, bytes: number): readonly Cause[] {
  if (bytes <= MAX_BYTES) return []
  return [
    { reason: 'FieldValueTooLong', message: `Too long: may not be more than ${MAX_BYTES} bytes`, field },
  ]
}

function immutableCauses(
  object: KubeObject,
  old: KubeObject | undefined,
  fields: readonly string[],
): readonly Cause[] {
  if (old?.['immutable'] !== true) return []
  const words = 'field is immutable when `immutable` is set'
  const lifted = object['immutable'] === true ? [] : [forbiddenValue('immutable', words)]
  return [
    ...lifted,
    ...fields
      .filter((field) => !sameJson(object[field], old[field]))
      .map((field) => forbiddenValue(field, words)),
  ]
}

const bytesOf = (data: Record<string, unknown>): number =>
  Object.values(data).reduce((sum: number, value) => sum + Buffer.byteLength(String(value)), 0)

export const CONFIG_MAP_RULES: KindRules = {
  shape: CONFIG_MAP,
  defaults: (object) => dropEmptyMaps(object, ['data', 'binaryData']),
  validate: (object, old) => {
    const data = objectAt(object, 'data')
    const binary = objectAt(object, 'binaryData')
    const twice = Object.keys(data)
      .filter((key) => Object.hasOwn(binary, key))
      .map((key) =>
        invalidValue(`data[${key}]`, JSON.stringify(key), 'duplicate of key present in binaryData'),
      )
    return [
      ...keyCauses('data', data),
      ...twice,
      ...keyCauses('binaryData', binary),
      ...sizeCauses('[]', bytesOf(data) + bytesOf(binary) * 0.75),
      ...immutableCauses(object, old, ['data', 'binaryData']),
    ]
  },
}

function dropEmptyMaps(object: KubeObject, fields: readonly string[]): void {
  for (const field of fields) {
    const value = object[field]
    if (isObject(value) && Object.keys(value).length === 0) delete object[field]
  }
}

const BASIC_AUTH = ['username', 'password']

export const SECRET_RULES: KindRules = {
  shape: SECRET,
  selectableFields: { type: (object) => textAt(object, 'type') },
  defaults: (object) => {
    object['type'] ??= 'Opaque'
    const given = Object.entries(objectAt(object, 'stringData'))
    delete object['stringData']
    if (given.length > 0) {
      const data = { ...objectAt(object, 'data') }
      for (const [key, value] of given) data[key] = encodeBase64(new TextEncoder().encode(String(value)))
      object['data'] = data
    }
    dropEmptyMaps(object, ['data'])
  },
  validate: (object, old) => {
    const data = objectAt(object, 'data')
    const causes = [...keyCauses('data', data), ...sizeCauses('data', bytesOf(data) * 0.75)]
    if (old !== undefined && object['type'] !== old['type']) {
      causes.push(invalidValue('type', JSON.stringify(object['type']), 'field is immutable'))
    }
    if (
      object['type'] === 'kubernetes.io/basic-auth' &&
      !BASIC_AUTH.some((key) => Object.hasOwn(data, key))
    ) {
      causes.push(...BASIC_AUTH.map((key) => requiredValue(`data[${key}]`)))
    }
    return [...causes, ...immutableCauses(object, old, ['data'])]
  },
}
