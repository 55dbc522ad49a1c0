// Objects as a Table: what `kubectl get` asks for.

import type { PrinterColumn, ServedKind } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import { badRequest } from '../status.ts'
import { builtinTable, type Column, NAME_COLUMN, nameOf, type TableKind } from './columns.ts'
import { ageText } from './human-duration.ts'
import { findAll, parseJsonPath } from './json-path.ts'

export type IncludeObject = 'Metadata' | 'None' | 'Object'

/** Throws 400. */
export function includeObject(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') ?? ''
  if (value === '' || value === 'Metadata') return 'Metadata'
  if (value === 'None' || value === 'Object') return value
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(value)}`)
}

const tables = new WeakMap<ServedKind, TableKind>()

export function tableKind(served: ServedKind): TableKind {
  let found = tables.get(served)
  if (found === undefined) {
    found = served.custom === undefined ? builtinTable(served.storage) : customTable(served.custom.columns)
    tables.set(served, found)
  }
  return found
}

const DEFAULT_COLUMNS: readonly PrinterColumn[] = [
  {
    name: 'Age',
    type: 'date',
    jsonPath: '.metadata.creationTimestamp',
    description: 'Custom resource definition column (in JSONPath format): .metadata.creationTimestamp',
  },
]

function customTable(given: readonly PrinterColumn[] | undefined): TableKind {
  const columns = given ?? DEFAULT_COLUMNS
  const readers = columns.map(({ jsonPath, type }) => ({ steps: parseJsonPath(jsonPath), type }))
  return {
    columns: [NAME_COLUMN, ...columns.map(columnOf)],
    cells: (object, nowMs) => [
      nameOf(object),
      ...readers.map(({ steps, type }) => {
        const value = steps === undefined ? undefined : findAll(object, steps)[0]
        return value === undefined ? null : cellOf(value, type, nowMs)
      }),
    ],
  }
}

const columnOf = (column: PrinterColumn): Column => ({
  name: column.name,
  type: column.type,
  format: column.format ?? '',
  description:
    column.description || `Custom resource definition column (in JSONPath format): ${column.jsonPath}`,
  priority: column.priority ?? 0,
})

function cellOf(value: unknown, type: string, nowMs: number): unknown {
  switch (type) {
    case 'date':
      return ageText(value, nowMs)
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'integer':
    case 'number':
      return typeof value === 'number' ? value : null
    default:
      return typeof value === 'string' ? value : JSON.stringify(value)
  }
}

/** `columns`: false where a watch has sent them already. */
export function tableOf(
  served: ServedKind,
  objects: readonly KubeObject[],
  metadata: Record<string, unknown>,
  options: { readonly include: IncludeObject; readonly nowMs: number; readonly columns: boolean },
): Record<string, unknown> {
  const kind = tableKind(served)
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: options.columns ? kind.columns : null,
    rows: objects.map((object) => ({
      cells: kind.cells(object, options.nowMs),
      object: rowObject(object, options.include),
    })),
  }
}

function rowObject(object: KubeObject, include: IncludeObject): unknown {
  if (include === 'None') return null
  return include === 'Object' ? object : partialOf(object)
}

export const partialOf = (object: KubeObject): Record<string, unknown> => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: object.metadata,
})
