import { describe, expect, it } from 'vitest'
import { check, l2, node, peer, pool } from './testing/marked.ts'

const P = 'myASN: 64512, peerASN: 64513, peerAddress: 10.0.0.1'

describe('messages and hints', () => {
  it('says in a sentence what a missing field is for', () => {
    const hints = (text: string) => check(text).flatMap((d) => (d.code === 'V012' ? (d.hint ?? '') : []))
    expect(hints(peer('peerASN: 2, peerAddress: 10.0.0.1'))).toEqual(['Add "myASN": AS number of this side.'])
    expect(hints(l2('preferredNodeSelectors: [{weight: 3}]'))).toEqual([
      'Add "preference": selects the preferred nodes.',
    ])
  })
  it('asks for the Nodes only while there are none', () => {
    const on = (rack: string) => `nodeSelectors: [{matchLabels: {${rack}}}]`
    const two =
      peer(`${P}, routerID: 1.1.1.1, ${on('rack: r1')}`, 'a') +
      peer(`${P}, routerID: 1.1.1.2, ${on('zone: z1')}`, 'b')
    const asking = (text: string) =>
      check(text).filter((d) => /^V70[78]$/.test(d.code) && d.hint?.includes('Give the Nodes') === true)
        .length
    expect(asking(two)).toBe(2)
    expect(asking(two + node('n1', 'rack: r1, zone: z1'))).toBe(0)
    expect(check(two + node('n1', 'rack: r1, zone: z1')).filter((d) => d.code === 'V707')).toHaveLength(1)
  })
  it('names the namespace of a pool in another one', () => {
    const a = pool('addresses: [192.0.2.0/24]', 'a')
    const overlaps = (text: string) => check(text).flatMap((d) => (d.code === 'V106' ? d.message : []))
    expect(overlaps(a.replace('metallb-system', 'other') + a)).toEqual([
      '192.0.2.0/24 overlaps 192.0.2.0/24 of the pool "a" in the namespace "other".',
    ])
    expect(overlaps(a + pool('addresses: [192.0.2.0/24]', 'b'))).toEqual([
      '192.0.2.0/24 overlaps 192.0.2.0/24 of the pool "a".',
    ])
  })
  it('names an interface that is listed twice once, and warns of it', () => {
    const found = check(pool('addresses: [192.0.2.1-192.0.2.9]') + l2('interfaces: [eth0, eth0]'))
    expect(found.map((d) => `${d.code} ${d.severity}`)).toEqual(['V505 info', 'V501 warning'])
    expect(found[0]?.message).toContain('on "eth0" only: a node without it ')
  })
})
