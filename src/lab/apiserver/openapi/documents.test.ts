import { describe, expect, it } from 'vitest'
import crds from '../../../../test/vectors/apiserver/metallb-crds.json' with { type: 'json' }
import type { ResourceKind } from '../resource-kind.ts'
import { isObject, type JsonObject } from '../schema/json-values.ts'
import { openApiV2, openApiV3, openApiV3Index } from './documents.ts'

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const builtIn = (group: string, kind: string, plural: string, namespaced = true): ResourceKind => ({
  group,
  version: 'v1',
  kind,
  plural,
  singular: kind.toLowerCase(),
  shortNames: [],
  namespaced,
  verbs: VERBS,
  statusSubresource: true,
})
const resources: ResourceKind[] = [
  builtIn('', 'Service', 'services'),
  builtIn('', 'Node', 'nodes', false),
  builtIn('apps', 'Deployment', 'deployments'),
  { ...builtIn('', 'Binding', 'bindings'), verbs: ['create'] },
  ...crds.flatMap((crd) =>
    crd.spec.versions.map((version) => ({
      ...builtIn('metallb.io', crd.spec.names.kind, crd.spec.names.plural),
      version: version.name,
      schema: version.schema.openAPIV3Schema,
    })),
  ),
]

function* every(value: unknown, key: string): Generator<unknown> {
  if (Array.isArray(value)) for (const entry of value) yield* every(entry, key)
  if (!isObject(value)) return
  for (const [name, entry] of Object.entries(value)) {
    if (name === key) yield entry
    yield* every(entry, key)
  }
}

const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value)

describe('openApiV3', () => {
  const document = openApiV3('metallb.io/v1beta1', resources)

  it('holds the group and version alone', () => {
    const gvks = [...every(document, 'x-kubernetes-group-version-kind')].flat() as JsonObject[]
    expect(new Set(gvks.map(({ group, version }) => `${group}/${version}`))).toEqual(
      new Set(['metallb.io/v1beta1']),
    )
    expect(Object.keys(document['paths'] as object)).toContain(
      '/apis/metallb.io/v1beta1/namespaces/{namespace}/ipaddresspools/{name}/status',
    )
  })

  it('tells kubectl that the server validates fields', () => {
    const path = '/apis/metallb.io/v1beta1/namespaces/{namespace}/ipaddresspools/{name}'
    const patch = at(document, 'paths', path, 'patch')
    expect(at(patch, 'x-kubernetes-group-version-kind')).toEqual({
      group: 'metallb.io',
      version: 'v1beta1',
      kind: 'IPAddressPool',
    })
    expect(at(patch, 'parameters')).toContainEqual(
      expect.objectContaining({ name: 'fieldValidation', in: 'query' }),
    )
  })

  it('offers strategic merge for built-in kinds only, where the server takes it', () => {
    const types = (group: string, path: string): string[] =>
      Object.keys(at(openApiV3(group, resources), 'paths', path, 'patch', 'requestBody', 'content') as object)
    const strategic = 'application/strategic-merge-patch+json'
    const pool = '/apis/metallb.io/v1beta1/namespaces/{namespace}/ipaddresspools/{name}'
    expect(types('metallb.io/v1beta1', pool)).not.toContain(strategic)
    expect(types('v1', '/api/v1/namespaces/{namespace}/services/{name}')).toContain(strategic)
  })

  it('shows the schema of the CRD, with the metadata of every object', () => {
    const kind = at(document, 'components', 'schemas', 'io.metallb.v1beta1.IPAddressPool', 'properties')
    expect(at(kind, 'spec', 'properties', 'autoAssign')).toEqual({ type: 'boolean', default: true })
    expect(at(kind, 'metadata', 'allOf')).toEqual([
      { $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
    ])
  })

  it('says how lists of built-in kinds merge', () => {
    const core = openApiV3('v1', resources)
    const ports = at(
      core,
      'components',
      'schemas',
      'io.k8s.api.core.v1.Service',
      'properties',
      'spec',
      'properties',
      'ports',
    )
    expect(ports).toMatchObject({
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
      'x-kubernetes-patch-merge-key': 'port',
      'x-kubernetes-patch-strategy': 'merge',
    })
    expect(Object.keys(at(core, 'paths') as object)).toContain('/api/v1/nodes/{name}')
    // A kind that can only be created is not offered for reading.
    expect(at(core, 'paths', '/api/v1/namespaces/{namespace}/bindings', 'get')).toBeUndefined()
  })
})

describe.each([
  ['2.0', openApiV2(resources), '#/definitions/', ['definitions']],
  ['3.0', openApiV3('metallb.io/v1beta2', resources), '#/components/schemas/', ['components', 'schemas']],
] as const)('OpenAPI %s', (_, document, prefix, place) => {
  it('has no reference that leads nowhere', () => {
    const references = [...every(document, '$ref')].map(String)
    expect(references.length).toBeGreaterThan(5)
    for (const reference of references) {
      expect(reference.startsWith(prefix)).toBe(true)
      expect(at(document, ...place, reference.slice(prefix.length))).toBeDefined()
    }
  })
})

describe('openApiV2', () => {
  it('has no word that 2.0 does not know', () => {
    const text = JSON.stringify(openApiV2(resources))
    for (const word of ['"nullable"', '"oneOf"', '"anyOf"', '"requestBody"', '"components"'])
      expect(text).not.toContain(word)
  })
})

describe('openApiV3Index', () => {
  it('names each document once, with an address that changes with its content only', () => {
    const before = openApiV3Index(resources)['paths'] as Record<string, { serverRelativeURL: string }>
    expect(Object.keys(before)).toEqual([
      'api',
      'api/v1',
      'apis',
      'apis/apps',
      'apis/apps/v1',
      'apis/metallb.io/v1beta1',
      'apis/metallb.io/v1beta2',
    ])
    expect(before['api/v1']?.serverRelativeURL).toMatch(/^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{64}$/)
    const without = resources.filter(({ kind }) => kind !== 'BFDProfile')
    const after = openApiV3Index(without)['paths'] as typeof before
    expect(after['api/v1']).toEqual(before['api/v1'])
    expect(after['apis/metallb.io/v1beta1']).not.toEqual(before['apis/metallb.io/v1beta1'])
  })
})
