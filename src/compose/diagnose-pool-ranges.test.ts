import { describe, expect, it } from 'vitest'
import { readObjects } from '../config/objects/read-objects.ts'
import { parseYaml } from '../config/source/parse.ts'
import { Source } from '../config/source/source.ts'
import { formatRange } from '../net/prefix.ts'
import { askedRanges } from './diagnose-pool-ranges.ts'

const objects = (text: string) => readObjects(parseYaml(new Source('x.yaml', text)).documents).objects
const pools = objects(`
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan-1, namespace: metallb-system, labels: {a: b}}
spec: {addresses: [192.0.2.0/30, 2001:db8::/64]}
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: six, namespace: metallb-system}
spec: {addresses: ["2001:db8:1::/64"]}
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: l2, namespace: metallb-system}
spec: {ipAddressPoolSelectors: [{matchLabels: {a: b}}]}
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: bgp, namespace: metallb-system}
spec: {ipAddressPools: [six]}
`)
const asked = (text: string, used: string[] = []) => {
  const { ranges, tooLarge, pool } = askedRanges(text, pools, used)
  return { ranges: ranges.map(formatRange), tooLarge: tooLarge.map(formatRange), pool }
}

describe('askedRanges', () => {
  it.each([
    ['192.0.2.0/30', '192.0.2.0-192.0.2.3'],
    ['192.0.2.9 - 192.0.2.11', '192.0.2.9-192.0.2.11'],
    ['192.0.2.9', '192.0.2.9'],
    ['2001:db8::f', '2001:db8::f'],
    ['2001:db8::/116', '2001:db8::-2001:db8::fff'],
  ])('takes %s as a range', (text, range) => {
    expect(asked(text)).toEqual({ ranges: [range], tooLarge: [], pool: undefined })
  })

  it('scans what is small enough of a pool, and of the rest what Services have', () => {
    expect(asked('lan-1', ['2001:db8::7', '2001:db8:9::1', '192.0.2.1'])).toEqual({
      ranges: ['192.0.2.0-192.0.2.3', '2001:db8::7'],
      tooLarge: ['2001:db8::-2001:db8::ffff:ffff:ffff:ffff'],
      pool: { name: 'lan-1', avoidBuggyIps: false, announcedBy: 'layer 2' },
    })
  })

  it('knows how a pool is announced', () => {
    expect(asked('six', ['2001:db8:1::1']).pool?.announcedBy).toBe('BGP')
  })

  it.each([
    ['six', 'The pool "six" holds more than a billion addresses'],
    ['other', 'There is no IPAddressPool "other"'],
    ['192.0.2.0/33', '"192.0.2.0/33" is no prefix'],
    ['192.0.2.300', 'is no range'],
    ['0.0.0.0/24', 'no host can have'],
    ['2001:db8::/115', 'at most 4,096 of IPv6'],
  ])('refuses %s', (text, message) => {
    expect(() => asked(text)).toThrow(message)
  })
})
