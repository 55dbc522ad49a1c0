// The CustomResourceDefinitions of MetalLB's kinds, made from the one schema: what `lbctl install` applies, what a test server
// checks objects with. They admit and refuse the same objects as MetalLB's own; the descriptions are ours.
import { apiVersionOf, type KindSchema, type PrinterColumn } from '../schema/field.ts'
import { KINDS } from '../schema/kinds.ts'
import { type OpenApiSchema, openApiOf, sentence } from './open-api.ts'

/** Where the API server sends objects of one version to get them in another. */
export interface ConversionWebhook {
  readonly namespace: string
  readonly service: string
  /** path on the service, `/convert` at MetalLB */
  readonly path: string
  /** port of the service; 443 when left out */
  readonly port?: number
  /** PEM certificates in base64 to check the webhook's certificate with; added later by whoever makes it when left out */
  readonly caBundle?: string
}

export interface CrdOptions {
  readonly labels?: Readonly<Record<string, string>>
  /**
   * For kinds of several versions. Without it the API server changes `apiVersion` only, which is right for every field that
   * both versions have, and drops the fields that only one of them knows.
   */
  readonly conversion?: ConversionWebhook
}

interface CrdVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated?: true
  readonly deprecationWarning?: string
  readonly schema: { readonly openAPIV3Schema: OpenApiSchema }
  readonly subresources: { readonly status: object }
  readonly additionalPrinterColumns?: readonly {
    readonly name: string
    readonly type: string
    readonly jsonPath: string
    readonly priority?: number
  }[]
}

export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1'
  readonly kind: 'CustomResourceDefinition'
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly spec: {
    readonly group: string
    readonly names: {
      readonly kind: string
      readonly listKind: string
      readonly plural: string
      readonly singular: string
    }
    readonly scope: 'Namespaced'
    readonly conversion?: object
    readonly versions: readonly CrdVersion[]
  }
  readonly [field: string]: unknown
}

/** The nine kinds of the newest MetalLB, in the order of their names. Kinds that were removed are not among them. */
export function customResourceDefinitions(options: CrdOptions = {}): CustomResourceDefinition[] {
  const byPlural = new Map<string, KindSchema[]>()
  for (const schema of KINDS.filter((kind) => kind.removed === undefined))
    byPlural.set(schema.plural, [...(byPlural.get(schema.plural) ?? []), schema])
  return [...byPlural.values()]
    .map((versions) => definition(versions, options))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
}

function definition(schemas: readonly KindSchema[], options: CrdOptions): CustomResourceDefinition {
  const versions = [...schemas].sort((a, b) => (a.version < b.version ? -1 : 1))
  const [{ group, kind, plural }] = versions as [KindSchema]
  const conversion = versions.length > 1 && options.conversion
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      ...(options.labels === undefined ? {} : { labels: options.labels }),
    },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      scope: 'Namespaced',
      ...(conversion ? { conversion: webhookConversion(conversion) } : {}),
      versions: versions.map((version) => versionOf(version, versions)),
    },
  }
}

function webhookConversion(hook: ConversionWebhook): object {
  return {
    strategy: 'Webhook',
    webhook: {
      clientConfig: {
        service: {
          namespace: hook.namespace,
          name: hook.service,
          path: hook.path,
          ...(hook.port === undefined ? {} : { port: hook.port }),
        },
        ...(hook.caBundle === undefined ? {} : { caBundle: hook.caBundle }),
      },
      // Versions of the ConversionReview, not of our kinds. MetalLB names v1beta1 and v1beta2, of which the API server knows
      // the first, the review's old form.
      conversionReviewVersions: ['v1'],
    },
  }
}

function versionOf(schema: KindSchema, all: readonly KindSchema[]): CrdVersion {
  return {
    ...(schema.columns.length === 0 ? {} : { additionalPrinterColumns: schema.columns.map(column) }),
    ...(schema.deprecated === undefined
      ? {}
      : { deprecated: true, deprecationWarning: deprecationWarning(schema, all) }),
    name: schema.version,
    schema: { openAPIV3Schema: objectSchema(schema) },
    served: schema.served,
    storage: schema.storage,
    subresources: { status: {} },
  }
}

/** Said by the API server with each use of the version. */
function deprecationWarning(schema: KindSchema, all: readonly KindSchema[]): string {
  const stored = all.find((other) => other.storage)
  const instead = stored === undefined ? '' : `; use ${apiVersionOf(stored)}`
  return `${schema.kind} of ${apiVersionOf(schema)} is deprecated${instead}`
}

const column = ({ name, type, path, priority }: PrinterColumn) => ({
  jsonPath: path,
  name,
  ...(priority === undefined ? {} : { priority }),
  type,
})

function objectSchema(schema: KindSchema): OpenApiSchema {
  const { spec, status } = schema
  return {
    description: `${schema.kind}: ${schema.description}.`,
    properties: {
      apiVersion: {
        description: sentence(`group and version of the schema of this object, ${apiVersionOf(schema)}`),
        type: 'string',
      },
      kind: { description: sentence(`the kind of this object, ${schema.kind}`), type: 'string' },
      metadata: { type: 'object' },
      ...(spec === undefined ? {} : { spec: openApiOf(spec) }),
      ...(status === undefined ? {} : { status: openApiOf(status) }),
    },
    ...(spec?.required === true ? { required: ['spec'] } : {}),
    type: 'object',
  }
}
