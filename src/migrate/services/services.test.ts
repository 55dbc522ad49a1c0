import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { nodeFact, serviceFact } from '../facts.ts'
import { codesOf, migrateText } from '../testing/migrate-text.ts'
import { mergePatch } from './patches.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest()
const service = (
  name: string,
  ip: string,
  annotations: Record<string, string> = {},
  spec: Record<string, string> = {},
) =>
  serviceFact({
    metadata: { namespace: 'shop', name, annotations },
    spec: { type: 'LoadBalancer', ...spec },
    status: { loadBalancer: { ingress: ip === '' ? [] : [{ ip }] } },
  })
const node = (name: string, labels: Record<string, string> = {}) => nodeFact({ metadata: { name, labels } })

const L2 = 'address-pools:\n- {name: Lan, protocol: layer2, addresses: [10.20.30.0/24]}\n'
const BGP = `peers:
- {peer-address: 10.0.0.1, my-asn: 1, peer-asn: 2, node-selectors: [{match-labels: {rack: a}}]}
address-pools:
- {name: wan, protocol: bgp, addresses: [10.20.30.0/24], avoid-buggy-ips: true}
`
const prove = (
  text: string,
  services: ReturnType<typeof service>[],
  nodes?: ReturnType<typeof node>[],
  options = {},
) => {
  const result = migrateText(text, { sha256, ...options }, { services, ...(nodes && { nodes }) })
  return {
    codes: codesOf(result.proof?.diagnostics ?? []),
    messages: (result.proof?.diagnostics ?? []).map((d) => d.message),
    proof: result.proof,
    result,
  }
}

describe('the proof that addresses stay', () => {
  it('holds when every address is in a pool of the same protocol', () => {
    const { proof, codes } = prove(L2, [service('web', '10.20.30.1'), service('none', '')], [node('a')])
    expect(codes).toEqual([])
    expect(proof).toMatchObject({ services: 1, addresses: 1, notTested: [] })
  })
  it('names a Service whose address no pool holds', () => {
    expect(prove(L2, [service('web', '10.9.9.9')]).messages).toEqual([
      expect.stringContaining('shop/web would lose its address 10.9.9.9'),
    ])
    expect(prove(BGP, [service('web', '10.20.30.0')]).codes).toEqual(['error M040'])
    expect(prove(L2, [service('web', 'nonsense')]).codes).toEqual(['error M040'])
  })
  it('names a Service whose arp-network address was never handed out', () => {
    expect(
      prove('address-pools:\n- {name: a, protocol: arp, cidr: [10.20.30.0/24]}\n', [
        service('web', '10.20.30.255'),
      ]).codes,
    ).toEqual(['error M040'])
  })
  it('says what it could not look at', () => {
    expect(prove(L2, [service('web', '10.20.30.1')]).proof?.notTested).toEqual([
      expect.stringContaining('Nodes are not known'),
    ])
  })
  it('names the nodes that no longer announce', () => {
    const nodes = [node('cp', { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }), node('w')]
    expect(prove(L2, [service('web', '10.20.30.1')], nodes).messages).toEqual([
      expect.stringContaining('no longer be announced from cp'),
    ])
    expect(prove(L2, [service('web', '10.20.30.1')], nodes, { ignoreExcludeLabel: true }).codes).toEqual([])
    // That node never had a session, so nothing is lost.
    expect(
      prove(
        BGP,
        [service('web', '10.20.30.1')],
        [
          node('cp', { 'node.kubernetes.io/exclude-from-external-load-balancers': '' }),
          node('w', { rack: 'a' }),
        ],
      ).codes,
    ).toEqual([])
  })
  it('names a Service that moves because v0.10 elected by its name', () => {
    const nodes = [node('iris1'), node('iris2')]
    // By address iris2 wins 10.20.30.1 (af6cb4e7… before e42ad61a…); by name it depends on the Service.
    const byName = (key: string) =>
      nodes
        .map(({ name }) => name)
        .sort((a, b) => Buffer.compare(sha256(`${a}#shop/${key}`), sha256(`${b}#shop/${key}`)))[0]
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const moving = names.find((name) => byName(name) === 'iris1') ?? ''
    const staying = names.find((name) => byName(name) === 'iris2') ?? ''
    const { messages } = prove(L2, [service(moving, '10.20.30.1'), service(staying, '10.20.30.1')], nodes, {
      assumeVersion: 9,
    })
    expect(messages).toEqual([
      expect.stringContaining(`shop/${moving} (10.20.30.1) would move from node iris1 to iris2`),
    ])
    expect(prove(L2, [service(moving, '10.20.30.1')], nodes, { assumeVersion: 11 }).codes).toEqual([])
  })
})

describe('Services that the proof leaves out', () => {
  const foreign = serviceFact({
    metadata: { namespace: 'a', name: 'lbc' },
    spec: { type: 'LoadBalancer', loadBalancerClass: 'other.io/x' },
    status: { loadBalancer: { ingress: [{ ip: '172.16.0.9' }] } },
  })
  it('are those of another class, and it says so', () => {
    const { proof, codes } = prove(L2, [foreign, service('web', '10.20.30.1')], [node('a')])
    expect(codes).toEqual([])
    expect(proof).toMatchObject({
      services: 1,
      notTested: [expect.stringContaining('a/lbc: of another loadBalancerClass')],
    })
    expect(prove(L2, [foreign], [node('a')], { loadBalancerClass: 'other.io/x' }).codes).toEqual([
      'error M040',
    ])
  })
  it('are those with a host name', () => {
    const named = serviceFact({
      metadata: { namespace: 'a', name: 'h' },
      status: { loadBalancer: { ingress: [{ hostname: 'x' }] } },
    })
    expect(prove(L2, [named], [node('a')]).proof?.notTested).toEqual([
      expect.stringContaining('a/h: with a host name'),
    ])
  })
  it('wait for an address that no pool holds, which is a warning', () => {
    const pending = service('web', '', {}, { loadBalancerIP: '9.9.9.9' })
    expect(prove(L2, [pending]).result.diagnostics.map((d) => d.message)).toContainEqual(
      expect.stringContaining('asks for 9.9.9.9'),
    )
  })
})

describe('patches of Services', () => {
  const patches = (services: ReturnType<typeof service>[], options = {}) =>
    migrateText(L2, options, { services }).patches.map(mergePatch)
  const old = { 'metallb.universe.tf/address-pool': 'Lan', 'metallb.universe.tf/allow-shared-ip': 'k' }
  const added = { 'metallb.io/address-pool': 'lan', 'metallb.io/allow-shared-ip': 'k' }

  it('set the new annotations beside the old ones, and follow pools that are called otherwise now', () => {
    expect(patches([service('web', '', old)])).toEqual([{ metadata: { annotations: added } }])
    expect(patches([service('web', '', { 'metallb.io/address-pool': 'Lan' })])).toEqual([
      { metadata: { annotations: { 'metallb.io/address-pool': 'lan' } } },
    ])
    expect(patches([service('web', '', { ...old, ...added })])).toEqual([])
  })
  it('take the old ones away when asked to', () => {
    const gone = { 'metallb.universe.tf/address-pool': null, 'metallb.universe.tf/allow-shared-ip': null }
    expect(patches([service('web', '', old)], { dropOldAnnotations: true })).toEqual([
      { metadata: { annotations: { ...gone, ...added } } },
    ])
    expect(patches([service('web', '', { ...old, ...added })], { dropOldAnnotations: true })).toEqual([
      { metadata: { annotations: gone } },
    ])
  })
  it('turn spec.loadBalancerIP into the annotation, which both together would be refused', () => {
    expect(patches([service('web', '', {}, { loadBalancerIP: '10.20.30.7' })])).toEqual([
      {
        metadata: { annotations: { 'metallb.io/loadBalancerIPs': '10.20.30.7' } },
        spec: { loadBalancerIP: null },
      },
    ])
    expect(
      patches([
        service('web', '', { 'metallb.io/loadBalancerIPs': '10.20.30.8' }, { loadBalancerIP: '10.20.30.7' }),
      ]),
    ).toEqual([{ spec: { loadBalancerIP: null } }])
  })
  it('are not made for Services that need none', () =>
    expect(patches([service('web', '', { 'metallb.io/allow-shared-ip': 'k', other: 'x' })])).toEqual([]))
  it('report a pool that is nowhere', () => {
    const result = migrateText(
      L2,
      {},
      { services: [service('web', '', { 'metallb.universe.tf/address-pool': 'gone' })] },
    )
    expect(codesOf(result.diagnostics)).toContain('warning M044')
  })
})

describe('peer-autodiscovery', () => {
  const text = `peer-autodiscovery:
  defaults: {my-asn: "64512", peer-asn: "64513"}
  node-selectors: [{match-labels: {bgp: "yes"}}]
  from-annotations: [{peer-address: example.com/router}]
`
  it('has no equivalent: the result is not complete without the nodes', () => {
    const result = migrateText(`${text}${L2}`)
    expect(result.complete).toBe(false)
    expect(codesOf(result.diagnostics)).toContain('warning M020 in.yaml:1:1')
  })
  it('is written out for the nodes that are known', () => {
    const nodes = [
      nodeFact({
        metadata: { name: 'n1', labels: { bgp: 'yes' }, annotations: { 'example.com/router': '10.0.1.1' } },
      }),
      nodeFact({ metadata: { name: 'n2', labels: { bgp: 'yes' } } }),
      nodeFact({ metadata: { name: 'n3', annotations: { 'example.com/router': '10.0.3.1' } } }),
    ]
    const result = migrateText(`${text}${L2}`, {}, { nodes })
    expect(result.complete).toBe(true)
    expect(
      result.planned.filter(({ object }) => object.kind === 'BGPPeer').map(({ object }) => object['spec']),
    ).toEqual([
      {
        myASN: 64512,
        peerASN: 64513,
        peerAddress: '10.0.1.1',
        nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'n1' } }],
      },
    ])
    expect(result.diagnostics.map((d) => d.message)).toContainEqual(
      expect.stringContaining('The node n2 carries no peer-address'),
    )
  })
})
