import { describe, expect, it } from 'vitest'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { readObjects } from '../objects/read-objects.ts'
import { bgp, node, peer, pool } from '../rules/testing/marked.ts'
import { parseYaml } from '../source/parse.ts'
import { Source } from '../source/source.ts'
import { type BgpSession, peerOnNode, resolveSession } from './bgp-session.ts'
import { familiesOfPools, poolsShownTo } from './peer-advertisements.ts'
import { nodeRouterId, routerIdOfName } from './router-id.ts'

const objectsOf = (text: string) => readObjects(parseYaml(new Source('test.yaml', text)).documents).objects
const only = (spec: string) => {
  const found = objectsOf(peer(spec, 'router')).peers[0]
  if (found === undefined) throw new Error('no peer was read')
  return found
}
const A = 'myASN: 64512, peerASN: 64513, peerAddress: 10.0.0.1'
const address = (text: string): Ip => parseIp(text)!

function session(spec: string): BgpSession {
  const resolved = resolveSession(only(spec))
  if (!resolved.ok) throw new Error(resolved.error.map((p) => `${p.code} ${p.message}`).join('; '))
  return resolved.value
}
const codes = (spec: string): string[] => {
  const resolved = resolveSession(only(spec))
  return resolved.ok ? [] : resolved.error.map((p) => `${p.code} ${p.field}`)
}

describe('the session of a peer', () => {
  it('has the defaults of MetalLB where the peer says nothing', () => {
    expect(session(A)).toEqual({
      peer: 'router',
      namespace: 'metallb-system',
      remote: { kind: 'address', address: address('10.0.0.1') },
      port: 179,
      localAsn: 64512,
      myAsn: 64512,
      peerAsn: 64513,
      internal: false,
      routerId: undefined,
      holdTimeSeconds: 90,
      keepaliveTimeSeconds: 30,
      timersFrom: 'default',
      connectTimeSeconds: undefined,
      families: [4],
      password: undefined,
      source: undefined,
      vrf: undefined,
      multihop: false,
      gracefulRestart: false,
      bfdProfile: undefined,
    })
  })
  it('takes every field of the peer', () => {
    const all = `${A}, localASN: 4200000001, peerPort: 1179, holdTime: 30s, keepaliveTime: 5s, connectTime: 10s,
      routerID: 1.2.3.4, sourceAddress: 10.0.0.2, vrf: red, ebgpMultiHop: true, enableGracefulRestart: true,
      bfdProfile: fast, dualStackAddressFamily: true, passwordSecret: {name: router-password}`
    expect(session(all)).toMatchObject({
      port: 1179,
      localAsn: 4200000001,
      myAsn: 64512,
      holdTimeSeconds: 30,
      keepaliveTimeSeconds: 5,
      timersFrom: 'peer',
      connectTimeSeconds: 10,
      routerId: address('1.2.3.4'),
      source: address('10.0.0.2'),
      vrf: 'red',
      multihop: true,
      gracefulRestart: true,
      bfdProfile: 'fast',
      families: [4, 6],
      password: { kind: 'secret', name: 'router-password', namespace: 'metallb-system' },
    })
  })
  it.each([
    ['myASN: 1, peerASN: 1', { peerAsn: 1, internal: true }],
    ['myASN: 1, dynamicASN: internal', { peerAsn: 'internal', internal: true }],
    ['myASN: 1, dynamicASN: external', { peerAsn: 'external', internal: false }],
    ['myASN: 1, dynamicASN: external, peerASN: 0', { peerAsn: 'external' }],
    // What the router sees decides: our AS for this session is its own.
    ['myASN: 1, peerASN: 2, localASN: 2', { localAsn: 2, myAsn: 1, internal: true }],
    ['myASN: 1, peerASN: 1, localASN: 2', { localAsn: 2, myAsn: 1, internal: false }],
  ])('%s', (numbers, expected) => {
    expect(session(`${numbers}, peerAddress: 10.0.0.1`)).toMatchObject(expected)
  })
  it.each([
    ['peerAddress: 10.0.0.1', [4]],
    ['peerAddress: "fd00::1"', [6]],
    ['peerAddress: "fd00::1", dualStackAddressFamily: true', [4, 6]],
    ['peerAddress: 10.0.0.1, dualStackAddressFamily: false', [4]],
    // no effect since 0.15.0
    ['peerAddress: 10.0.0.1, disableMP: true', [4]],
    ['interface: eth0', [4, 6]],
  ])('%s carries %s', (remote, families) => {
    expect(session(`myASN: 1, peerASN: 2, ${remote}`).families).toEqual(families)
  })
  it.each([
    ['holdTime: 30s', [30, 10, 'peer']],
    ['keepaliveTime: 5s', [15, 5, 'peer']],
    ['holdTime: 0s', [0, 0, 'peer']],
    ['holdTime: 3500ms', [3, 1, 'peer']],
    ['holdTime: 1m30s, keepaliveTime: 0s', [90, 0, 'peer']],
  ])('%s means hold time and keepalive time %s', (timers, expected) => {
    const { holdTimeSeconds, keepaliveTimeSeconds, timersFrom } = session(`${A}, ${timers}`)
    expect([holdTimeSeconds, keepaliveTimeSeconds, timersFrom]).toEqual(expected)
  })
  it.each([
    ['', [0, 0, 'v1beta1']],
    [', holdTime: 30s', [30, 0, 'v1beta1']],
    [', holdTime: 30s, keepaliveTime: 10s', [30, 10, 'peer']],
  ])('v1beta1%s: the conversion writes 0s for what was left out', (timers, expected) => {
    const old = objectsOf(peer(`${A}, peerPort: 0${timers}`).replace('v1beta2', 'v1beta1')).peers[0]!
    const resolved = resolveSession(old)
    expect(resolved.ok && [resolved.value.port, resolved.value.holdTimeSeconds]).toEqual([179, expected[0]])
    expect(
      resolved.ok && [
        resolved.value.holdTimeSeconds,
        resolved.value.keepaliveTimeSeconds,
        resolved.value.timersFrom,
      ],
    ).toEqual(expected)
  })
  it('takes a password as text, and an empty one as none', () => {
    expect(session(`${A}, password: s3cret`).password).toEqual({ kind: 'text', text: 's3cret' })
    expect(session(`${A}, password: "", passwordSecret: {}`).password).toBeUndefined()
    expect(session(`${A}, passwordSecret: {name: x, namespace: other}`).password).toMatchObject({
      namespace: 'other',
    })
  })
  it('has no multihop within one AS, where hops do not count', () => {
    expect(session(`${A}, localASN: 64513, ebgpMultiHop: true`).multihop).toBe(false)
  })
})

describe('a peer that means no session', () => {
  it.each([
    ['peerASN: 2, peerAddress: 10.0.0.1', ['V013 myASN']],
    ['myASN: 0, peerASN: 2, peerAddress: 10.0.0.1', ['V201 myASN']],
    ['myASN: 1, peerAddress: 10.0.0.1', ['V202 peerASN']],
    ['myASN: 1, peerASN: 2, dynamicASN: external, peerAddress: 10.0.0.1', ['V203 dynamicASN']],
    ['myASN: 1, peerASN: 1, ebgpMultiHop: true, peerAddress: 10.0.0.1', ['V204 ebgpMultiHop']],
    ['myASN: 1, peerASN: 2', ['V205 peerAddress']],
    ['myASN: 1, peerASN: 2, interface: ""', ['V205 peerAddress']],
    [`${A}, interface: eth0`, ['V206 interface']],
    ['myASN: 1, peerASN: 2, peerAddress: router.example', ['V207 peerAddress']],
    ['myASN: 1, peerASN: 2, peerAddress: 10.0.0.1/24', ['V207 peerAddress']],
    [`${A}, routerID: x`, ['V208 routerID']],
    [`${A}, routerID: "fd00::1"`, ['V218 routerID']],
    [`${A}, sourceAddress: x`, ['V209 sourceAddress']],
    [`${A}, sourceAddress: "fd00::2"`, ['V217 sourceAddress']],
    [`${A}, holdTime: 2s`, ['V210 holdTime']],
    [`${A}, holdTime: 9s, keepaliveTime: 10s`, ['V211 keepaliveTime']],
    [`${A}, holdTime: 120`, ['V013 holdTime']],
    [`${A}, connectTime: 0s`, ['V013 connectTime']],
    [`${A}, password: x, passwordSecret: {name: other}`, ['V213 password']],
    [`${A}, peerPort: 20000`, ['V013 peerPort']],
    ['myASN: 0, peerAddress: x', ['V201 myASN', 'V207 peerAddress']],
  ])('%s', (spec, expected) => {
    expect(codes(spec)).toEqual(expected)
  })
})

describe('a peer on a node', () => {
  const selected = (spec: string, labels: Record<string, string> | undefined) =>
    peerOnNode(only(`${A}${spec}`), labels).kind
  const rack =
    ', nodeSelectors: [{matchLabels: {rack: a}}, {matchExpressions: [{key: edge, operator: Exists}]}]'
  it.each([
    ['', {}, 'session'],
    ['', undefined, 'session'],
    [rack, { rack: 'a' }, 'session'],
    [rack, { edge: '' }, 'session'],
    [rack, { rack: 'b' }, 'not selected'],
    [rack, undefined, 'node unknown'],
    [', nodeSelectors: []', {}, 'session'],
    [', nodeSelectors: [{}]', {}, 'session'],
    [', nodeSelectors: [{matchExpressions: [{key: a, operator: Has}]}]', {}, 'invalid'],
  ])('%s on %s: %s', (spec, labels, kind) => {
    expect(selected(spec, labels)).toBe(kind)
  })
  it('says nothing of what is wrong on a node that it is not for', () => {
    expect(selected(`, holdTime: 1s${rack}`, { rack: 'b' })).toBe('not selected')
    expect(selected(`, holdTime: 1s${rack}`, { rack: 'a' })).toBe('invalid')
  })
})

describe('what a peer is shown', () => {
  const pools =
    pool('addresses: [10.9.0.0/24]', 'four') + pool('addresses: ["fd09::/112", 10.8.0.0/24]', 'both')
  const shown = (advertisements: string, labels?: Record<string, string>) => {
    const objects = objectsOf(pools + advertisements + node('n1', 'rack: a'))
    const found = poolsShownTo({ name: 'router' }, objects, labels)
    return [found.map((s) => s.advertisement.name), familiesOfPools(found)]
  }
  it.each([
    [bgp('ipAddressPools: [four]', 'a'), undefined, [['a'], [4]]],
    [bgp('peers: [router]', 'a') + bgp('peers: [other]', 'b'), undefined, [['a'], [4, 6]]],
    [bgp('ipAddressPools: [none]', 'a'), undefined, [[], []]],
    [bgp('nodeSelectors: [{matchLabels: {rack: b}}]', 'a'), { rack: 'a' }, [[], []]],
    [bgp('nodeSelectors: [{matchLabels: {rack: b}}]', 'a'), undefined, [['a'], [4, 6]]],
  ])('%#', (text, labels, expected) => {
    expect(shown(text, labels)).toEqual(expected)
  })
})

describe('the router ID of a node', () => {
  // values of MetalLB's own speaker
  it.each([
    ['node1', '64.37.239.133'],
    ['iris1', '150.80.252.129'],
    ['kind-worker', '192.61.154.117'],
  ])('%s → %s', (name, id) => {
    expect(formatIp(routerIdOfName(name))).toBe(id)
  })
  it('prefers the address of the session, then one beside it', () => {
    const of = (local: string, beside: readonly string[]) =>
      formatIp(nodeRouterId({ local: address(local), interfaceIpv4: beside.map(address), nodeName: 'node1' }))
    expect(of('10.0.0.5', ['10.0.0.4'])).toBe('10.0.0.5')
    expect(of('fd00::5', ['10.0.0.4', '10.0.0.5'])).toBe('10.0.0.4')
    expect(of('fd00::5', [])).toBe('64.37.239.133')
  })
})
