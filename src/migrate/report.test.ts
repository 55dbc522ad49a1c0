// Each line of the account is a true statement about the result.
import { describe, expect, it } from 'vitest'
import { reportEntries } from './report.ts'
import { migrateText } from './testing/migrate-text.ts'

const account = (...input: Parameters<typeof migrateText>): Record<string, string> => {
  const migration = migrateText(...input)
  expect(migration.planned.length).toBeGreaterThan(0)
  return Object.fromEntries(
    reportEntries(migration).entries.map(({ key, became, reason }) => [key, reason ?? became.join(', ')]),
  )
}

const PEER = '{peer-address: 10.0.0.1, my-asn: 1, peer-asn: 2'

describe('what became of each key', () => {
  it('names the fields of match-expressions', () => {
    const found = account(
      `peers:\n- ${PEER}, node-selectors: [{match-expressions: [{key: rack, operator: In, values: [a, b]}]}]}\n`,
    )
    const [source, target] = [
      'peers[0].node-selectors[0].match-expressions[0]',
      'BGPPeer peer-10-0-0-1 spec.nodeSelectors[0].matchExpressions[0]',
    ]
    for (const part of ['.key', '.operator', '.values[0]', '.values[1]'])
      expect(found[`${source}${part}`]).toBe(`${target}${part}`)
  })

  it('says what arp-network did, and which cidr it took away', () => {
    const found = account(
      'address-pools:\n- name: lan\n  protocol: arp\n  arp-network: 10.0.0.0/24\n  cidr: [10.0.0.0/32, 10.0.0.8/29]\n',
    )
    expect(found).toMatchObject({
      'address-pools[0].arp-network': 'applied: its first and last address are cut out',
      'address-pools[0].cidr[0]': 'cut out: never handed out by v0.3 and v0.4',
      'address-pools[0].cidr[1]': 'IPAddressPool lan spec.addresses[0]',
    })
  })
  it('says that arp-network had no address to cut out', () =>
    expect(
      account(
        'address-pools:\n- {name: lan, protocol: arp, arp-network: 10.0.0.0/24, cidr: [10.0.0.8/29]}\n',
      ),
    ).toMatchObject({
      'address-pools[0].arp-network': 'applied: its first and last address are not in the pool',
    }))
  it('says that v0.5 did not look at arp-network', () =>
    expect(
      account(
        'address-pools:\n- {name: lan, protocol: arp, arp-network: 10.0.0.0/24, cidr: [10.0.0.0/24]}\n',
        {
          assumeVersion: 5,
        },
      ),
    ).toMatchObject({
      'address-pools[0].arp-network': 'left out: only v0.3 and v0.4 looked at it',
      'address-pools[0].cidr[0]': 'IPAddressPool lan spec.addresses[0]',
    }))

  it('calls only defaults the default', () => {
    const found = account(
      `peers:\n- ${PEER}, peer-port: 179, ebgp-multihop: no}\n- ${PEER.replace('.1,', '.2,')}, peer-port: 0}\naddress-pools:\n- {name: lan, protocol: layer2, addresses: [10.0.0.0/24], auto-assign: yes, avoid-buggy-ips: false}\n`,
    )
    for (const key of ['peers[0].peer-port', 'peers[0].ebgp-multihop', 'address-pools[0].auto-assign'])
      expect(found[key]).toBe('the default; not written')
    expect(found['peers[1].peer-port']).toBe('left out')
  })

  it('names the object that an equal advertisement went into', () => {
    const pool = (name: string, net: number) =>
      `- {name: ${name}, protocol: bgp, addresses: [10.0.${net}.0/24], bgp-advertisements: [{aggregation-length: 24}, {localpref: 5}]}\n`
    const found = account(`address-pools:\n${pool('a', 0)}${pool('b', 1)}`)
    expect(found['address-pools[1].bgp-advertisements[0].aggregation-length']).toMatch(
      /^said by BGPAdvertisement \S+ already$/,
    )
  })
  it('names no object for an advertisement that stands twice in one pool', () =>
    expect(
      account(
        'address-pools:\n- {name: a, protocol: bgp, addresses: [10.0.0.0/24], bgp-advertisements: [{localpref: 5}, {localpref: 5}]}\n',
      )['address-pools[0].bgp-advertisements[1].localpref'],
    ).toBe('left out'))
  it('says that a peer equals another one', () =>
    expect(account(`peers:\n- ${PEER}}\n- ${PEER}}\n`)['peers[1].my-asn']).toBe(
      'said by an equal peer already',
    ))
})

describe('custom resources of the 0.13 era', () => {
  const METADATA =
    "metadata:\n  name: a\n  namespace: b\n  uid: x\n  resourceVersion: '5'\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{}'\n    example.com/owner: me\n"
  const SERVER = 'set by the API server; not part of a file'
  it('an AddressPool', () =>
    expect(
      account(
        `apiVersion: metallb.io/v1beta1\nkind: AddressPool\n${METADATA}spec:\n  protocol: bgp\n  addresses: [10.0.0.0/24]\n  autoAssign: true\n  bgpAdvertisements: [{aggregationLength: 32, communities: ['1:2']}]\n`,
      ),
    ).toEqual({
      apiVersion: 'replaced: IPAddressPool of metallb.io/v1beta1 now',
      kind: 'replaced: IPAddressPool of metallb.io/v1beta1 now',
      'metadata.name': 'IPAddressPool a metadata.name, BGPAdvertisement a',
      'metadata.namespace': 'IPAddressPool a metadata.namespace',
      'metadata.uid': SERVER,
      'metadata.resourceVersion': SERVER,
      'metadata.annotations.kubectl.kubernetes.io/last-applied-configuration':
        'written by kubectl apply; not part of a file',
      'metadata.annotations.example.com/owner': 'IPAddressPool a metadata.annotations.example.com/owner',
      'spec.protocol': 'BGPAdvertisement a',
      'spec.addresses[0]': 'IPAddressPool a spec.addresses[0]',
      'spec.autoAssign': 'the default; not written',
      'spec.bgpAdvertisements[0].aggregationLength': 'the default; not written',
      'spec.bgpAdvertisements[0].communities[0]': 'BGPAdvertisement a spec.communities[0]',
    }))
  it('a BGPPeer', () =>
    expect(
      account(
        `apiVersion: metallb.io/v1beta1\nkind: BGPPeer\n${METADATA}spec: {myASN: 1, peerASN: 2, peerAddress: 10.0.0.1}\n`,
      ),
    ).toMatchObject({
      apiVersion: 'replaced: BGPPeer of metallb.io/v1beta2 now',
      'metadata.uid': SERVER,
      'metadata.annotations.example.com/owner': 'BGPPeer a metadata.annotations.example.com/owner',
      'spec.myASN': 'BGPPeer a spec.myASN',
    }))
})
