import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ip, parseIp } from '../../net/ip.ts'
import { macBytes, macFromBytes, parseMac } from '../../net/mac.ts'
import { decodeEthernet, ETHER_TYPE } from '../ethernet/ethernet.ts'
import { type ArpPacket, decodeArp } from './arp.ts'
import { arpFrame, arpReplyFrame, arpRequestFrame } from './frames.ts'
import {
  arpReplyBuffer,
  arpTarget,
  fillArpReply,
  ipv4Key,
  isArpRequest,
  isBroadcastOrFor,
  setReplyMac,
} from './responder-frames.ts'

const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((b) => macFromBytes(b)!)
const ipv4 = fc.bigInt(0n, 0xffffffffn).map((value) => ip(4, value))
const packet: fc.Arbitrary<ArpPacket> = fc.record({
  operation: fc.constantFrom(1, 1, 1, 2, 3, 257),
  senderMac: mac,
  senderIp: ipv4,
  targetMac: mac,
  targetIp: ipv4,
})
const mutation = fc.option(fc.tuple(fc.nat(41), fc.nat(255)), { nil: undefined })

/** What the full codecs say: the request in the frame, if it is one. */
function requestOf(frame: Uint8Array): ArpPacket | undefined {
  const ethernet = decodeEthernet(frame)
  if (!ethernet.ok || ethernet.value.kind !== 'typed' || ethernet.value.tags.length > 0) return undefined
  if (ethernet.value.etherType !== ETHER_TYPE.arp) return undefined
  const arp = decodeArp(ethernet.value.payload)
  return arp.ok && arp.value.operation === 1 ? arp.value : undefined
}

function place(frame: Uint8Array, around: Uint8Array): Uint8Array {
  return Uint8Array.of(...around, ...frame, ...around)
}

describe('the ARP responder', () => {
  it('agrees with the full codecs on every frame, whole, cut or damaged, anywhere in a buffer', () => {
    let requests = 0
    const property = fc.property(
      packet,
      mutation,
      fc.option(fc.nat(60), { nil: undefined }),
      fc.uint8Array({ maxLength: 9 }),
      mac,
      (arp, change, cut, around, own) => {
        const frame = arpFrame(arp).slice(0, cut)
        if (change !== undefined && change[0] < frame.length) frame[change[0]] = change[1]
        const buffer = place(frame, around)
        const at = around.length
        const expected = requestOf(frame)
        expect(isArpRequest(buffer, at, frame.length)).toBe(expected !== undefined)
        if (expected === undefined) return
        requests += 1
        expect(arpTarget(buffer, at)).toBe(ipv4Key(expected.targetIp))
        const reply = arpReplyBuffer(own)
        fillArpReply(reply, buffer, at)
        const asker = { mac: expected.senderMac, ip: expected.senderIp }
        expect(reply).toEqual(arpReplyFrame({ mac: own, ip: expected.targetIp }, asker))
      },
    )
    fc.assert(property, { numRuns: 1000 })
    expect(requests).toBeGreaterThan(100)
  })

  it('agrees with the full codecs on arbitrary bytes behind the type of ARP', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 28, maxLength: 50 }), fc.nat(0xffff), (bytes, random) => {
        const frame = Uint8Array.of(...new Uint8Array(12), 8, 6, ...bytes)
        // Most bytes of the fixed part right, so that all the comparisons are reached.
        const fixed = [0, 1, 8, 0, 6, 4, 0, 1]
        for (const [i, byte] of fixed.entries())
          if ((random >> i) & 1 || random > 0x3fff) frame[14 + i] = byte
        expect(isArpRequest(frame, 0, frame.length)).toBe(requestOf(frame) !== undefined)
      }),
      { numRuns: 1000 },
    )
  })

  it('reuses one buffer without traces of the reply before', () => {
    fc.assert(
      fc.property(fc.array(packet, { minLength: 2, maxLength: 5 }), mac, (packets, own) => {
        const reply = arpReplyBuffer(own)
        for (const { senderMac, senderIp, targetIp } of packets) {
          fillArpReply(reply, arpRequestFrame({ mac: senderMac, ip: senderIp }, targetIp), 0)
          expect(reply).toEqual(arpReplyFrame({ mac: own, ip: targetIp }, { mac: senderMac, ip: senderIp }))
        }
      }),
    )
  })

  it('refuses places outside the buffer', () => {
    const frame = arpRequestFrame(
      { mac: parseMac('02:00:00:00:00:01')!, ip: parseIp('192.0.2.1')! },
      parseIp('192.0.2.10')!,
    )
    expect(isArpRequest(frame, 0, 60)).toBe(true)
    expect(isArpRequest(frame, 0, 42)).toBe(true)
    expect(isArpRequest(frame, 0, 41)).toBe(false)
    expect(isArpRequest(frame, 0, 61)).toBe(false)
    expect(isArpRequest(frame, 1, 60)).toBe(false)
    expect(isArpRequest(frame, -1, 60)).toBe(false)
  })

  it('knows who a frame is for', () => {
    const own = parseMac('02:00:00:00:00:05')!
    const other = parseMac('02:00:00:00:00:06')!
    const sender = { mac: other, ip: parseIp('192.0.2.1')! }
    const target = parseIp('192.0.2.10')!
    const isForUs = (frame: Uint8Array) => isBroadcastOrFor(frame, 0, macBytes(own))
    expect(isForUs(arpRequestFrame(sender, target))).toBe(true)
    expect(isForUs(arpRequestFrame(sender, target, { to: own }))).toBe(true)
    expect(isForUs(arpRequestFrame(sender, target, { to: other }))).toBe(false)
    expect(isForUs(arpRequestFrame(sender, target, { to: parseMac('ff:ff:ff:ff:ff:fe')! }))).toBe(false)
  })

  it('follows a changed address of the card', () => {
    const [before, after] = [parseMac('02:00:00:00:00:05')!, parseMac('02:00:00:00:00:06')!]
    const reply = arpReplyBuffer(before)
    setReplyMac(reply, after)
    expect(reply).toEqual(arpReplyBuffer(after))
  })

  it('gives keys that V8 keeps as small integers', () => {
    expect(ipv4Key(parseIp('255.255.255.255')!)).toBe(-1)
    expect(ipv4Key(parseIp('192.0.2.10')!)).toBe(0xc000020a | 0)
    expect(ipv4Key(parseIp('10.0.0.1')!)).toBe(0x0a000001)
  })
})
