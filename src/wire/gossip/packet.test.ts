import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closedMessage, testCipher } from '../../../test/support/gossip-values.ts'
import { type Codec, checkCodec, checkTotality } from '../codec-properties.ts'
import { decodeEncrypted, encodeEncrypted } from './encryption.ts'
import { encodeChecksummed, encodeCompressed } from './layers.ts'
import { encodeGossipMessage, type GossipMessage } from './message.ts'
import { decodePacket, encodePacket, encodeParts, type PacketSettings, PLAIN_PACKETS } from './packet.ts'

const noise = fc.uint8Array({ maxLength: 24 })
const settings: fc.Arbitrary<PacketSettings> = fc.record({
  label: fc.constantFrom('', 'blue'),
  cipher: fc.constantFrom(undefined, testCipher('a'), testCipher('a', 'b')),
  ...{ verifyIncoming: fc.constant(true), verifyOutgoing: fc.constant(true), compression: fc.boolean() },
})
const codec = (how: PacketSettings, checksum: boolean): Codec<readonly GossipMessage[]> => ({
  name: 'gossip packet',
  decode: (bytes) => {
    const result = decodePacket(bytes, how)
    if (!result.ok) return result
    const [error] = result.value.refused
    // Half a packet is a value for the receiver; for the promises of a codec it is an error.
    if (error !== undefined) return { ok: false, error }
    return { ok: true, value: result.value.messages }
  },
  encode: (messages) =>
    encodePacket(
      messages.length === 0 ? [Uint8Array.of(7, 0)] : messages.map(encodeGossipMessage),
      how,
      checksum,
    ),
})
const some = fc.array(closedMessage, { minLength: 1, maxLength: 4 })
const nack = (sequence: number): GossipMessage => ({ kind: 'nack', sequence })
const bytesOf = (...messages: readonly GossipMessage[]) => messages.map(encodeGossipMessage)
const reason = (bytes: Uint8Array, how: PacketSettings) => {
  const result = decodePacket(bytes, how)
  return result.ok ? 'ok' : result.error.reason
}

describe('packets', () => {
  it('keep the promises of a codec in every combination of layers', () => {
    fc.assert(
      fc.property(settings, fc.boolean(), some, noise, (how, checksum, messages, bytes) =>
        checkCodec(codec(how, checksum), messages, bytes),
      ),
      { numRuns: 60 },
    )
  })

  it('survive any bytes', () => {
    fc.assert(
      fc.property(settings, fc.uint8Array({ maxLength: 80 }), (how, bytes) => {
        checkTotality(codec(how, false), bytes)
        for (const type of [7, 9, 12, 244]) checkTotality(codec(how, false), Uint8Array.of(type, ...bytes))
      }),
      { numRuns: 500 },
    )
  })

  it('report a bad message beside the good ones', () => {
    const packet = encodeParts([...bytesOf(nack(1)), Uint8Array.of(99, 1), ...bytesOf(nack(2))])
    const result = decodePacket(packet, PLAIN_PACKETS)
    expect(result.ok && result.value.messages).toEqual([nack(1), nack(2)])
    expect(result.ok && result.value.refused).toMatchObject([{ reason: 'unknown-message-type', at: 17 }])
  })

  it('keep what came of a compound that was cut off', () => {
    const packet = encodeParts(bytesOf(nack(1), nack(2), nack(3)))
    const result = decodePacket(packet.subarray(0, packet.length - 10), PLAIN_PACKETS)
    expect(result.ok && result.value.messages).toEqual([nack(1)])
    expect(result.ok && result.value.refused.map((error) => error.reason)).toEqual(['messages-missing'])
  })

  it('are compressed only when that makes them shorter', () => {
    const compression = { ...PLAIN_PACKETS, compression: true }
    expect(encodePacket(bytesOf(nack(1)), compression, false)[0]).toBe(11)
    expect(encodePacket(Array(30).fill(bytesOf(nack(1))[0]), compression, false)[0]).toBe(9)
  })

  it('hold up to 255 messages', () => {
    const many = Array<Uint8Array>(255).fill(bytesOf(nack(1))[0]!)
    expect(decodePacket(encodePacket(many, PLAIN_PACKETS, true), PLAIN_PACKETS)).toMatchObject({ ok: true })
    expect(() => encodeParts([...many, ...many])).toThrow(RangeError)
    expect(() => encodeParts([])).toThrow(RangeError)
  })
})

describe('what is refused of packets', () => {
  const keyed = { ...PLAIN_PACKETS, cipher: testCipher('right') }

  it('a wrong checksum', () => {
    const packet = encodeChecksummed(bytesOf(nack(1))[0]!)
    expect(reason(packet, PLAIN_PACKETS)).toBe('ok')
    packet[packet.length - 1]! ^= 1
    expect(reason(packet, PLAIN_PACKETS)).toBe('wrong-checksum')
  })

  it('another label, and one that we do not have', () => {
    const blue = { ...PLAIN_PACKETS, label: 'blue' }
    expect(reason(encodePacket(bytesOf(nack(1)), blue, false), blue)).toBe('ok')
    expect(reason(encodePacket(bytesOf(nack(1)), blue, false), PLAIN_PACKETS)).toBe('other-label')
    expect(reason(encodePacket(bytesOf(nack(1)), PLAIN_PACKETS, false), blue)).toBe('other-label')
    expect(reason(Uint8Array.of(244, 0, 1), PLAIN_PACKETS)).toBe('empty-label')
  })

  it('another key, no key here, no key there', () => {
    const other = { ...PLAIN_PACKETS, cipher: testCipher('wrong') }
    const ping: GossipMessage = { kind: 'ping', sequence: 1, node: 'someone-else', source: undefined }
    const sealed = encodePacket(bytesOf(ping), other, false)
    expect(reason(sealed, keyed)).toBe('no-key-opens-it')
    expect(reason(sealed, PLAIN_PACKETS)).toBe('encrypted-without-our-key')
    expect(reason(encodePacket(bytesOf(nack(1)), PLAIN_PACKETS, false), keyed)).toBe('not-encrypted')
  })

  it('plain packets only when they must be encrypted', () => {
    const plain = encodePacket(bytesOf(nack(1)), PLAIN_PACKETS, false)
    expect(reason(plain, { ...keyed, verifyIncoming: false })).toBe('ok')
    expect(encodePacket(bytesOf(nack(1)), { ...keyed, verifyOutgoing: false }, false)).toEqual(plain)
  })

  it('a packet that inflates too much, at once or bit by bit', () => {
    const bomb = encodeCompressed(new Uint8Array(1024 * 1024 + 1).fill(8))
    expect(decodePacket(bomb, PLAIN_PACKETS)).toMatchObject({ error: { reason: 'inflates-too-much', at: 1 } })
    const half = encodeCompressed(new Uint8Array(600_000).fill(8))
    const twice = decodePacket(encodeParts([half, half]), PLAIN_PACKETS)
    expect(twice.ok && twice.value.refused.map((error) => error.reason)).toEqual(['inflates-too-much'])
    expect(twice.ok && twice.value.messages).toHaveLength(1)
  })

  it('containers in containers without end', () => {
    let packet = bytesOf(nack(1))[0]!
    for (let i = 0; i < 12; i++) packet = Uint8Array.of(7, 1, 0, packet.length, ...packet)
    const result = decodePacket(packet, PLAIN_PACKETS)
    expect(result.ok && result.value.refused.map((error) => error.reason)).toEqual(['nested-too-deep'])
  })

  it('nothing at all', () => {
    expect(reason(new Uint8Array(0), PLAIN_PACKETS)).toBe('empty-message')
    expect(reason(encodeEncrypted(new Uint8Array(0), new Uint8Array(0), testCipher('right')), keyed)).toBe(
      'empty-message',
    )
  })
})

describe('encryption', () => {
  const aad = Uint8Array.of(1, 2, 3)
  const cipher = testCipher('new', 'old')

  it.each([0, 1] as const)('of version %d keeps the promises of a codec', (version) => {
    const encrypted: Codec<Uint8Array> = {
      name: 'encryption',
      decode: (bytes) => decodeEncrypted(bytes, aad, cipher),
      encode: (plain) => encodeEncrypted(plain, aad, cipher, version),
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), noise, (plain, bytes) =>
        checkCodec(encrypted, plain, bytes),
      ),
      { numRuns: 40 },
    )
  })

  it('opens what an older key sealed, and nothing with other authenticated bytes', () => {
    const sealed = encodeEncrypted(Uint8Array.of(9), aad, testCipher('old'))
    expect(decodeEncrypted(sealed, aad, cipher)).toEqual({ ok: true, value: Uint8Array.of(9) })
    expect(decodeEncrypted(sealed, Uint8Array.of(1), cipher)).toMatchObject({
      error: { reason: 'no-key-opens-it' },
    })
  })

  it.each([[[0]], [[17]], [[255]], [[]]])('refuses the padding %j of version 0', (plain) => {
    const { nonce, sealed } = cipher.seal(Uint8Array.of(...Array(15).fill(1), ...plain), aad)
    const bytes = Uint8Array.of(0, ...nonce, ...sealed)
    const expected = plain.length === 0 ? 'truncated' : 'wrong-padding'
    expect(decodeEncrypted(bytes, aad, cipher)).toMatchObject({ error: { reason: expected } })
  })
})
