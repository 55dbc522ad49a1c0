import { describe, expect, it } from 'vitest'
import { renderObjectsYaml } from '../terminal/migration/objects.ts'
import { codesOf, migrateText, objectsOf } from './testing/migrate-text.ts'

const PAYLOAD = 'address-pools:\n- name: lan\n  protocol: layer2\n  addresses:\n  - 10.0.0.0/24\n'
const indent = (by: number) => PAYLOAD.replaceAll(/^(?=.)/gm, ' '.repeat(by))
const configMap = (namespace: string, key = 'config') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: any\n  namespace: ${namespace}\ndata:\n  ${key}: |\n${indent(4)}`

/** Namespace of the pool, and where a wrong key in the payload would be reported. */
const found = (text: string) =>
  objectsOf(migrateText(text)).map((o) => `${o.kind} ${o.metadata.namespace}/${o.metadata.name}`)
const LAN = (namespace: string) => [`IPAddressPool ${namespace}/lan`, `L2Advertisement ${namespace}/lan`]

describe('a legacy configuration is found in', () => {
  it('a ConfigMap, with its namespace', () => expect(found(configMap('lb'))).toEqual(LAN('lb')))
  it('a ConfigMap under another key', () =>
    expect(found(configMap('kube-system', 'config.yaml'))).toEqual(LAN('kube-system')))
  it('its bare payload', () => expect(found(PAYLOAD)).toEqual(LAN('metallb-system')))
  it('a ConfigMap as kubectl prints it as JSON', () => {
    const json = JSON.stringify(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace: 'x', name: 'c', annotations: {} },
        data: { config: PAYLOAD },
      },
      null,
      2,
    )
    expect(found(json)).toEqual(LAN('x'))
  })
  it('a List', () => {
    expect(
      found(
        `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c, namespace: y}\n  data:\n    config: |\n${indent(6)}`,
      ),
    ).toEqual(LAN('y'))
  })
  it('several documents', () => {
    expect(found(`${configMap('a')}---\n${configMap('b').replace('10.0.0.0', '10.0.1.0')}`)).toEqual([
      'IPAddressPool a/lan',
      'IPAddressPool b/lan',
      'L2Advertisement a/lan',
      'L2Advertisement b/lan',
    ])
  })
  it('Helm values, as a map or as text, at any depth', () => {
    expect(found(`configInline:\n${indent(2)}`)).toEqual(LAN('metallb-system'))
    expect(found(`a:\n- metallb:\n    configInline:\n${indent(6)}`)).toEqual(LAN('metallb-system'))
    expect(found(`configInline: |\n${indent(2)}`)).toEqual(LAN('metallb-system'))
  })
  it('a HelmRelease, an Argo Application, a HelmChart, with the namespace of the release', () => {
    expect(
      found(
        `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: m, namespace: flux}\nspec:\n  targetNamespace: lb\n  values:\n    configInline:\n${indent(6)}`,
      ),
    ).toEqual(LAN('lb'))
    expect(
      found(
        `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: m, namespace: argo}\nspec:\n  destination: {namespace: lb2}\n  source:\n    helm:\n      values: |\n        configInline:\n${indent(10)}`,
      ),
    ).toEqual(LAN('lb2'))
    expect(
      found(
        `apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: m, namespace: kube-system}\nspec:\n  targetNamespace: lb3\n  valuesContent: |-\n    configInline:\n${indent(6)}`,
      ),
    ).toEqual(LAN('lb3'))
  })
  it('a ConfigMap whose values.yaml key holds Helm values', () => {
    expect(
      found(
        `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v}\ndata:\n  values.yaml: |\n    metallb:\n      configInline:\n${indent(8)}`,
      ),
    ).toEqual(LAN('metallb-system'))
  })
  it('a misspelt configInLine, with a warning', () => {
    const result = migrateText(`configInLine:\n${indent(2)}`)
    expect(codesOf(result.diagnostics)).toContain('warning M025 in.yaml:1:1')
    expect(objectsOf(result)).toHaveLength(2)
  })
})

it('places in nested texts are places in the file', () => {
  const text = `spec:\n  values: |\n    configInline:\n      address-pools:\n      - name: a\n        wrong: 1\n        protocol: layer2\n        addresses: [10.0.0.0/24]\n`
  expect(codesOf(migrateText(text).diagnostics)).toContain('error M010 in.yaml:6:9')
})

it('other objects are left out with a note', () => {
  const result = migrateText(
    `${configMap('a')}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n`,
  )
  expect(codesOf(result.diagnostics)).toContain('info M002 in.yaml:14:1')
})

it('an input without anything of ours is an error', () => {
  expect(
    codesOf(migrateText('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\n').diagnostics),
  ).toContainEqual(expect.stringContaining('error M001'))
})

describe('custom resources of the 0.13 era', () => {
  it('an AddressPool becomes a pool and its advertisement', () => {
    const text = `apiVersion: metallb.io/v1alpha1
kind: AddressPool
metadata: {name: old, namespace: lb, labels: {zone: a}, uid: 1, resourceVersion: "5"}
spec:
  protocol: bgp
  addresses: [10.0.0.0/24]
  autoAssign: false
  bgpAdvertisements:
  - {aggregationLength: 28, localPref: 3, communities: ["64512:1"]}
`
    expect(objectsOf(migrateText(text))).toEqual([
      {
        apiVersion: 'metallb.io/v1beta1',
        kind: 'IPAddressPool',
        metadata: { name: 'old', namespace: 'lb', labels: { zone: 'a' } },
        spec: { addresses: ['10.0.0.0/24'], autoAssign: false },
      },
      {
        apiVersion: 'metallb.io/v1beta1',
        kind: 'BGPAdvertisement',
        metadata: { name: 'old', namespace: 'lb' },
        spec: { ipAddressPools: ['old'], aggregationLength: 28, localPref: 3, communities: ['64512:1'] },
      },
    ])
  })
  it('a BGPPeer v1beta1 becomes v1beta2: unset timers stay unset, its password goes into a Secret', () => {
    const text =
      'apiVersion: metallb.io/v1beta1\nkind: BGPPeer\nmetadata: {name: r1, namespace: lb}\nspec: {myASN: 1, peerASN: 2, peerAddress: 10.0.0.1, password: x}\n'
    const [secret, peer] = objectsOf(migrateText(text))
    expect(secret).toMatchObject({ kind: 'Secret', metadata: { name: 'r1-password', namespace: 'lb' } })
    expect(peer).toEqual({
      apiVersion: 'metallb.io/v1beta2',
      kind: 'BGPPeer',
      metadata: { name: 'r1', namespace: 'lb' },
      spec: { myASN: 1, peerASN: 2, peerAddress: '10.0.0.1', passwordSecret: { name: 'r1-password' } },
    })
  })
})

it('migrating twice changes nothing, comments included', () => {
  const legacy = `peers:\n# router\n- {peer-address: 10.0.0.1, my-asn: 1, peer-asn: 2, password: "a: b"} # one\nbgp-communities: {x: "64512:1"}\naddress-pools:\n# pool\n- name: lan\n  protocol: bgp # announced\n  addresses:\n  # a range\n  - 10.0.0.0/24\n  bgp-advertisements:\n  - communities: [x]\n`
  const once = renderObjectsYaml(migrateText(legacy).planned)
  expect(renderObjectsYaml(migrateText(once).planned)).toBe(once)
})

describe('what is not ours is in the way only when it stands alone', () => {
  const beside = `${configMap('a')}---\nreplicaCount: 2\n---\n- x\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ini}\ndata:\n  config: |\n    [section]\n    foo = bar: {baz\n`
  it('beside a configuration it is left out with a warning', () => {
    const result = migrateText(beside)
    expect(objectsOf(result)).toHaveLength(2)
    expect(result.diagnostics.filter((d) => d.code === 'M002').map((d) => d.severity)).toEqual([
      'warning',
      'warning',
      'info',
    ])
  })
  it('a misspelt key makes it ours', () => {
    expect(codesOf(migrateText('adress-pools: []\n').diagnostics)).toEqual(
      ['error M010 in.yaml:1:1', expect.stringContaining('M001')].slice(0, 1),
    )
  })
})

it('a port of 0 in a BGPPeer v1beta1 means none', () => {
  const text =
    'apiVersion: metallb.io/v1beta1\nkind: BGPPeer\nmetadata: {name: r, namespace: lb}\nspec: {myASN: 1, peerASN: 2, peerAddress: 10.0.0.1, peerPort: 0}\n'
  expect(objectsOf(migrateText(text))[0]?.['spec']).toEqual({ myASN: 1, peerASN: 2, peerAddress: '10.0.0.1' })
})
