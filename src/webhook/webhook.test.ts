import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import recorded from '../../test/fixtures/kubernetes/admission-reviews.json' with { type: 'json' }
import type { Json, JsonObject, KubeObject } from '../config/kube-object.ts'
import { type AdmissionContext, admit } from './admission.ts'
import { convert, NEWER_FIELDS_ANNOTATION } from './conversion.ts'
import { answerReview } from './paths.ts'
import { type AdmissionAnswer, type AdmissionRequest, readAdmissionReview } from './review.ts'

const NS = 'metallb-system'
const make = (kind: string, name: string, spec: object, version = 'v1beta1', namespace = NS): KubeObject => ({
  apiVersion: `metallb.io/${version}`,
  kind,
  metadata: { name, namespace },
  spec,
})
const pool = (name: string, addresses: readonly string[], namespace = NS) =>
  make('IPAddressPool', name, { addresses, autoAssign: true, avoidBuggyIPs: false }, 'v1beta1', namespace)
const peer = (name: string, spec: object = {}) =>
  make(
    'BGPPeer',
    name,
    { myASN: 64512, peerASN: 64513, peerAddress: '192.0.2.1', peerPort: 179, ...spec },
    'v1beta2',
  )
const around = (...configuration: KubeObject[]): AdmissionContext => ({
  namespace: NS,
  configuration,
  nodes: [],
  namespaces: [],
})
const request = (operation: string, object: KubeObject, oldObject?: KubeObject): AdmissionRequest => ({
  uid: 'u',
  operation,
  kind: object.kind,
  namespace: object.metadata.namespace ?? '',
  name: object.metadata.name,
  object: operation === 'DELETE' ? undefined : object,
  oldObject: operation === 'DELETE' ? object : oldObject,
})
const create = (object: KubeObject, context = around()) => admit(request('CREATE', object), context)
const messageOf = (answer: AdmissionAnswer): string => (answer.allowed ? '' : answer.message)

describe('reviews that an API server sent', () => {
  it.each(recorded.map((entry) => [entry.step, entry] as const))('%s', (_, { request: { body } }) => {
    const read = readAdmissionReview(body)
    expect(read).toMatchObject({ kind: 'IPAddressPool', namespace: NS, uid: body.request.uid })
    const path = '/validate-metallb-io-v1beta1-ipaddresspool'
    const answer = answerReview(path, body, () => around())
    if (answer.status !== 200) throw new Error(answer.text)
    expect(answer.body).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: body.request.uid, allowed: true },
    })
    // The same pool, when another has its addresses already, is refused in the shape that the server hands on to its client.
    const refused = answerReview(path, body, () => around(pool('other', ['192.0.2.128/25'])))
    if (refused.status !== 200) throw new Error(refused.text)
    if (body.request.operation === 'CREATE')
      expect(refused.body['response']).toMatchObject({
        allowed: false,
        status: {
          code: 422,
          reason: 'Invalid',
          details: {
            group: 'metallb.io',
            kind: 'IPAddressPool',
            causes: [
              {
                reason: 'FieldValueInvalid',
                field: 'spec.addresses[0]',
                message: expect.stringContaining('(V106)') as string,
              },
            ],
          },
        },
      })
  })
})

describe('answerReview', () => {
  it('says what is wrong with what is no review, and waits for the configuration', () => {
    expect(answerReview('/nowhere', {}, () => around())).toMatchObject({ status: 404 })
    expect(answerReview('/convert', { kind: 'AdmissionReview' }, () => around())).toMatchObject({
      status: 400,
    })
    const path = '/validate-metallb-io-v1beta2-bgppeer'
    expect(answerReview(path, null, () => around())).toMatchObject({ status: 400 })
    const review = {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: { uid: 'u', operation: 'CREATE' },
    }
    expect(answerReview(path, review, () => undefined)).toMatchObject({ status: 503 })
  })

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('/convert', '/validate-metallb-io-v1beta1-ipaddresspool'),
        fc.json(),
        (path, text) => {
          answerReview(path, JSON.parse(text), () => around(pool('a', ['192.0.2.0/24'])))
          const inside = {
            apiVersion: 'admission.k8s.io/v1',
            kind: 'AdmissionReview',
            request: JSON.parse(text) as Json,
          }
          answerReview(path, inside, () => around())
          const object = { ...pool('x', []), spec: JSON.parse(text) as Json }
          admit(request('CREATE', object), around())
        },
      ),
    )
  })
})

describe('admission', () => {
  it('refuses objects in other namespaces, with MetalLB’s words', () => {
    expect(messageOf(create(pool('a', ['192.0.2.0/24'], 'default')))).toBe(
      `resource must be created in ${NS} namespace; what is in default would be read by nobody`,
    )
  })

  it('refuses overlapping pools, and names both', () => {
    const answer = create(pool('a', ['192.0.2.0/24']), around(pool('b', ['192.0.2.10-192.0.2.20'])))
    expect(messageOf(answer)).toMatch(/V106/)
    expect(messageOf(answer)).toContain('"b"')
  })

  it.each([
    ['a pool without addresses', pool('a', []), /V101/],
    ['a range that is none', pool('a', ['192.0.2.9-192.0.2.1']), /V104/],
    ['a peer without address', peer('p', { peerAddress: undefined }), /V205/],
    ['hold time', peer('p', { holdTime: '1s' }), /V210/],
    [
      'a peer that MetalLB does not look at because of disableMP',
      peer('p', { disableMP: true, holdTime: '1s' }),
      /V210/,
    ],
    ['communities', make('Community', 'c', { communities: [{ name: 'x', value: '1:2:3' }] }), /V401/],
    ['aggregation', make('BGPAdvertisement', 'a', { aggregationLength: 33 }), /V601/],
    ['a list with a name twice', make('L2Advertisement', 'a', { ipAddressPools: ['x', 'x'] }), /V501/],
  ])('refuses %s', (_, object, message) => expect(messageOf(create(object))).toMatch(message))

  it.each([
    ['BFD profile that may come next', peer('p', { bfdProfile: 'fast' }), /V802/],
    ['both ways to give a password', peer('p', { password: 'x', passwordSecret: { name: 's' } }), /V213/],
    ['pool that may come next', make('L2Advertisement', 'a', { ipAddressPools: ['lan'] }), /V502/],
    ['community alias that may come next', make('BGPAdvertisement', 'a', { communities: ['vip'] }), /V610/],
  ])('warns of a %s, and lets it pass', (_, object, code) => {
    const answer = create(object, around(pool('other', ['198.51.100.0/24'])))
    expect(messageOf(answer)).toBe('')
    expect(answer.warnings.join('\n')).toMatch(code)
    expect(answer.warnings.join('\n')).not.toContain('"x"')
  })

  it('refuses an advertisement that puts more together than the pool has, as MetalLB’s webhook does', () => {
    const wide = make('BGPAdvertisement', 'a', { aggregationLength: 24, ipAddressPools: ['lan'] })
    expect(messageOf(create(wide, around(pool('lan', ['192.0.2.0/28']))))).toMatch(/V603/)
    expect(create(wide, around(pool('lan', ['192.0.2.0/24']))).allowed).toBe(true)
  })

  it('warns when a change harms an object of another kind', () => {
    const advertisement = make('BGPAdvertisement', 'wide', { aggregationLength: 24, ipAddressPools: ['lan'] })
    const [old, shrunk] = [pool('lan', ['192.0.2.0/24']), pool('lan', ['192.0.2.0/28'])]
    const answer = admit(request('UPDATE', shrunk, old), around(old, advertisement))
    expect(answer.allowed).toBe(true)
    expect(answer.warnings.join('\n')).toMatch(/V603: BGPAdvertisement wide: /)
  })

  it('does not blame a change for what was wrong elsewhere before', () => {
    const context = around(pool('a', ['192.0.2.0/24']), pool('b', ['192.0.2.0/24']))
    const answer = create(pool('c', ['198.51.100.0/24']), context)
    expect(answer.allowed).toBe(true)
    expect(answer.warnings.join('\n')).not.toContain('V106')
  })

  it('lets an invalid object be touched when its spec stays', () => {
    const bad = pool('a', ['nonsense'])
    const labelled = { ...bad, metadata: { ...bad.metadata, labels: { a: 'b' } } }
    const answer = admit(request('UPDATE', labelled, bad), around(bad))
    expect(answer.allowed).toBe(true)
    expect(answer.warnings.length).toBeGreaterThan(0)
    expect(admit(request('UPDATE', pool('a', ['worse'], NS), bad), around(bad)).allowed).toBe(false)
    expect(admit(request('UPDATE', pool('a', ['192.0.2.0/24'], NS), bad), around(bad)).allowed).toBe(true)
  })

  it('refuses to delete a BFD profile in use, and nothing else', () => {
    const profile = make('BFDProfile', 'fast', {})
    const used = around(profile, peer('p', { bfdProfile: 'fast' }))
    expect(messageOf(admit(request('DELETE', profile), used))).toBe(
      'failed to delete BFDProfile fast, used by BGPPeer p. Take "bfdProfile" off there first.',
    )
    const twice = around(profile, peer('p', { bfdProfile: 'fast' }), peer('q', { bfdProfile: 'fast' }))
    expect(messageOf(admit(request('DELETE', profile), twice))).toContain('used by BGPPeer p, q.')
    expect(admit(request('DELETE', profile), around(profile, peer('p'))).allowed).toBe(true)
    expect(admit(request('DELETE', pool('a', ['192.0.2.0/24'])), used).allowed).toBe(true)
  })

  it('bounds its warnings as the API server does', () => {
    const many = Array.from({ length: 40 }, (_, i) => `missing-${i}-${'x'.repeat(60)}`)
    const advertisement = make('BGPAdvertisement', 'a', {
      ipAddressPools: many,
      peers: many,
      communities: many,
    })
    const { warnings } = create(advertisement, around(pool('lan', ['192.0.2.0/24'])))
    expect(warnings.length).toBeLessThanOrEqual(12)
    for (const warning of warnings) expect(warning.length).toBeLessThanOrEqual(256)
  })
})

const conversion = (objects: readonly unknown[], version: string) => {
  const answer = convert({
    apiVersion: 'apiextensions.k8s.io/v1',
    uid: 'u',
    desiredApiVersion: `metallb.io/${version}`,
    objects: objects as JsonObject[],
  })
  if (!answer.ok) throw new Error(answer.message)
  return answer.objects
}

describe('conversion of BGPPeers', () => {
  const selector = fc.record({ matchLabels: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string()) })
  const newSpec = fc.record(
    {
      myASN: fc.nat(),
      peerASN: fc.integer({ min: 1 }),
      peerAddress: fc.ipV4(),
      dynamicASN: fc.constantFrom('internal', 'external'),
      interface: fc.string({ minLength: 1 }),
      peerPort: fc.integer({ min: 1, max: 16384 }),
      connectTime: fc.constant('5s'),
      holdTime: fc.constantFrom('0s', '90s'),
      passwordSecret: fc.record({ name: fc.string() }),
      nodeSelectors: fc.array(selector),
      ebgpMultiHop: fc.boolean(),
      vrf: fc.string(),
      localASN: fc.nat(),
    },
    { requiredKeys: ['myASN'] },
  )

  it('lose nothing on the way to v1beta1 and back', () => {
    fc.assert(
      fc.property(
        newSpec,
        fc.option(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string())),
        (spec, annotations) => {
          const metadata = {
            name: 'p',
            namespace: NS,
            uid: '1',
            ...(annotations === null || Object.keys(annotations).length === 0 ? {} : { annotations }),
          }
          const object = { apiVersion: 'metallb.io/v1beta2', kind: 'BGPPeer', metadata, spec }
          const [old] = conversion([object], 'v1beta1')
          expect(Object.keys((old as { spec: object }).spec)).not.toContain('vrf')
          expect(conversion([old], 'v1beta2')[0]).toEqual(object)
        },
      ),
    )
  })

  it('leave unset timers unset: MetalLB makes them 0s, which switches keepalives off', () => {
    const old = {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'BGPPeer',
      metadata: { name: 'p' },
      spec: { myASN: 1, peerASN: 2, peerAddress: '192.0.2.1', peerPort: 0 },
    }
    expect(conversion([old], 'v1beta2')[0]).toEqual({
      ...old,
      apiVersion: 'metallb.io/v1beta2',
      spec: { myASN: 1, peerASN: 2, peerAddress: '192.0.2.1' },
    })
  })

  it('keep what was changed in v1beta1 meanwhile, and take no known field from the annotation', () => {
    const [old] = conversion([peer('p', { vrf: 'red' })], 'v1beta1') as [KubeObject]
    const edited = { ...old, spec: { ...(old['spec'] as object), holdTime: '30s' } }
    expect(conversion([edited], 'v1beta2')[0]).toMatchObject({ spec: { holdTime: '30s', vrf: 'red' } })
    const forged = {
      ...old,
      metadata: {
        name: 'p',
        annotations: { [NEWER_FIELDS_ANNOTATION]: '{"password":"x","vrf":"blue","evil":1}' },
      },
    }
    const [taken] = conversion([forged], 'v1beta2') as [KubeObject]
    expect(taken['spec']).toMatchObject({ vrf: 'blue' })
    expect(taken['spec']).not.toHaveProperty('evil')
    expect(taken['spec']).not.toHaveProperty('password')
    const broken = { ...old, metadata: { name: 'p', annotations: { [NEWER_FIELDS_ANNOTATION]: '{' } } }
    expect(conversion([broken], 'v1beta2')).toHaveLength(1)
  })

  it('fail as a whole for what is no BGPPeer', () => {
    expect(() => conversion([peer('p'), pool('a', [])], 'v1beta1')).toThrow(
      /IPAddressPool of metallb.io\/v1beta1 cannot be converted/,
    )
    const review = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'ConversionReview',
      request: { uid: 'u', desiredAPIVersion: 'metallb.io/v1beta1', objects: [pool('a', [])] },
    }
    expect(answerReview('/convert', review, () => undefined)).toMatchObject({
      body: { response: { uid: 'u', convertedObjects: [], result: { status: 'Failure' } } },
    })
  })
})
