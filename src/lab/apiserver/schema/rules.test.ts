import { describe, expect, it } from 'vitest'
import { compileSchema } from './compile.ts'
import { SchemaError } from './structural-schema.ts'

const schemaOf = (spec: object) => compileSchema({ type: 'object', properties: { spec } })
const fields = (causes: readonly { field: string; message: string }[]) =>
  causes.map((cause) => `${cause.field}: ${cause.message}`)

describe('x-kubernetes-validations', () => {
  it('composes a message, names a field below and a reason', () => {
    const schema = schemaOf({
      type: 'object',
      properties: { min: { type: 'integer' }, max: { type: 'integer' } },
      'x-kubernetes-validations': [
        {
          rule: 'self.min <= self.max',
          message: 'never seen',
          messageExpression: "'min ' + string(self.min) + ' is above max'",
          fieldPath: '.min',
          reason: 'FieldValueForbidden',
        },
      ],
    })
    expect(schema.validate({ spec: { min: 2, max: 1 } })).toEqual([
      { reason: 'FieldValueForbidden', field: 'spec.min', message: 'Forbidden: min 2 is above max' },
    ])
    expect(schema.validate({ spec: { min: 1, max: 1 } })).toEqual([])
    // The message expression fails as the rule does: the plain rule is told with the error.
    expect(fields(schema.validate({ spec: { min: 1 } }))).toEqual([
      'spec: Invalid value: "object": no such key: max evaluating rule: never seen',
    ])
  })

  it('pairs items of associative lists by key, and others not at all', () => {
    const items = {
      type: 'object',
      properties: {
        name: { type: 'string' },
        port: {
          type: 'integer',
          'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'fixed' }],
        },
      },
    }
    const keyed = schemaOf({
      type: 'array',
      items,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    })
    const old = {
      spec: [
        { name: 'a', port: 1 },
        { name: 'b', port: 2 },
      ],
    }
    const moved = {
      spec: [
        { name: 'b', port: 2 },
        { name: 'a', port: 9 },
        { name: 'c', port: 3 },
      ],
    }
    expect(fields(keyed.validate(moved, old))).toEqual(['spec[1].port: Invalid value: "integer": fixed'])
    expect(schemaOf({ type: 'array', items }).validate(moved, old)).toEqual([])
    expect(keyed.validate(moved)).toEqual([])
  })

  it('does not hold against an update what the update left alone', () => {
    const rules = [{ rule: "self.startsWith('x')" }]
    const schema = schemaOf({
      type: 'object',
      properties: {
        a: { type: 'string', 'x-kubernetes-validations': rules },
        b: { type: 'string', maxLength: 1 },
      },
    })
    const old = { spec: { a: 'old', b: 'long' } }
    expect(schema.validate(old, old)).toEqual([])
    expect(fields(schema.validate({ spec: { a: 'new', b: 'long' } }, old))).toEqual([
      'spec.a: Invalid value: "string": failed rule: self.startsWith(\'x\')',
    ])
    expect(fields(schema.validate({ spec: { a: 'x', b: 'also long' } }, old))).toEqual([
      'spec.b: Too long: may not be more than 1 bytes',
      '<nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ])
  })

  it('gives rules on values of a map the key, and rules at the root only the name of metadata', () => {
    const schema = compileSchema({
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          additionalProperties: { type: 'string', 'x-kubernetes-validations': [{ rule: "self != ''" }] },
        },
      },
      'x-kubernetes-validations': [{ rule: "self.metadata.name.startsWith('p')", message: 'name it p' }],
    })
    expect(fields(schema.validate({ metadata: { name: 'q' }, spec: { k: '' } }))).toEqual([
      '<nil>: Invalid value: "object": name it p',
      'spec[k]: Invalid value: "string": failed rule: self != \'\'',
    ])
  })

  it('lets an optional old self be asked', () => {
    const schema = schemaOf({
      type: 'string',
      'x-kubernetes-validations': [
        { rule: "oldSelf.hasValue() ? self == oldSelf.value() : self == 'first'", optionalOldSelf: true },
      ],
    })
    expect(schema.validate({ spec: 'first' })).toEqual([])
    expect(schema.validate({ spec: 'second' })).toHaveLength(1)
    expect(schema.validate({ spec: 'second' }, { spec: 'first' })).toHaveLength(1)
  })

  it('refuses a schema whose rule it cannot evaluate, and says where', () => {
    const compile = () =>
      schemaOf({
        type: 'object',
        properties: { a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self.x()' }] } },
      })
    expect(compile).toThrow(SchemaError)
    expect(compile).toThrow(
      'openAPIV3Schema.properties[spec].properties[a].x-kubernetes-validations[0].rule: column 5: undeclared reference',
    )
  })
})
