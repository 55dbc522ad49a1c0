import { describe, expect, it } from 'vitest'
import { networkError, refusal } from './refusals.ts'
import { describeRequest } from './request-description.ts'
import { fieldConflicts, readStatus } from './status.ts'

const identity = { context: 'test', server: 'https://10.0.0.1:6443', namespace: 'default' }
const list = { method: 'GET', path: '/api/v1/nodes' } as const

describe('networkError', () => {
  it.each([
    ['ECONNREFUSED', 'unreachable', 'nothing listens there'],
    ['ENOTFOUND', 'unreachable', 'its name does not resolve'],
    ['EHOSTUNREACH', 'unreachable', 'no route'],
    ['CERT_HAS_EXPIRED', 'unreachable', 'TLS'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'unreachable', 'TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'unreachable', 'TLS'],
    ['TIMEOUT', 'timeout', 'did not answer within 30 s'],
    ['ETIMEDOUT', 'timeout', 'nothing answered the attempt to connect'],
    ['CONNECT_TIMEOUT', 'timeout', 'nothing answered the attempt to connect'],
    ['EWHATEVER', 'unreachable', 'EWHATEVER'],
  ])('%s is %s', (code, kind, words) => {
    const error = networkError(code, list, identity, 30_000)
    expect(error.kind).toBe(kind)
    expect(error.message).toContain(words)
    expect(error.facts).toMatchObject({ server: 'https://10.0.0.1:6443', context: 'test', code })
    expect(error.hints).toHaveLength(1)
  })
})

describe('refusal', () => {
  it('bears any body', () => {
    for (const body of [
      undefined,
      null,
      '',
      'text',
      7,
      [],
      {},
      { details: { causes: 'x' } },
      { details: { causes: [null] } },
    ])
      for (const status of [400, 401, 403, 404, 409, 410, 418, 422, 429, 500, 503])
        expect(refusal({ status, headers: {}, body }, list, identity, []).message).not.toBe('')
  })

  it('shows nothing that the server says about a Secret, but who owns its fields', () => {
    const request = {
      method: 'PATCH',
      path: '/api/v1/namespaces/a/secrets/s',
      contentType: 'application/apply-patch+yaml',
    } as const
    const quoted = {
      status: 422,
      headers: {},
      body: { message: 'Secret hush is invalid', reason: 'Invalid' },
    }
    expect(refusal(quoted, request, identity, []).message).not.toContain('hush')
    const causes = [
      { reason: 'FieldManagerConflict', field: '.data.password', message: 'conflict with "helm" using v1' },
    ]
    const owned = refusal({ status: 409, headers: {}, body: { details: { causes } } }, request, identity, [])
    expect(owned.facts).toMatchObject({ '.data.password': 'set by "helm"' })
  })
})

describe('describeRequest', () => {
  it.each([
    ['/api/v1/nodes', 'list', 'nodes', undefined, 'nodes'],
    ['/api/v1/namespaces', 'list', 'namespaces', undefined, 'namespaces'],
    ['/api/v1/namespaces/a', 'get', 'namespaces', undefined, 'namespaces a'],
    ['/api/v1/namespaces/a/services', 'list', 'services', 'a', 'services a'],
    [
      '/apis/metallb.io/v1beta1/namespaces/a/bgppeers/b',
      'get',
      'bgppeers.metallb.io',
      'a',
      'bgppeers.metallb.io a/b',
    ],
    ['/apis/metallb.io/v1beta1', 'get', '/apis/metallb.io/v1beta1', undefined, '/apis/metallb.io/v1beta1'],
  ])('%s', (path, verb, resource, namespace, object) => {
    expect(describeRequest({ method: 'GET', path })).toMatchObject({ verb, resource, namespace, object })
  })
})

describe('fieldConflicts', () => {
  it('reads the manager out of each form of the message', () => {
    const cause = (message: string): unknown => ({
      reason: 'FieldManagerConflict',
      field: '.spec.x',
      message,
    })
    const causes = [
      cause('conflict with "alpha"'),
      cause('conflict with "kubectl-edit" using metallb.io/v1beta1 at 2026-01-01T00:00:00Z'),
      cause('conflict with "a \\"b\\"" with subresource "status"'),
    ]
    const managers = fieldConflicts(readStatus({ details: { causes } })).map((c) => c.manager)
    expect(managers).toEqual(['alpha', 'kubectl-edit', 'a \\"b\\"'])
  })
})
