// What makes the speaker of one node refuse a configuration, and what concerns others.
import { describe, expect, it } from 'vitest'
import { readObjects } from '../../config/objects/read-objects.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { Source } from '../../config/source/source.ts'
import { readConfiguration } from './read-configuration.ts'

const object = (kind: string, name: string, spec: object, version = 'v1beta1'): string =>
  JSON.stringify({
    ...{ apiVersion: `metallb.io/${version}`, kind, metadata: { name, namespace: 'metallb-system' } },
    spec,
  })
const only = (zone: string) => ({ nodeSelectors: [{ matchLabels: { zone } }] })
const pool = object('IPAddressPool', 'p', { addresses: ['192.0.2.0/24'] })
const peer = (name: string, spec: object) =>
  object('BGPPeer', name, { myASN: 64512, peerASN: 64513, peerAddress: '198.51.100.1', ...spec }, 'v1beta2')
const advertisement = (name: string, spec: object) => object('BGPAdvertisement', name, spec)

const read = (...objects: readonly string[]) =>
  readObjects(parseYaml(new Source('x.yaml', [pool, ...objects].join('\n---\n'))).documents)
const judged = (zone: string, ...objects: readonly string[]) =>
  readConfiguration(read(...objects), { name: 'node', labels: { zone } })
const codes = (result: ReturnType<typeof readConfiguration>) =>
  result.ok ? [] : result.error.map(({ code }) => code)

describe('for one node', () => {
  const secret = peer('tor', { ...only('a'), passwordSecret: { name: 'tor' } })

  it('a peer whose Secret is missing stops the nodes that it is for, and no other', () => {
    expect(codes(judged('a', secret))).toEqual(['V803'])
    const other = judged('b', secret)
    expect(other).toMatchObject({ ok: true, value: { judgedFor: { name: 'node', labels: { zone: 'b' } } } })
    expect(other.ok && other.value.peers).toEqual([])
    expect(codes(readConfiguration(read(secret)))).toEqual(['V803'])
  })

  it('a peer for every node stops every node', () => {
    expect(codes(judged('b', peer('tor', { bfdProfile: 'fast' })))).toEqual(['V802'])
  })

  it('what is right for other nodes is known, so that their part can be told', () => {
    const all = judged('b', peer('far', only('a')), advertisement('ad', only('a')))
    expect(all.ok && all.value.peers.map(({ name }) => name)).toEqual(['far'])
    expect(all.ok && all.value.pools[0]?.bgp.map(({ name }) => name)).toEqual(['ad'])
  })

  it('a field of another node’s peer that cannot be read is left out, too', () => {
    const wrong = peer('tor', { ...only('a'), holdTime: 'soon' })
    expect(codes(judged('a', wrong))).toEqual(['V017'])
    expect(codes(judged('b', wrong))).toEqual([])
  })

  it('selectors that are wrong concern every node', () => {
    const wrong = peer('tor', {
      nodeSelectors: [{ matchExpressions: [{ key: 'zone', operator: 'Near', values: [] }] }],
    })
    expect(judged('b', wrong).ok).toBe(false)
  })

  it('an L2Advertisement for another node counts: the election is one for all', () => {
    const twice = object('L2Advertisement', 'l2', { ...only('a'), ipAddressPools: ['p', 'p'] })
    expect(codes(judged('b', twice))).toEqual(['V501'])
  })

  it('advertisements conflict on the node where they meet', () => {
    const ads = [
      advertisement('one', { ...only('a'), localPref: 100 }),
      advertisement('two', {
        nodeSelectors: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'c'] }] }],
        localPref: 200,
      }),
    ]
    expect(codes(judged('a', ...ads))).toEqual(['V611'])
    expect(codes(judged('b', ...ads))).toEqual([])
    expect(codes(judged('c', ...ads))).toEqual([])
  })

  it('an aggregation that is wrong for another node’s advertisement is no matter of this one', () => {
    const wide = advertisement('wide', { ...only('a'), aggregationLength: 16 })
    expect(codes(judged('a', wide))).toEqual(['V603'])
    expect(codes(judged('b', wide))).toEqual([])
  })
})
