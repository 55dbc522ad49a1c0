import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../config/kube-object.ts'
import type { LiveObject } from '../ports.ts'
import { contentOf, toSent } from './content.ts'
import { diffObjects, pathText } from './diff.ts'
import { diffText } from './diff-text.ts'
import { sameJson } from './json.ts'

const pool = (spec: object, metadata: object = {}): KubeObject =>
  ({
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name: 'lan', namespace: 'metallb-system', ...metadata },
    spec,
  }) as KubeObject
const live = (object: KubeObject, metadata: object = {}): LiveObject => ({
  ...object,
  metadata: { ...object.metadata, uid: 'u', resourceVersion: '7', ...metadata },
})
const owns = (fieldsV1: object): object => ({
  managedFields: [{ manager: 'lbctl', operation: 'Apply', fieldsV1 }],
})
const secret = (data: object): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's' },
    type: 'kubernetes.io/basic-auth',
    ...data,
  }) as KubeObject
const brief = (changes: ReturnType<typeof diffObjects>): readonly string[] =>
  changes.map(({ kind, path }) => `${kind} ${pathText(path)}`)

describe('diffObjects', () => {
  it('does not count what the server filled in, nor what others set', () => {
    const there = live(
      pool({ addresses: ['a'], autoAssign: true, avoidBuggyIPs: false }, { labels: { team: 'net' } }),
    )
    expect(diffObjects(there, pool({ addresses: ['a'] }))).toEqual([])
  })

  it('tells added, changed and removed fields', () => {
    const there = live(
      pool({ addresses: ['a'], autoAssign: false, extra: 1 }),
      owns({ 'f:spec': { 'f:autoAssign': {}, 'f:addresses': {} } }),
    )
    const changes = diffObjects(there, pool({ addresses: ['b'], serviceAllocation: { priority: 1 } }))
    expect(brief(changes)).toEqual([
      'change spec.addresses[0]',
      'add spec.serviceAllocation.priority',
      'remove spec.autoAssign',
    ])
    expect(changes[0]).toMatchObject({ before: 'a', after: 'b', secret: false })
  })

  it('shows a list of another length as a whole, since order and number are one decision', () => {
    expect(brief(diffObjects(live(pool({ addresses: ['a'] })), pool({ addresses: ['a', 'b'] })))).toEqual([
      'change spec.addresses',
    ])
  })

  it('adds everything where there is nothing, and keys that need quotes get them', () => {
    const wanted = pool({ addresses: ['a'] }, { labels: { 'example.com/rack': 'r1' } })
    expect(brief(diffObjects(undefined, wanted))).toEqual([
      'add metadata.labels["example.com/rack"]',
      'add spec.addresses',
    ])
  })

  it('takes stringData for the data that it becomes', () => {
    expect(
      diffObjects(
        live(secret({ data: { password: 'aHVzaA==' } })),
        secret({ stringData: { password: 'hush' } }),
      ),
    ).toEqual([])
    const [change] = diffObjects(
      live(secret({ data: { password: 'b2xk' } })),
      secret({ stringData: { password: 'hush' } }),
    )
    expect(change).toMatchObject({ path: ['data', 'password'], secret: true })
  })

  it('is not confused by keys that every object inherits', () => {
    const wanted = pool({ addresses: ['a'] }, { labels: { constructor: 'x' } })
    expect(brief(diffObjects(live(pool({ addresses: ['a'] })), wanted))).toEqual([
      'add metadata.labels.constructor',
    ])
  })

  it('is empty for what was applied, whatever it is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (spec) => {
        expect(diffObjects(live(pool(spec)), pool(spec))).toEqual([])
        expect(diffText(live(pool(spec)), pool(spec))).toBe('')
      }),
    )
  })

  it('is never empty when a value that is wanted differs', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const changes = diffObjects(live(pool({ x: a })), pool({ x: b }))
        // An empty map or a subset asks for nothing more than there is.
        if (changes.length === 0) expect(covers(a, b)).toBe(true)
      }),
    )
  })
})

const covers = (has: unknown, asks: unknown): boolean => {
  if (sameJson(has, asks)) return true
  if (Array.isArray(has) && Array.isArray(asks))
    return has.length === asks.length && asks.every((x, i) => covers(has[i], x))
  if (typeof has !== 'object' || typeof asks !== 'object' || has === null || asks === null) return false
  return Object.entries(asks).every(([key, value]) => covers((has as Record<string, unknown>)[key], value))
}

describe('diffText', () => {
  it('is a unified diff of the fields that lbctl sets', () => {
    const there = live(pool({ addresses: ['192.0.2.0/28'], autoAssign: true }))
    expect(diffText(there, pool({ addresses: ['192.0.2.0/24'] }))).toBe(
      [
        '--- cluster: IPAddressPool metallb-system/lan',
        '+++ wanted: IPAddressPool metallb-system/lan',
        '@@ -5,4 +5,4 @@',
        '   namespace: metallb-system',
        ' spec:',
        '   addresses:',
        '-  - 192.0.2.0/28',
        '+  - 192.0.2.0/24',
        '',
      ].join('\n'),
    )
  })

  it('shows what is taken away', () => {
    const there = live(
      pool({ addresses: ['a'], autoAssign: false }),
      owns({ 'f:spec': { 'f:autoAssign': {} } }),
    )
    expect(diffText(there, pool({ addresses: ['a'] }))).toContain('\n-  autoAssign: false\n')
  })

  it('hides secrets on both sides but not that they change', () => {
    const text = diffText(
      live(secret({ data: { password: 'b2xk' } })),
      secret({ stringData: { password: 'hush' } }),
    )
    expect(text).toContain('-  password: (hidden, before)\n+  password: (hidden, after)\n')
    expect(text).not.toMatch(/b2xk|hush|aHVzaA/)
    const peer = {
      apiVersion: 'metallb.io/v1beta2',
      kind: 'BGPPeer',
      metadata: { name: 'p' },
      spec: { myASN: 1, password: 'hush' },
    }
    expect(diffText(undefined, peer)).not.toContain('hush')
  })
})

describe('toSent and contentOf', () => {
  it('lets stringData win over data and keeps the rest', () => {
    const sent = toSent(secret({ data: { a: 'eA==', b: 'eQ==' }, stringData: { b: 'z' } }))
    expect(sent['data']).toEqual({ a: 'eA==', b: 'eg==' })
    expect(sent).not.toHaveProperty('stringData')
    expect(sent['type']).toBe('kubernetes.io/basic-auth')
  })

  it('keeps labels and finalizers, drops bookkeeping, status and empty maps', () => {
    const object = live(pool({ addresses: [] }, { labels: { a: 'b' }, annotations: {} }), {
      generation: 3,
      managedFields: [],
      finalizers: ['x/y'],
    })
    expect(contentOf({ ...object, status: { assignedIPv4: 1 } })).toEqual({
      apiVersion: 'metallb.io/v1beta1',
      kind: 'IPAddressPool',
      metadata: { name: 'lan', namespace: 'metallb-system', labels: { a: 'b' }, finalizers: ['x/y'] },
      spec: { addresses: [] },
    })
  })
})
