// A CustomResourceDefinition → the kinds that it makes the server serve, one per served version.
import { isObject, type JsonObject, listAt, objectAt, textAt } from '../json-value.ts'
import type { KubeObject } from '../resource-kind.ts'
import { compileSchema } from '../schema/compile.ts'
import type { PrinterColumn, ServedKind } from './served-kind.ts'

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

export function customKinds(definition: KubeObject): readonly ServedKind[] {
  const versions = listAt(definition, 'spec', 'versions').filter(isObject)
  const stored = versions.find((version) => version['storage'] === true)
  const storedVersion = textAt(stored, 'name')
  const served = versions.filter((version) => version['served'] === true)
  return served.map((version) => customKind(definition, version, storedVersion))
}

function customKind(definition: KubeObject, version: JsonObject, storedVersion: string): ServedKind {
  const group = textAt(definition, 'spec', 'group')
  const names = objectAt(definition, 'spec', 'names')
  const kind = textAt(names, 'kind')
  const plural = textAt(names, 'plural')
  const name = textAt(version, 'name')
  const schema = objectAt(version, 'schema')['openAPIV3Schema']
  const listKind = textAt(names, 'listKind')
  const conversion = objectAt(definition, 'spec', 'conversion')
  return {
    resource: {
      group,
      version: name,
      kind,
      plural,
      singular: textAt(names, 'singular') || kind.toLowerCase(),
      shortNames: listAt(names, 'shortNames').map(String),
      categories: listAt(names, 'categories').map(String),
      namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
      verbs: VERBS,
      schema,
      statusSubresource: objectAt(version, 'subresources')['status'] !== undefined,
    },
    storage: `${plural}.${group}`,
    rules: { generation: true },
    listKind: listKind === '' ? `${kind}List` : listKind,
    custom: {
      schema: schema === undefined ? undefined : compileSchema(schema),
      storedVersion,
      deprecationWarning: deprecation(version, `${group}/${name} ${kind}`),
      columns: columnsOf(version),
      conversionWebhook:
        textAt(conversion, 'strategy') === 'Webhook' ? objectAt(conversion, 'webhook') : undefined,
      terminating: definition.metadata['deletionTimestamp'] !== undefined,
    },
  }
}

function deprecation(version: JsonObject, what: string): string | undefined {
  if (version['deprecated'] !== true) return undefined
  const text = textAt(version, 'deprecationWarning')
  return text === '' ? `${what} is deprecated` : text
}

function columnsOf(version: JsonObject): readonly PrinterColumn[] | undefined {
  const columns = listAt(version, 'additionalPrinterColumns').filter(isObject)
  if (columns.length === 0) return undefined
  return columns.map((column) => ({
    name: textAt(column, 'name'),
    type: textAt(column, 'type'),
    format: textAt(column, 'format'),
    description: textAt(column, 'description'),
    priority: typeof column['priority'] === 'number' ? column['priority'] : 0,
    jsonPath: textAt(column, 'jsonPath'),
  }))
}
