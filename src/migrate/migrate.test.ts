import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { renderObjectsYaml } from '../terminal/migration/objects.ts'
import { codesOf, migrateText, objectsOf, pointedAt } from './testing/migrate-text.ts'

const tutorial = (name: string) =>
  readFileSync(new URL(`../../demo/legacy/${name}.yaml`, import.meta.url), 'utf8')
const pool = (lines: string) => `address-pools:\n- name: lan\n${lines.replaceAll(/^/gm, '  ')}\n`
const errors = (text: string, options = {}) =>
  codesOf(migrateText(text, options).diagnostics).filter((d) => d.startsWith('error'))
const specs = (text: string, options = {}) =>
  objectsOf(migrateText(text, options)).map((o) => ({
    kind: o.kind,
    name: o.metadata.name,
    ...(o['spec'] as object),
  }))

describe('the configurations of the public tutorials', () => {
  it('v0.2.1: cidr, advertisements, one peer', () => {
    const result = migrateText(tutorial('v0.2-bgp'))
    expect(renderObjectsYaml(result.planned)).toBe(`# the router of the rack
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata:
  name: peer-10-0-0-1
  namespace: metallb-system
spec:
  myASN: 42
  peerASN: 100
  peerAddress: 10.0.0.1
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: my-ip-space
  namespace: metallb-system
spec:
  addresses:
  - 198.51.100.0/24
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata:
  name: my-ip-space
  namespace: metallb-system
spec:
  ipAddressPools:
  - my-ip-space
`)
  })

  it('v0.7.3 layer 2: the range as it is', () => {
    expect(specs(tutorial('v0.7-layer2'))).toEqual([
      { kind: 'IPAddressPool', name: 'default', addresses: ['192.168.143.230-192.168.143.250'] },
      { kind: 'L2Advertisement', name: 'default', ipAddressPools: ['default'] },
    ])
  })

  it('v0.7.3 BGP: the implicit advertisement is written out', () => {
    expect(specs(tutorial('v0.7-bgp')).at(-1)).toEqual({
      kind: 'BGPAdvertisement',
      name: 'default',
      ipAddressPools: ['default'],
    })
  })

  it('two pools: equal advertisements become one', () => {
    expect(specs(tutorial('two-pools-bgp'))).toEqual([
      { kind: 'BGPPeer', name: 'peer-172-22-35-1', myASN: 64636, peerASN: 64635, peerAddress: '172.22.35.1' },
      { kind: 'IPAddressPool', name: 'internal', addresses: ['172.22.35.64/26'] },
      { kind: 'IPAddressPool', name: 'public', addresses: ['200.1.154.64/26'], autoAssign: false },
      { kind: 'BGPAdvertisement', name: 'bgp', ipAddressPools: ['internal', 'public'], localPref: 100 },
    ])
  })

  it('v0.9 layer 2: a whole block', () => {
    expect(specs(tutorial('v0.9-layer2'))[0]).toEqual({
      kind: 'IPAddressPool',
      name: 'default',
      addresses: ['10.0.42.0/24'],
    })
  })
})

describe('protocols', () => {
  it.each(['l2', 'Layer2', 'LAYER2', 'layer-2'])(
    'takes the misspelling %s for layer2, and says so',
    (spelling) => {
      const result = migrateText(pool(`protocol: ${spelling}\naddresses: [10.0.0.0/24]`))
      expect(objectsOf(result).map((o) => o.kind)).toEqual(['IPAddressPool', 'L2Advertisement'])
      expect(codesOf(result.diagnostics)).toContain('warning M015 in.yaml:3:13')
    },
  )
  it('refuses what is no protocol', () =>
    expect(errors(pool('protocol: ospf\naddresses: [10.0.0.0/24]'))).toEqual(['error M015 in.yaml:3:13']))
  it('refuses advertisements in a layer 2 pool', () =>
    expect(
      errors(pool('protocol: layer2\naddresses: [10.0.0.0/24]\nbgp-advertisements: [{localpref: 1}]')),
    ).toEqual(['error M018 in.yaml:5:3']))
})

describe('pools of v0.1 and v0.2 without advertisements', () => {
  const silent = pool('cidr: [10.0.0.0/24]')
  it('are asked about, not guessed', () => {
    const result = migrateText(silent)
    expect(codesOf(result.diagnostics)).toEqual(['error M013 in.yaml:2:3'])
    expect(result.diagnostics[0]?.hint).toContain('--assume-version 0.2')
    expect(result.planned).toEqual([])
  })
  it('stay unannounced with --assume-version 0.2', () => {
    const result = migrateText(silent, { assumeVersion: 2 })
    expect(objectsOf(result).map((o) => o.kind)).toEqual(['IPAddressPool'])
    expect(codesOf(result.diagnostics)).toContain('warning M051 in.yaml:2:3')
  })
  it('are an error from v0.3 on', () =>
    expect(errors(silent, { assumeVersion: 4 })).toContain('error M012 in.yaml:2:3'))
})

describe('arp-network (v0.3, v0.4)', () => {
  const addresses = (lines: string, options = {}) => specs(pool(`protocol: arp\n${lines}`), options)[0]
  it('cuts its first and last address out', () => {
    expect(addresses('cidr: [192.168.1.240/28, 192.168.1.0/30]\narp-network: 192.168.1.0/24')).toMatchObject({
      addresses: ['192.168.1.240-192.168.1.254', '192.168.1.1-192.168.1.3'],
    })
  })
  it('is the /24 of the first block when it is not there', () => {
    expect(addresses('cidr: [10.1.2.0/24]')).toMatchObject({ addresses: ['10.1.2.1-10.1.2.254'] })
  })
  it('leaves blocks alone that do not touch its ends', () => {
    expect(addresses('cidr: [192.168.1.32/28]\narp-network: 192.168.1.0/24')).toMatchObject({
      addresses: ['192.168.1.32/28'],
    })
  })
  it('was ignored by v0.5', () => {
    expect(addresses('cidr: [10.1.2.0/24]', { assumeVersion: 5 })).toMatchObject({
      addresses: ['10.1.2.0/24'],
    })
  })
  it('must hold every block', () =>
    expect(errors(pool('protocol: arp\ncidr: [10.1.2.0/24]\narp-network: 10.1.2.0/25'))).toEqual([
      'error M019 in.yaml:4:10',
    ]))
})

describe('peers', () => {
  const peer = (lines: string) =>
    `peers:\n- {peer-address: 10.0.0.1, my-asn: 64500, peer-asn: 64501, ${lines}}\n`
  const spec = (lines: string, options = {}) =>
    specs(peer(lines), options).find((o) => o.kind === 'BGPPeer') as Record<string, unknown>

  it('leave timers unset that were not set', () => {
    expect(Object.keys(spec('peer-port: 179'))).toEqual(['kind', 'name', 'myASN', 'peerASN', 'peerAddress'])
  })
  it('keep their hold time in Go form, whole seconds', () => {
    expect(spec('hold-time: 120s')['holdTime']).toBe('2m0s')
    expect(spec('hold-time: 90500ms')['holdTime']).toBe('1m30s')
    expect(spec('hold-time: 0s')['holdTime']).toBe('0s')
  })
  it('take a hold time without unit for seconds, and say so', () => {
    const result = migrateText(peer('hold-time: 120'))
    expect(objectsOf(result)[0]?.['spec']).toMatchObject({ holdTime: '2m0s' })
    expect(codesOf(result.diagnostics)).toContainEqual(expect.stringContaining('warning M016'))
  })
  it('get the hold time written out beside a keepalive time alone', () => {
    expect(spec('keepalive-time: 10s')).toMatchObject({ holdTime: '1m30s', keepaliveTime: '10s' })
  })
  it.each([
    'hold-time: 2s',
    'hold-time: abc',
    'hold-time: 9s, keepalive-time: 10s',
    'keepalive-time: 91s',
    'my-asn2: 1',
    'peer-port: 70000',
    'bfd-profile: nope',
  ])('refuse %s', (lines) => expect(errors(peer(lines)).length).toBe(1))
  it('refuse ports that the custom resource cannot hold', () =>
    expect(errors(peer('peer-port: 20000')).length).toBe(1))

  it('put passwords into Secrets and never into messages', () => {
    const result = migrateText(peer('password: s3cret'))
    expect(objectsOf(result)).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'peer-10-0-0-1-password', namespace: 'metallb-system' },
        type: 'kubernetes.io/basic-auth',
        data: { password: 'czNjcmV0' },
      },
      expect.objectContaining({
        kind: 'BGPPeer',
        spec: expect.objectContaining({ passwordSecret: { name: 'peer-10-0-0-1-password' } }),
      }),
    ])
    expect(result.diagnostics.map((d) => `${d.message}${d.hint}`).join()).not.toContain('s3cret')
    expect(spec('password: s3cret', { inlinePasswords: true })).toMatchObject({ password: 's3cret' })
  })
  it('keep a numeric password as it is written', () =>
    expect(spec('password: 0123', { inlinePasswords: true })['password']).toBe('0123'))

  it('keep node selectors', () => {
    expect(
      spec(
        'node-selectors: [{match-labels: {rack: a}, match-expressions: [{key: x, operator: In, values: [y]}]}, {}]',
      )['nodeSelectors'],
    ).toEqual([
      { matchLabels: { rack: 'a' }, matchExpressions: [{ key: 'x', operator: 'In', values: ['y'] }] },
      {},
    ])
  })
  it('that are equal are merged; others to the same address get a name of their own', () => {
    const text =
      'peers:\n- {peer-address: 10.0.0.1, my-asn: 1, peer-asn: 2}\n- {peer-address: 10.0.0.1, my-asn: 1, peer-asn: 2}\n- {peer-address: 10.0.0.1, my-asn: 1, peer-asn: 2, peer-port: 1179}\n'
    expect(specs(text).map((o) => o.name)).toEqual(['peer-10-0-0-1', 'peer-10-0-0-1-1179'])
  })
  it('are numbered with --names=legacy', () => {
    const text = `${peer('peer-port: 179')}address-pools:\n- {name: a, protocol: bgp, addresses: [10.0.0.0/24]}\n- {name: b, protocol: layer2, addresses: [10.0.1.0/24]}\n`
    expect(specs(text, { names: 'legacy' }).map((o) => o.name)).toEqual([
      'peer1',
      'a',
      'b',
      'bgpadvertisement1',
      'l2advertisement1',
    ])
  })
})

describe('names', () => {
  const three =
    '- {name: My_Pool, protocol: layer2, addresses: [10.0.0.0/24]}\n- {name: my-pool, protocol: layer2, addresses: [10.0.1.0/24]}\n- {name: "--", protocol: layer2, addresses: [10.0.2.0/24]}\n'
  it('that Kubernetes allows stay; others step aside and are reported', () => {
    const result = migrateText(`address-pools:\n${three}`)
    expect(
      objectsOf(result)
        .slice(0, 3)
        .map((o) => o.metadata.name),
    ).toEqual(['my-pool-2', 'my-pool', 'pool-3'])
    expect(codesOf(result.diagnostics).filter((d) => d.includes('M02'))).toEqual([
      'warning M022 in.yaml:2:10',
      'warning M021 in.yaml:4:11',
    ])
  })
})

describe('nothing is dropped in silence', () => {
  it('an unknown key is an error with the nearest known one', () => {
    const result = migrateText(pool('protocol: layer2\nadresses: [10.0.0.0/24]\naddresses: [10.0.0.0/24]'))
    expect(codesOf(result.diagnostics)).toContain('error M010 in.yaml:4:3')
    expect(result.diagnostics.find((d) => d.code === 'M010')?.message).toContain('Did you mean "addresses"?')
  })
  it('a key that every JavaScript object has is as unknown as any other', () => {
    const result = migrateText('bgp-communities: {}\nconstructor: []\n__proto__: 1\n')
    expect(codesOf(result.diagnostics)).toEqual(['error M010 in.yaml:2:1', 'error M010 in.yaml:3:1'])
    for (const { message, hint } of result.diagnostics) expect(`${message}${hint}`).not.toContain('function')
  })
  it('--lenient leaves it out with a warning', () => {
    const result = migrateText(pool('protocol: layer2\nfoo: 1\naddresses: [10.0.0.0/24]'), { lenient: true })
    expect(codesOf(result.diagnostics)).toContain('warning M010 in.yaml:4:3')
    expect(objectsOf(result)).toHaveLength(2)
  })
  it.each([
    ['address-pools:\n- name: a\n  protocol: layer2\n  addresses: [155.101.6.XXX/24]\n', 'V007'],
    ['address-pools:\n- name: a\n  protocol: layer2\n  addresses: ["${RANGE}"]\n', 'V007'],
    ['address-pools:\n- name: a\n  protocol: layer2\n  addresses: {{ .Values.range }}\n', 'V007'],
    ['peers:\n- {my-asn: "${ASN}", peer-asn: 1, peer-address: 10.0.0.1}\n', 'V007'],
    ['peers:\n- {my-asn: 2, peer-asn: 1, peer-address: 10.0.0.1, password: "${BGP_PASSWORD}"}\n', 'V007'],
    [
      'address-pools:\n- name: default\nprotocol: layer2\naddresses:\n- 192.168.1.240-192.168.1.250\n',
      'V005',
    ],
    [
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\nnamespace: metallb-system\nname: config\ndata:\nconfig: |\naddress-pools:\n- name: default\nprotocol: layer2\n',
      'V005',
    ],
    ['address-pools:\n- name: a\n\tprotocol: layer2\n', 'V004'],
    ['address-pools: [a\n', 'V003'],
    ['peers: []\npeers: []\n', 'V006'],
    ['- a\n- b\n', 'M002'],
    ['just text\n', 'M002'],
    ['foo: bar\n', 'M002'],
    ['address-pools: {a: b}\n', 'M011'],
  ])('%j is %s', (text, code) => {
    const result = migrateText(text)
    expect(result.diagnostics.filter((d) => d.severity === 'error').map((d) => d.code)).toEqual([code])
    expect(result.diagnostics[0]?.at).toBeDefined()
    expect(result.planned).toEqual([])
  })
  it('overlapping pools are refused at the legacy text', () => {
    const text =
      'address-pools:\n- {name: a, protocol: layer2, addresses: [10.0.0.0/24]}\n- {name: b, protocol: layer2, addresses: [10.0.0.128/25]}\n'
    const [error] = migrateText(text).diagnostics.filter((d) => d.severity === 'error')
    expect(error && pointedAt(error)).toBe('10.0.0.128/25')
  })
  it('keys that no release knew together are reported', () => {
    const text = `peers:\n- {peer-address: 10.0.0.1, my-asn: 1, peer-asn: 2, password: x}\n${pool('protocol: bgp\ncidr: [10.0.0.0/24]')}`
    expect(codesOf(migrateText(text).diagnostics)).toContain('warning M026 in.yaml:6:3')
  })
  it('keys that the assumed release ignored are left out, those that it refused are errors', () => {
    const text = `peers:\n- {peer-address: 10.0.0.1, my-asn: 1, peer-asn: 2, password: x}\n${pool('protocol: bgp\ncidr: [10.0.0.0/24]')}`
    const old = migrateText(text, { assumeVersion: 3 })
    expect(codesOf(old.diagnostics)).toContainEqual(expect.stringContaining('warning M014'))
    expect(objectsOf(old).map((o) => o.kind)).not.toContain('Secret')
    expect(errors(text, { assumeVersion: 9 })).toContainEqual(expect.stringContaining('error M014'))
  })
})

describe('advertisements', () => {
  const bgp = (adverts: string) =>
    pool(`protocol: bgp\naddresses: [10.0.0.0/24]\nbgp-advertisements:\n${adverts}`)
  it('keep what differs from the default only, unless everything is to be explicit', () => {
    const text = bgp('- {aggregation-length: 32, aggregation-length-v6: 128, localpref: 0}')
    expect(specs(text).at(-1)).toEqual({ kind: 'BGPAdvertisement', name: 'lan', ipAddressPools: ['lan'] })
    expect(specs(text, { explicit: true }).at(-1)).toMatchObject({
      aggregationLength: 32,
      aggregationLengthV6: 128,
    })
  })
  it('of one pool are told apart by what they do', () => {
    expect(
      specs(
        bgp(
          '- {}\n- {aggregation-length: 24}\n- {aggregation-length: 24, aggregation-length-v6: 64}\n- {communities: ["1:2"]}',
        ),
      )
        .slice(1)
        .map((o) => o.name),
    ).toEqual(['lan', 'lan-24', 'lan-24-v6-64', 'lan-2'])
  })
  it('refuse communities that are neither alias nor number, and aggregation wider than the pool', () => {
    expect(errors(bgp('- {communities: [nope]}'))).toEqual(['error M023 in.yaml:6:20'])
    expect(errors(bgp('- {aggregation-length: 16}'))).toHaveLength(1)
  })
  it('name aliases, which become one Community object sorted by alias', () => {
    const text = `bgp-communities: {b: "65535:65281", a: "64512:1"}\n${bgp('- {communities: [a, b]}')}`
    expect(specs(text)[0]).toEqual({
      kind: 'Community',
      name: 'communities',
      communities: [
        { name: 'a', value: '64512:1' },
        { name: 'b', value: '65535:65281' },
      ],
    })
  })
})

describe('comments', () => {
  it('go where their value goes', () => {
    const text =
      'address-pools:\n# the lab\n- name: lab\n  protocol: layer2 # old switch\n  addresses:\n  # first rack\n  - 10.0.0.0/24 # mind the printer\n'
    const yaml = renderObjectsYaml(migrateText(text).planned)
    expect(yaml).toContain('# the lab\napiVersion: metallb.io/v1beta1\nkind: IPAddressPool')
    expect(yaml).toContain('  # first rack\n  - 10.0.0.0/24 # mind the printer\n')
    expect(yaml.match(/the lab/g)).toHaveLength(1)
  })
  it('stay with the pool in which they end a list', () => {
    const text =
      'address-pools:\n- name: a\n  protocol: layer2\n  addresses:\n  - 10.0.0.0/24\n  # - 10.9.0.0/24\n# the second\n- name: b\n  protocol: layer2\n  addresses: [10.0.1.0/24]\n'
    const yaml = renderObjectsYaml(migrateText(text).planned)
    expect(yaml).toContain('---\n# the second\napiVersion: metallb.io/v1beta1\nkind: IPAddressPool')
    expect(yaml).not.toContain('10.9.0.0')
  })
  it('of a list go above the list', () => {
    const text =
      'address-pools:\n- name: a\n  protocol: layer2\n  # by the city\n  addresses: # of 2019\n  - 10.0.0.0/24\n'
    expect(renderObjectsYaml(migrateText(text).planned)).toContain(
      'spec:\n  # by the city\n  # of 2019\n  addresses:\n  - 10.0.0.0/24\n',
    )
  })
})
