import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { macFromBytes, parseMac } from '../../net/mac.ts'
import { checkCodec } from '../codec-properties.ts'
import { decodeEthernet, type EthernetFrame, encodeEthernet, type TypedFrame } from './ethernet.ts'

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength })
const mac = bytes(6, 6).map((b) => macFromBytes(b)!)
const tag = fc.record({
  protocolId: fc.constantFrom(0x8100, 0x88a8, 0x9100),
  priority: fc.integer({ min: 0, max: 7 }),
  dropEligible: fc.boolean(),
  vlanId: fc.integer({ min: 0, max: 4095 }),
})
const addresses = { destination: mac, source: mac, tags: fc.array(tag, { maxLength: 3 }) }
const lengthFrame: fc.Arbitrary<EthernetFrame> = fc.record({
  kind: fc.constant('length' as const),
  ...addresses,
  payload: bytes(0, 80),
  padding: bytes(0, 40),
})
/** Types without a length of their own: everything is payload. */
const typedFrame: fc.Arbitrary<EthernetFrame> = fc.record({
  kind: fc.constant('typed' as const),
  ...addresses,
  etherType: fc.constantFrom(0x0600, 0x88cc, 0x8847, 0xffff),
  payload: bytes(0, 80),
  padding: fc.constant(new Uint8Array(0)),
})
const arpFrame: fc.Arbitrary<EthernetFrame> = fc.record({
  kind: fc.constant('typed' as const),
  ...addresses,
  etherType: fc.constant(0x0806),
  payload: bytes(28, 28).map((b) => Uint8Array.of(0, 1, 8, 0, 6, 4, ...b.subarray(6))),
  padding: bytes(0, 30),
})

const codec = {
  name: 'ethernet',
  decode: decodeEthernet,
  encode: (frame: EthernetFrame) => encodeEthernet(frame, 0),
  indispensableBytes: ({ kind, tags, payload }: EthernetFrame) =>
    14 + tags.length * 4 + (kind === 'length' ? payload.length : 0),
}

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const typed = (decoded: ReturnType<typeof decodeEthernet>): TypedFrame => {
  if (!decoded.ok || decoded.value.kind !== 'typed') throw new Error(JSON.stringify(decoded))
  return decoded.value
}

describe('decodeEthernet', () => {
  it('keeps the promises of a codec', () => {
    fc.assert(
      fc.property(fc.oneof(lengthFrame, typedFrame, arpFrame), bytes(0, 64), (frame, noise) =>
        checkCodec(codec, frame, noise),
      ),
    )
  })

  it('reads stacked tags, outermost first', () => {
    const frame = typed(decodeEthernet(hex('ffffffffffff 020000000001 88a8 6064 8100 3fff 0800')))
    expect(frame.tags).toEqual([
      { protocolId: 0x88a8, priority: 3, dropEligible: false, vlanId: 100 },
      { protocolId: 0x8100, priority: 1, dropEligible: true, vlanId: 4095 },
    ])
    expect(frame.etherType).toBe(0x0800)
  })

  it('keeps padding apart behind ARP, IPv4 and IPv6, by what their headers say', () => {
    const head = 'ffffffffffff 020000000001'
    const arp = `0001 0800 0604 0001 020000000001 c0000201 000000000000 c000020a`
    expect(typed(decodeEthernet(hex(`${head} 0806 ${arp} aabbcc`))).padding).toEqual(hex('aabbcc'))
    const ipv4 = `4500 0016 0000 0000 4011 0000 c0000201 c000020a 1234`
    expect(typed(decodeEthernet(hex(`${head} 0800 ${ipv4} 000000`))).padding.length).toBe(3)
    const ipv6 = `60000000 0001 3b ff ${'00'.repeat(32)} 77`
    expect(typed(decodeEthernet(hex(`${head} 86dd ${ipv6} 0000`))).padding.length).toBe(2)
  })

  it('takes everything as payload when the header states more than there is, or nonsense', () => {
    const head = 'ffffffffffff 020000000001 0800'
    expect(typed(decodeEthernet(hex(`${head} 4500 ffff 0000`))).payload.length).toBe(6)
    // A kernel leaves 0 there in packets that the card will cut.
    expect(typed(decodeEthernet(hex(`${head} 4500 0000 0000`))).payload.length).toBe(6)
  })

  it('tells lengths from types, and refuses what is neither', () => {
    const head = 'ffffffffffff 020000000001'
    expect(decodeEthernet(hex(`${head} 0003 424203 0000`))).toMatchObject({
      value: { kind: 'length', payload: hex('424203'), padding: hex('0000') },
    })
    expect(decodeEthernet(hex(`${head} 0003 4242`))).toMatchObject({ error: { reason: 'truncated', at: 14 } })
    expect(decodeEthernet(hex(`${head} 05dd 4242`))).toMatchObject({
      error: { reason: 'neither-length-nor-type', at: 12, have: 1501 },
    })
    expect(decodeEthernet(hex(`${head} 0600`)).ok).toBe(true)
  })
})

describe('encodeEthernet', () => {
  it('fills up to 60 bytes with zeros, tagged frames too, and never cuts', () => {
    const source = parseMac('02:00:00:00:00:01')!
    const frame: EthernetFrame = {
      kind: 'typed',
      destination: source,
      source,
      tags: [],
      etherType: 0x88b5,
      payload: Uint8Array.of(1, 2),
      padding: new Uint8Array(0),
    }
    const encoded = encodeEthernet(frame)
    expect(encoded.length).toBe(60)
    expect(encoded.subarray(14)).toEqual(Uint8Array.of(1, 2, ...new Uint8Array(44)))
    const tags = [{ protocolId: 0x8100, priority: 0, dropEligible: false, vlanId: 10 }]
    expect(encodeEthernet({ ...frame, tags }).length).toBe(60)
    expect(encodeEthernet({ ...frame, payload: new Uint8Array(1500) }).length).toBe(1514)
  })
})
