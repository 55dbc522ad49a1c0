import fc from 'fast-check'
import { expect, it } from 'vitest'
import { card, linkFacts, linkFacts6, MAC_A, MAC_B, round } from '../testing/link-facts.ts'
import { readLinkFacts } from './read-link-facts.ts'
import { ShapeMismatch } from './shape.ts'

const full = linkFacts({
  interfaces: [card({ master: { name: 'br0', kind: 'bridge' } })],
  rounds: [round([[MAC_A, MAC_B]])],
  kernelResolution: { interface: 'eth0', state: 'failed', mac: undefined, elapsedMs: 3 },
  returnPaths: [{ address: '192.0.2.10', port: 9, sentTo: MAC_A, answeredBy: undefined }],
  reach: {
    port: 80,
    result: 'failed',
    code: 'EHOSTUNREACH',
    icmp: { family: 4, type: 3, code: 10, sender: '192.0.2.2', fromOurselves: false },
    elapsedMs: 1.5,
  },
  nodes: [{ name: 'n1', addresses: ['192.0.2.3'], macs: [MAC_A] }],
  sameMac: [{ mac: MAC_A, address: '192.0.2.3', router: false }],
  neighbourAfter: [{ interface: 'eth0', address: '192.0.2.10', mac: MAC_A, state: 'stale' }],
})
const withNull = (_: string, value: unknown) => (value === undefined ? null : value)

it.each([
  ['IPv4', full],
  ['IPv6', linkFacts6()],
])('what was written is read: %s', (_, facts) => {
  expect(readLinkFacts(JSON.parse(JSON.stringify(facts)))).toEqual(facts)
  expect(readLinkFacts(JSON.parse(JSON.stringify(facts, withNull)))).toEqual(facts)
})

it('anything else is refused with its place, never accepted in part', () => {
  const text = JSON.stringify(full)
  const wrong = (from: string, to: string) => () => readLinkFacts(JSON.parse(text.replace(from, to)))
  expect(wrong('"lbctl/link-facts/1"', '"lbctl/link-facts/2"')).toThrow(
    'format is not one of lbctl/link-facts/1',
  )
  expect(wrong('"sent":1', '"sent":"1"')).toThrow('rounds[0].sent is not a number')
  expect(wrong('"address":"192.0.2.10"', '"address":"192.0.2.010"')).toThrow(
    'target.address is not an IP address',
  )
  expect(wrong(`"mac":"${MAC_A}"`, '"mac":"x"')).toThrow('is not a hardware address')
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(() => readLinkFacts(value)).toThrow(ShapeMismatch)
    }),
  )
})
