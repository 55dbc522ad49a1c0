// metadata.managedFields as it is worked with: one entry per manager, operation, version and subresource.
import { isObject, type JsonObject } from '../schema/json-values.ts'
import { difference, type FieldSet, fromFieldsV1, isEmpty, toFieldsV1 } from './field-set.ts'

export interface ManagedEntry {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  readonly time?: string
  readonly fields: FieldSet
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

export function readEntries(managedFields: unknown): ManagedEntry[] {
  if (!Array.isArray(managedFields)) return []
  return managedFields.filter(isObject).flatMap((entry): ManagedEntry[] => {
    const operation = entry['operation']
    if (operation !== 'Apply' && operation !== 'Update') return []
    const { manager, apiVersion, subresource, time } = entry
    return [
      {
        manager: text(manager),
        operation,
        apiVersion: text(apiVersion),
        subresource: text(subresource),
        ...(typeof time === 'string' ? { time } : {}),
        fields: fromFieldsV1(entry['fieldsV1']),
      },
    ]
  })
}

/** A client that sends one empty entry wants the list cleared. */
export const isReset = (managedFields: unknown): boolean =>
  Array.isArray(managedFields) &&
  managedFields.length === 1 &&
  isObject(managedFields[0]) &&
  Object.keys(managedFields[0]).length === 0

/** Who it is; an applier stays the same one in every version. */
export const sameManager = (a: Omit<ManagedEntry, 'fields'>, b: Omit<ManagedEntry, 'fields'>): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  (a.operation === 'Apply' || a.apiVersion === b.apiVersion)

/** Nobody owns what makes an object this object, or what the server alone writes. */
const UNOWNED = fromFieldsV1({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:clusterName': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
})

/** As stored: appliers first, then by time, then by name; entries without fields go. */
export function writeEntries(entries: readonly ManagedEntry[]): JsonObject[] {
  const owning = entries
    .map((entry) => ({ ...entry, fields: difference(entry.fields, UNOWNED) }))
    .filter((entry) => !isEmpty(entry.fields))
  const order = (entry: ManagedEntry): readonly string[] => [
    entry.operation,
    entry.time ?? '',
    entry.manager,
    entry.apiVersion,
    entry.subresource,
  ]
  return owning.sort((a, b) => compareTexts(order(a), order(b))).map(writeEntry)
}

function compareTexts(a: readonly string[], b: readonly string[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? ''
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}

function writeEntry({ manager, operation, apiVersion, subresource, time, fields }: ManagedEntry): JsonObject {
  return {
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fields),
    ...(subresource === '' ? {} : { subresource }),
  }
}

/** `conflict with "lbctl" using metallb.io/v1beta1`. */
export function conflictMessage({ manager, operation, apiVersion, subresource }: ManagedEntry): string {
  const part = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`
  const using = operation === 'Update' ? ` using ${apiVersion}` : ''
  return `conflict with ${JSON.stringify(manager)}${part}${using}`
}
