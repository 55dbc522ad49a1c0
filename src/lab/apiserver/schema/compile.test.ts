import { describe, expect, it } from 'vitest'
import writes from '../../../../test/vectors/apiserver/custom-resource-writes.json' with { type: 'json' }
import crds from '../../../../test/vectors/apiserver/metallb-crds.json' with { type: 'json' }
import { type CompiledSchema, compileSchema } from './compile.ts'
import { deepCopy, isObject, type JsonObject } from './json-values.ts'

interface Write {
  step: string
  version: string
  plural: string
  method: string
  subresource?: string
  body: JsonObject
  old?: JsonObject
  stored?: JsonObject
  warning?: string
  causes?: { reason: string; message: string; field: string }[]
}

const schemas = new Map<string, CompiledSchema>(
  crds.flatMap((crd) =>
    crd.spec.versions.map((version): [string, CompiledSchema] => [
      `${version.name}/${crd.spec.names.plural}`,
      compileSchema(version.schema.openAPIV3Schema),
    ]),
  ),
)

/** RFC 7396 §2. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: JsonObject = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = merged(result[key], value)
  }
  return result
}

/** What the server does to a body before it is stored. */
function write(schema: CompiledSchema, { method, subresource, body, old }: Write) {
  const object = (method === 'PATCH' ? merged(old, body) : deepCopy(body)) as JsonObject
  const unknown = schema.prune(object)
  schema.applyDefaults(object)
  if (subresource === 'status') return { object, unknown, causes: schema.validateStatus(object, old) }
  // A resource with a status subresource takes no status at its main path.
  if (old?.['status'] === undefined) delete object['status']
  else object['status'] = deepCopy(old['status'])
  return { object, unknown, causes: schema.validate(object, old) }
}

const sorted = (causes: readonly { field: string; message: string }[]) =>
  [...causes].sort((a, b) => `${a.field}${a.message}`.localeCompare(`${b.field}${b.message}`))

describe('compileSchema, against the writes of a real API server', () => {
  for (const given of writes as unknown as Write[]) {
    it(`${given.method} ${given.plural}: ${given.step}`, () => {
      const schema = schemas.get(`${given.version}/${given.plural}`)
      if (schema === undefined) throw new Error(`no schema for ${given.version}/${given.plural}`)
      const result = write(schema, given)
      expect(sorted(result.causes)).toEqual(sorted(given.causes ?? []))
      if (given.stored !== undefined) {
        const { metadata: _, ...stored } = result.object
        expect(stored).toEqual(given.stored)
      }
      const warnings = result.unknown.map((path) => `299 - "unknown field \\"${path}\\""`)
      if (given.warning?.includes('unknown field')) expect(warnings.join(', ')).toBe(given.warning)
      else expect(warnings).toEqual([])
    })
  }
})
