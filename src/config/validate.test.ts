import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readObjects } from './objects/read-objects.ts'
import { RULES } from './rules/registry.ts'
import { bgp, check, l2, peer, pool } from './rules/testing/marked.ts'
import { findKind, KINDS } from './schema/kinds.ts'
import { parseYaml } from './source/parse.ts'
import { Source } from './source/source.ts'
import { validate } from './validate.ts'

const P = 'myASN: 64512, peerASN: 64513, peerAddress: 10.0.0.1'
const codes = (text: string, options = {}) => check(text, options).map((d) => d.code)

describe('validate', () => {
  it('has nothing against a sound configuration', () => {
    expect(
      codes(pool('addresses: [192.168.1.10-192.168.1.20]', 'lan') + l2('ipAddressPools: [lan]')),
    ).toEqual([])
    const text =
      pool('addresses: [192.168.1.10-192.168.1.20]', 'lan') + peer(P) + bgp('ipAddressPools: [lan]')
    for (const mode of ['native', 'frr', 'frr-k8s', undefined] as const)
      expect(codes(text, { mode })).toEqual([])
  })
  it('says everything at once, in the order of the text', () => {
    const text =
      pool('addresses: [10.0.0.1, 10.0.0.9-10.0.0.1]') +
      peer('myASN: 0, peerAddress: x, holdTime: 1s') +
      bgp('aggregationLength: 64')
    expect(codes(text)).toEqual(['V102', 'V104', 'V202', 'V201', 'V207', 'V210', 'V601'])
  })
  it('does not follow one mistake with others', () => {
    // The pool's list is broken: it is still announced, still known by name, and nothing is said about its addresses.
    expect(codes(pool('addresses: 10.0.0.1', 'lan') + l2('ipAddressPools: [lan]'))).toEqual(['V013'])
    // The kind is misspelt: what names the pool is not blamed.
    const misspelt = pool('addresses: [10.0.0.1-10.0.0.9]', 'lan').replace('IPAddressPool', 'IPAdressPool')
    expect(codes(misspelt + l2('ipAddressPools: [lan]'))).toEqual(['V011'])
    // The field is misspelt: it is not missing as well.
    expect(
      codes(
        peer('myASN: 64512, peerAsn: 64513, peerAddress: 10.0.0.1') +
          pool('addresses: [192.168.1.10-192.168.1.20]') +
          bgp(''),
      ),
    ).toEqual(['V016'])
  })
  it('reads lists as their items', () => {
    const item =
      '{apiVersion: metallb.io/v1beta1, kind: IPAddressPool, metadata: {name: a, namespace: m}, spec: {addresses: []}}'
    expect(codes(`apiVersion: v1\nkind: List\nitems: [${item}]\n`)).toEqual(['V801', 'V101'])
    expect(codes(`apiVersion: metallb.io/v1beta1\nkind: IPAddressPoolList\nitems: [${item}]\n`)).toEqual([
      'V801',
      'V101',
    ])
  })
  it('names the object and the field', () => {
    const [d] = check(pool('addresses: [10.0.0.1]', 'lan') + l2(''))
    expect(d).toMatchObject({
      code: 'V102',
      severity: 'error',
      subject: {
        kind: 'IPAddressPool',
        namespace: 'metallb-system',
        name: 'lan',
        field: 'spec.addresses[0]',
      },
      hint: 'Write 10.0.0.1/32.',
    })
  })
  it('lowers what depends on the mode or on unknown nodes to a warning', () => {
    const two = (selectors: string) =>
      pool('addresses: [192.168.1.10-192.168.1.20]') +
      bgp('') +
      peer(`${P}, routerID: 1.1.1.1`, 'a') +
      peer(`myASN: 64512, peerASN: 64513, peerAddress: 10.0.0.2, routerID: 1.1.1.2${selectors}`, 'b')
    const severity = (text: string, mode?: 'frr') =>
      check(text, { mode }).map((d) => `${d.code} ${d.severity}`)
    expect(severity(two(''), 'frr')).toEqual(['V707 error'])
    expect(severity(two(''))).toEqual(['V707 warning'])
  })
  it('never shows a password', () => {
    const text =
      peer(`${P}, password: sesame, passwordSecret: {name: s}, keepaliveTime: [sesame]`) +
      peer(`${P}, password: {sesame: 1}`, 'b')
    const words = check(text).flatMap((d) => [
      d.message,
      d.hint ?? '',
      ...(d.related ?? []).map((r) => r.message),
    ])
    expect(words.join('\n')).not.toContain('sesame')
  })
})

describe('registry and pages', () => {
  it('has a page for each rule, which begins with its title', () => {
    for (const { code, title } of RULES.values()) {
      const page = readFileSync(new URL(`../../docs/rules/${code}.md`, import.meta.url), 'utf8')
      expect(page.split('\n')[0]).toBe(`# ${code}: ${title}`)
    }
  })
})

const name = fc.constantFrom('a', 'b', 'c', 'x-1', 'Bad', '')
const address = fc.oneof(
  fc.constantFrom(
    '10.0.0.0/24',
    '10.0.0.5-10.0.0.9',
    '10.0.0.0/8',
    'fd00::/64',
    'fd00::1-fd00::ff',
    '10.0.0.9-10.0.0.1',
    'x',
    '',
  ),
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 34 })).map(([ip, length]) => `${ip}/${length}`),
  fc.tuple(fc.ipV4(), fc.ipV4()).map(([a, b]) => `${a}-${b}`),
)
const anything = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.oneof(
      name,
      address,
      fc.integer({ min: -1, max: 70000 }),
      fc.boolean(),
      fc.constantFrom('1:2', 'large:1:2:3', '3s', '1ms'),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.array(fc.oneof(name, address, fc.constantFrom('1:2', 'large:1:2:3')), { maxLength: 4 }),
  },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.record({ matchLabels: fc.dictionary(name, name, { maxKeys: 2 }) }, { requiredKeys: [] }),
      { maxLength: 3 },
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
)
const core = fc.constantFrom('Service', 'Node', 'Secret', 'Namespace', 'ConfigMap', 'List')
const anyObject = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(...KINDS).chain((kind) => {
      const fields = Object.keys(kind.spec?.fields ?? {})
      const spec =
        fields.length === 0 ? anything : fc.dictionary(fc.constantFrom(...fields), anything, { maxKeys: 5 })
      return fc.record({
        apiVersion: fc.constant(`metallb.io/${kind.version}`),
        kind: fc.constant(kind.kind),
        metadata: fc.record(
          { name, namespace: name, labels: fc.dictionary(name, name, { maxKeys: 2 }) },
          { requiredKeys: [] },
        ),
        spec,
      })
    }),
  },
  {
    weight: 2,
    arbitrary: core.chain((kind) =>
      fc.record(
        {
          apiVersion: fc.constant('v1'),
          kind: fc.constant(kind),
          metadata: fc.record({ name }),
          spec: fc.dictionary(fc.constantFrom('type', 'clusterIPs', 'podCIDRs', 'loadBalancerIP'), anything),
          status: anything,
          items: anything,
        },
        { requiredKeys: ['apiVersion', 'kind'] },
      ),
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
)
const options = fc.record({
  mode: fc.constantFrom('native', 'frr', 'frr-k8s', undefined),
  targetVersion: fc.constantFrom('0.13.0', '0.14.9', '0.16.1', 'main', undefined),
  maxPrefixes: fc.constantFrom(1, 1000, undefined),
  namespace: fc.constantFrom('a', undefined),
}) as fc.Arbitrary<Parameters<typeof validate>[1]>

describe('for any objects', () => {
  it('does not throw, gives registered codes with places in the text, and the same answer again', () => {
    fc.assert(
      fc.property(fc.array(anyObject, { maxLength: 8 }), options, (objects, given) => {
        const text = objects.map((o) => JSON.stringify(o)).join('\n---\n')
        const source = new Source('x', text)
        const { documents } = parseYaml(source)
        const read = readObjects(documents)
        const first = validate(read.objects, given)
        for (const d of [...read.diagnostics, ...first]) {
          expect(RULES.has(d.code)).toBe(true)
          expect(d.at).toBeDefined()
          expect(d.at!.start).toBeGreaterThanOrEqual(0)
          expect(d.at!.end).toBeGreaterThanOrEqual(d.at!.start)
          expect(d.at!.end).toBeLessThanOrEqual(text.length)
          expect(d.message).not.toMatch(/\n|undefined|\[object/)
        }
        expect(validate(readObjects(parseYaml(source).documents).objects, given)).toEqual(first)
      }),
      { numRuns: 400 },
    )
  })
  it('knows every kind under its apiVersion', () => {
    for (const kind of KINDS) expect(findKind(`metallb.io/${kind.version}`, kind.kind)).toBe(kind)
  })
})
