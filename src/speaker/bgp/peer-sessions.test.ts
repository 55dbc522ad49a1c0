import { describe, expect, it } from 'vitest'
import { readObjects } from '../../config/objects/read-objects.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { Source } from '../../config/source/source.ts'
import { formatIp, parseIp } from '../../net/ip.ts'
import { readConfiguration } from '../configuration/read-configuration.ts'
import type { NodeFact } from '../facts/facts.ts'
import { peerSessions } from './peer-sessions.ts'

const NODE: NodeFact = {
  name: 'iris1',
  labels: { zone: 'a' },
  networkUnavailable: false,
  unschedulable: false,
  addresses: [parseIp('2001:db8::11')!, parseIp('10.0.0.11')!],
}
const peer = (spec: string, name = 'tor', version = 'v1beta2') =>
  `apiVersion: metallb.io/${version}\nkind: BGPPeer\nmetadata: {name: ${name}, namespace: metallb-system}\nspec: {myASN: 64500, ${spec}}\n---\n`

const ROUTERS = new Map([['eth1', parseIp('fe80::1')!]])

function sessions(yaml: string, node: NodeFact | undefined = NODE, routers = ROUTERS) {
  const { documents, diagnostics } = parseYaml(new Source('peers.yaml', yaml))
  expect(diagnostics).toEqual([])
  const read = readConfiguration(readObjects(documents))
  if (!read.ok) throw new Error(read.error.map(({ message }) => message).join(' '))
  return peerSessions(read.value.peers, { name: 'iris1', node, routers })
}
const options = (yaml: string, node: NodeFact | undefined = NODE) => sessions(yaml, node)[0]!.options!

const EXTERNAL = 'peerASN: 64501, peerAddress: 10.0.0.1'

describe('a peer', () => {
  it('becomes a session with the defaults of MetalLB', () => {
    expect(options(peer(EXTERNAL))).toEqual({
      name: 'tor',
      remote: { address: parseIp('10.0.0.1'), port: 179 },
      localAsn: 64500,
      peerAsn: 64501,
      routerId: parseIp('10.0.0.11'),
      holdTimeSeconds: 90,
      keepaliveTimeSeconds: undefined,
      connectRetrySeconds: 120,
      families: [4],
      gracefulRestart: undefined,
      passive: false,
      maximumPrefixes: undefined,
    })
  })

  it('takes over everything that is said of the session', () => {
    const all =
      'localASN: 64999, dynamicASN: external, peerAddress: "2001:db8::1", peerPort: 1179, sourceAddress: "2001:db8::11", routerID: 192.0.2.9, holdTime: 30s, keepaliveTime: 5s, connectTime: 7s, vrf: red, password: swordfish, enableGracefulRestart: true, dualStackAddressFamily: true'
    expect(options(peer(all))).toMatchObject({
      remote: {
        address: parseIp('2001:db8::1'),
        port: 1179,
        source: parseIp('2001:db8::11'),
        device: 'red',
        password: 'swordfish',
      },
      localAsn: 64999,
      peerAsn: 'external',
      routerId: parseIp('192.0.2.9'),
      holdTimeSeconds: 30,
      keepaliveTimeSeconds: 5,
      connectRetrySeconds: 7,
      families: [4, 6],
      gracefulRestart: { restartSeconds: 120 },
    })
  })

  it('is for the nodes that its selectors select', () => {
    const selected = (zone: string) =>
      sessions(peer(`${EXTERNAL}, nodeSelectors: [{matchLabels: {zone: ${zone}}}]`))
    expect(selected('a')).toHaveLength(1)
    expect(selected('b')).toHaveLength(0)
  })

  it('is for nobody while the node is not known', () => {
    const { documents } = parseYaml(new Source('peers.yaml', peer(EXTERNAL)))
    const read = readConfiguration(readObjects(documents))
    if (!read.ok) throw new Error('refused')
    expect(peerSessions(read.value.peers, { name: 'iris1', node: undefined, routers: ROUTERS })).toEqual([])
  })

  it('without an IPv4 address of the node shows the number of its name', () => {
    const { routerId } = options(peer(EXTERNAL), { ...NODE, addresses: [parseIp('2001:db8::11')!] })
    expect(formatIp(routerId)).toBe('150.80.252.129')
  })

  it('on an interface waits for the router that is seen there', () => {
    const unnumbered = peer('peerASN: 64501, interface: eth1')
    expect(sessions(unnumbered)[0]).toMatchObject({
      interfaceName: 'eth1',
      options: { remote: { address: parseIp('fe80::1'), zone: 'eth1' }, families: [4, 6] },
    })
    expect(sessions(unnumbered, NODE, new Map())[0]).toMatchObject({
      interfaceName: 'eth1',
      options: undefined,
    })
  })

  it('sends keepalives under a hold time, whatever the conversion of v1beta1 made of a missing one', () => {
    expect(options(peer(`${EXTERNAL}, holdTime: 9s`, 'tor', 'v1beta1'))).toMatchObject({
      holdTimeSeconds: 9,
      keepaliveTimeSeconds: undefined,
    })
    expect(options(peer(`${EXTERNAL}, holdTime: 0s`))).toMatchObject({
      holdTimeSeconds: 0,
      keepaliveTimeSeconds: 0,
    })
  })

  it('takes its password out of the Secret of its namespace', () => {
    const secret = (namespace: string, field: string) =>
      `apiVersion: v1\nkind: Secret\nmetadata: {name: tor-md5, namespace: ${namespace}}\ntype: kubernetes.io/basic-auth\n${field}\n---\n`
    const withSecret = peer(`${EXTERNAL}, passwordSecret: {name: tor-md5}`)
    const other = secret('other', 'stringData: {password: wrong}')
    const encoded = Buffer.from('sw\u00f6rdfish').toString('base64')
    const own = secret('metallb-system', `data: {password: ${encoded}}`)
    expect(options(other + own + withSecret).remote.password).toBe('sw\u00f6rdfish')
    const plain = secret('metallb-system', 'stringData: {password: plain}')
    expect(options(plain + withSecret).remote.password).toBe('plain')
    expect(() => options(withSecret)).toThrow(
      'There is no Secret "tor-md5" of type kubernetes.io/basic-auth that has a password.',
    )
  })

  it('brings its BFD profile', () => {
    const profile =
      'apiVersion: metallb.io/v1beta1\nkind: BFDProfile\nmetadata: {name: fast, namespace: metallb-system}\nspec: {transmitInterval: 100}\n---\n'
    expect(sessions(profile + peer(`${EXTERNAL}, bfdProfile: fast`))[0]?.bfd).toEqual({
      name: 'fast',
      transmitInterval: 100,
    })
  })
})
