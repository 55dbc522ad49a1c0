// What a CRD admits and shows, one line for each field, without the words that people read: two CRDs with equal lines treat
// every object alike.

type Values = Readonly<Record<string, unknown>>
interface Crd {
  readonly metadata: { readonly name: string }
  readonly spec: Values & { readonly versions: readonly (Values & { readonly name: string })[] }
}

/** Keys of a schema that hold schemas, and words. */
const CHILDREN = new Set(['properties', 'items', 'additionalProperties', 'description'])

export function structureOf(object: unknown): string[] {
  const crd = object as Crd
  const { versions, ...spec } = crd.spec
  const { name } = crd.metadata
  return [
    `${name} ${canonical(spec)}`,
    ...versions.flatMap(({ schema, name: version, deprecationWarning, ...rest }) => [
      `${name} ${version} ${canonical({ ...rest, warns: deprecationWarning !== undefined })}`,
      ...fields((schema as { openAPIV3Schema: Values }).openAPIV3Schema, `${name} ${version} .`),
    ]),
  ]
}

function fields(schema: Values, path: string): string[] {
  const own = Object.fromEntries(Object.entries(schema).filter(([key]) => !CHILDREN.has(key)))
  const rules = (own['x-kubernetes-validations'] as readonly { rule: string }[] | undefined)?.map(
    ({ rule }) => rule,
  )
  const line = `${path} ${canonical({ ...own, ...(rules === undefined ? {} : { 'x-kubernetes-validations': rules }) })}`
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Values>).sort(
    ([a], [b]) => (a < b ? -1 : 1),
  )
  const below = path.endsWith(' .') ? path : `${path}.`
  return [
    line,
    ...properties.flatMap(([name, child]) => fields(child, `${below}${name}`)),
    ...(schema['items'] === undefined ? [] : fields(schema['items'] as Values, `${path}[]`)),
    ...(schema['additionalProperties'] === undefined
      ? []
      : fields(schema['additionalProperties'] as Values, `${path}{}`)),
  ]
}

/** JSON with the keys in the order of their names. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
